//! The middleware, `verify` and `explain` judge a request alike, where a rule is easily read in two ways.

use std::{fs, io::Write};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use flate2::{Compression, write::GzEncoder};
use hookgate::time::{Clock, SystemClock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    command::{hookgate, verdicts, verify_text},
    explain::request::{CERTIFICATES, certificate, ed25519, es256_in_der, hex, mac, rs256},
    listening::{Listening, SECRETS},
    raw_request::{CLOSE, JSON, logto_event, logto_signature, send},
    send_and_listen::FRAMEWORKS,
};

/// A request, and why it is refused. `None` where it is not.
struct Row {
    method: &'static str,
    provider: &'static str,
    settings: Value,
    lines: String,
    body: Vec<u8>,
    reason: Option<&'static str>,
    /// Keys beside the usual ones, each with its variable.
    keys: Vec<(&'static str, String)>,
}

/// An event of Logto with this time in place of its own.
fn timed(time: Value, settings: Value, reason: Option<&'static str>) -> Row {
    let mut event: Value = serde_json::from_str(&logto_event("PostSignIn", "s")).unwrap();
    event["createdAt"] = time;
    let body = event.to_string();
    Row {
        method: "POST",
        provider: "logto",
        settings,
        lines: format!(
            "{JSON}logto-signature-sha-256: {}\r\n",
            logto_signature(&body)
        ),
        body: body.into(),
        reason,
        keys: Vec::new(),
    }
}

/// An event of Facephi that is forged, and larger than bodies that are written anew.
fn large(recipe: &str, reason: &'static str) -> Row {
    let mac = STANDARD.encode([0; 32]);
    Row {
        method: "POST",
        provider: "facephi",
        settings: json!({ "recipe": recipe, "access": "none" }),
        lines: "content-type: application/cloudevents+json\r\n".to_owned(),
        body: format!(
            "{{\"data\":\"{}\",\"signature\":\"{mac}\"}}",
            "x".repeat(400_000)
        )
        .into(),
        reason: Some(reason),
        keys: Vec::new(),
    }
}

/// A notification of IDCloud under this access rule, with these lines.
fn notified(access: Value, lines: &str, reason: Option<&'static str>) -> Row {
    Row {
        method: "POST",
        provider: "idcloud",
        settings: json!({ "access": access }),
        lines: format!("{JSON}{lines}"),
        body: r#"{"processId":"p","state":"PROCESS_STATE_FINISHED"}"#.into(),
        reason,
        keys: Vec::new(),
    }
}

/// What a sender that shows a token sends, with these lines.
fn tokened(
    provider: &'static str,
    settings: Value,
    lines: &str,
    body: &str,
    reason: Option<&'static str>,
) -> Row {
    Row {
        method: "POST",
        provider,
        settings,
        lines: format!("{JSON}{lines}"),
        body: body.into(),
        reason,
        keys: Vec::new(),
    }
}

/// Tokens in headers, by Basic and in bodies, right and wrong.
fn shown_tokens() -> Vec<Row> {
    const TOKEN: &str = "s3cretOfAnyRow";
    let (missing, wrong) = (Some("access_missing"), Some("access_denied"));
    let line = |token: &str| format!("x-telegram-bot-api-secret-token: {token}\r\n");
    let telegram =
        |lines: &str, reason| tokened("telegram", json!({}), lines, r#"{"update_id":1}"#, reason);
    let graph = |body: &str, reason| tokened("microsoft-graph", json!({}), "", body, reason);
    let figma = |body: &str, reason| tokened("figma", json!({}), "", body, reason);
    let basic = |lines: &str, reason| {
        let mut row = tokened("access-token", json!({"at": "basic"}), lines, "{}", reason);
        row.keys = vec![("KEY_0", "user:password".to_owned())];
        row
    };
    let pair = |pair: &str| format!("authorization: bAsic {}\r\n", STANDARD.encode(pair));
    let item = |token: &str| format!(r#"{{"clientState":"{token}"}}"#);
    let list = |items: &[String]| format!(r#"{{"value":[{}]}}"#, items.join(","));
    vec![
        telegram(&line(TOKEN), None),
        telegram("", missing),
        telegram(&line("s3cret"), wrong),
        telegram(&line(&TOKEN.to_lowercase()), wrong),
        telegram(&format!("{}{}", line(TOKEN), line(TOKEN)), wrong),
        basic(&pair("user:password"), None),
        basic(&pair("user:passwor"), wrong),
        basic("authorization: user:password\r\n", wrong),
        basic("", missing),
        figma(r#"{"passcode":"s3cretOf\u0041nyRow"}"#, None),
        figma(
            r#"{"passcode":"s3cretOfAnyRow","passcode":"s3cretOfAnyRow"}"#,
            wrong,
        ),
        figma(r#"{"passcode":17}"#, missing),
        figma("s3cretOfAnyRow", missing),
        graph(&list(&[item(TOKEN)]), None),
        graph(&list(&[item(TOKEN), item(TOKEN)]), None),
        graph(&list(&[item(TOKEN), item("s3cret")]), wrong),
        graph(&list(&[item(TOKEN), "{}".to_owned()]), missing),
        graph(&list(&[item(TOKEN), "1".to_owned()]), missing),
        graph(r#"{"value":[]}"#, missing),
        graph(r#"{"value":{"clientState":"s3cretOfAnyRow"}}"#, missing),
        graph("{}", missing),
        graph(r#"[{"clientState":"s3cretOfAnyRow"}]"#, missing),
    ]
}

fn behind_proxies(forwarded_for: &str, reason: Option<&'static str>) -> Row {
    let line = format!("x-forwarded-for: {forwarded_for}\r\n");
    forwarded(json!({"forwarding": "x_forwarded_for"}), &line, reason)
}

/// Of a proxy on this machine, whose networks say `more`.
fn forwarded(more: Value, lines: &str, reason: Option<&'static str>) -> Row {
    let mut networks = json!({"allow": ["203.0.113.0/24"], "proxies": ["127.0.0.0/8"]});
    for (name, value) in more.as_object().unwrap() {
        networks[name] = value.clone();
    }
    notified(
        json!({"all": ["none", {"networks": networks}]}),
        lines,
        reason,
    )
}

/// A header with one address, proxies that are counted, and addresses that are refused.
fn behind_sites() -> Vec<Row> {
    let denied = Some("address_denied");
    let single =
        json!({"forwarding": {"single_address": "cf-connecting-ip"}, "refuse": ["203.0.113.66"]});
    let single = |lines: &str, reason| forwarded(single.clone(), lines, reason);
    let counted = json!({"forwarding": "x_forwarded_for", "hops": 2});
    let counted = |lines: &str, reason| forwarded(counted.clone(), lines, reason);
    vec![
        single("cf-connecting-ip: 203.0.113.9\r\n", None),
        single("cf-connecting-ip: 203.0.113.66\r\n", denied),
        single("cf-connecting-ip: 203.0.113.9, 203.0.113.9\r\n", denied),
        single("x-forwarded-for: 203.0.113.9\r\n", denied),
        counted("x-forwarded-for: 203.0.113.9, 198.51.100.7\r\n", None),
        counted("x-forwarded-for: 203.0.113.9\r\n", denied),
    ]
}

const TOKEN_SECRET: &str = "long enough to be a secret of 32 bytes";

fn with_token(head: Value, reason: Option<&'static str>) -> Row {
    let rule =
        json!({"bearer": {"secret": format!("utf8:{TOKEN_SECRET}"), "algorithms": ["HS256"]}});
    notified(rule, &token_line(head, json!({})), reason)
}

/// A token under this head with these claims, in a line.
fn token_line(head: Value, mut claims: Value) -> String {
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    claims["exp"] = json!(SystemClock::new().now().as_secs() + 600);
    let signed = format!("{}.{}", encode(head), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(mac(TOKEN_SECRET.as_bytes(), signed.as_bytes()));
    format!("authorization: Bearer {signed}.{signature}\r\n")
}

/// Tokens under keys with ids, and those of the settings' own endpoint.
fn tokens() -> Vec<Row> {
    let secret = format!("utf8:{TOKEN_SECRET}");
    let keys = json!([{"kid": "one", "secret": secret}, {"kid": "two", "secret": "utf8:another secret of thirty-two bytes"}]);
    let of_keys = json!({"bearer": {"keys": keys, "algorithms": ["HS256"]}});
    let under = |kid: &str, reason| {
        let line = token_line(json!({"alg": "HS256", "kid": kid}), json!({}));
        notified(of_keys.clone(), &line, reason)
    };
    let endpoint = json!({
        "issuer": "https://hooks.example/token",
        "secret": secret,
        "clients": [{"id": "unico", "secrets": ["0f3c"]}],
    });
    let issued = |claims: Value, reason| {
        let line = token_line(json!({"alg": "HS256", "typ": "at+jwt"}), claims);
        let mut row = notified(
            json!({"bearer": {"token_endpoint": true, "issued_to": ["unico"]}}),
            &line,
            reason,
        );
        row.settings["token_endpoint"] = endpoint.clone();
        row
    };
    let claims = |issuer: &str, client: &str| json!({"iss": issuer, "aud": "https://hooks.example/token", "client_id": client, "sub": client});
    let published = |reason| {
        let line = token_line(json!({"alg": "HS256"}), json!({}));
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let rule = json!({"bearer": {"jwks": {"keys": [ed]}, "algorithms": ["EdDSA"]}});
        notified(rule, &line, reason)
    };
    let denied = Some("access_denied");
    vec![
        under("one", None),
        under("two", denied),
        under("three", denied),
        issued(claims("https://hooks.example/token", "unico"), None),
        issued(claims("https://hooks.example/token", "another"), denied),
        issued(claims("https://elsewhere.example/token", "unico"), denied),
        // A key set knows no shared secret.
        published(denied),
    ]
}

/// What a sender without a signature sends, under these settings.
fn unsigned(lines: &str, body: &str, settings: Value, reason: Option<&'static str>) -> Row {
    let mut row = notified(
        json!({"api_key": {"header": "x-key", "value": "0f3c"}}),
        lines,
        reason,
    );
    row.provider = "access-only";
    row.body = body.into();
    for (name, value) in settings.as_object().unwrap() {
        row.settings[name] = value.clone();
    }
    row
}

fn without_signature() -> Vec<Row> {
    let key = "x-key: 0f3c\r\n";
    let by_member = json!({"identity": {"member": "/data/id"}, "type_member": "/type"});
    let by_header = json!({"identity": {"header": "x-id"}});
    let undecodable = Some("undecodable");
    vec![
        unsigned(key, "[1,2]", json!({}), None),
        unsigned(key, "{", json!({}), undecodable),
        unsigned("", "{}", json!({}), Some("access_missing")),
        unsigned(
            key,
            r#"{"type":"t","data":{"id":7}}"#,
            by_member.clone(),
            None,
        ),
        unsigned(
            key,
            r#"{"data":{"id":7,"id":8}}"#,
            by_member.clone(),
            undecodable,
        ),
        unsigned(key, r#"{"data":{"id":""}}"#, by_member, undecodable),
        unsigned("x-key: 0f3c\r\nx-id: 1\r\n", "{}", by_header.clone(), None),
        unsigned(
            "x-key: 0f3c\r\nx-id: 1\r\nx-id: 2\r\n",
            "{}",
            by_header,
            undecodable,
        ),
    ]
}

/// Messages of Amazon SNS.
fn of_sns() -> Vec<Row> {
    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:orders";
    let now = SystemClock::new().now().to_rfc3339();
    let row = |kind: &str, changes: &[(&str, Value)], settings: Value, reason| {
        let mut message = json!({
            "Type": kind,
            "MessageId": "26858270-545e-5848-82a2-e05566af3dcf",
            "TopicArn": TOPIC,
            "Message": "Hello",
            "Timestamp": now,
            "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
            "Token": "2336412f37fb",
            "SignatureVersion": "2",
            "SigningCertURL": format!(
                "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{}.pem", "0".repeat(32)
            ),
        });
        let mut names = vec!["Message", "MessageId", "Timestamp", "TopicArn", "Type"];
        if kind != "Notification" {
            names.extend(["SubscribeURL", "Token"]);
            names.sort_unstable();
        }
        let line = |name: &&str| format!("{name}\n{}\n", message[*name].as_str().unwrap());
        let text: String = names.iter().map(line).collect();
        message["Signature"] = STANDARD.encode(rs256(text.as_bytes())).into();
        for (name, value) in changes {
            message[*name] = value.clone();
        }
        Row {
            method: "POST",
            provider: "sns",
            settings,
            lines: "content-type: text/plain; charset=UTF-8\r\n".to_owned(),
            body: message.to_string().into(),
            reason,
            keys: vec![("KEY_0", certificate("rsa.crt.pem"))],
        }
    };
    let ours = || json!({ "topics": [TOPIC] });
    let malformed = Some("malformed_signature");
    let changed =
        |name, value: Value, reason| row("Notification", &[(name, value)], ours(), reason);
    vec![
        row("Notification", &[], ours(), None),
        row(
            "Notification",
            &[],
            json!({"topics": [format!("{TOPIC}2")]}),
            malformed,
        ),
        row(
            "Notification",
            &[],
            json!({"topics": [TOPIC], "signature": "sha1"}),
            malformed,
        ),
        changed("Message", json!("hello"), Some("signature_mismatch")),
        changed("SignatureVersion", json!("1"), malformed),
        changed(
            "SigningCertURL",
            json!("https://attacker.tld/a.pem"),
            malformed,
        ),
        changed("UnsubscribeURL", json!("https://attacker.tld/"), None),
        changed("MessageId", json!("1"), Some("malformed_id")),
        changed("MessageId", json!(""), Some("missing_id")),
        changed("Timestamp", json!("today"), Some("malformed_timestamp")),
        changed("Timestamp", json!(""), Some("missing_timestamp")),
        changed("Signature", json!(""), Some("missing_signature")),
    ]
}

/// Requests that name the key that signed them.
fn with_key_ids() -> Vec<Row> {
    let row = |named: &str, ids: Value, reason| {
        let body = r#"{"id":"e-1"}"#;
        let head = URL_SAFE_NO_PAD.encode(json!({"alg": "RS256", "kid": named}).to_string());
        let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(body));
        let signature = URL_SAFE_NO_PAD.encode(rs256(text.as_bytes()));
        Row {
            method: "POST",
            provider: "signed-request",
            settings: json!({
                "algorithms": ["RS256"], "signature_header": "x-signature", "encoding": "jws", "key_ids": ids,
            }),
            lines: format!("{JSON}x-signature: {text}.{signature}\r\n"),
            body: body.into(),
            reason,
            keys: vec![("KEY_0", certificate("rsa.crt.pem"))],
        }
    };
    let wrong = Some("signature_mismatch");
    vec![
        row("first", json!(["first"]), None),
        row("second", json!(["first"]), wrong),
        row("second", json!([null]), None),
        row("second", json!([]), None),
    ]
}

/// A request that a private key has signed, under a public key of the provider's usual variable.
fn by_key(provider: &'static str, lines: String, body: &str, reason: Option<&'static str>) -> Row {
    Row {
        method: "POST",
        provider,
        settings: json!({}),
        lines: format!("{JSON}{lines}"),
        body: body.into(),
        reason,
        keys: Vec::new(),
    }
}

/// What Discord, SendGrid and Telnyx sign, each at its time.
fn presets_by_keys() -> Vec<Row> {
    let now = SystemClock::new().now().as_secs();
    let wrong = Some("signature_mismatch");
    let old = now - 3600;
    let discord = |time: String, signed: &str, reason| {
        let signature = hex(&ed25519(format!("{time}{signed}").as_bytes()));
        let lines =
            format!("x-signature-ed25519: {signature}\r\nx-signature-timestamp: {time}\r\n");
        by_key("discord", lines, OWN_BODY, reason)
    };
    let sendgrid = |time: String, signed: &str, reason| {
        let signature = STANDARD.encode(es256_in_der(format!("{time}{signed}").as_bytes()));
        let begin = "x-twilio-email-event-webhook";
        let lines = format!("{begin}-signature: {signature}\r\n{begin}-timestamp: {time}\r\n");
        by_key("sendgrid", lines, OWN_BODY, reason)
    };
    let telnyx = |time: String, signed: &str, reason| {
        let signature = STANDARD.encode(ed25519(format!("{time}|{signed}").as_bytes()));
        let lines =
            format!("telnyx-signature-ed25519: {signature}\r\ntelnyx-timestamp: {time}\r\n");
        by_key("telnyx", lines, TELNYX_BODY, reason)
    };
    let mut rows = vec![
        discord(now.to_string(), OWN_BODY, None),
        discord(now.to_string(), "{}", wrong),
        discord(old.to_string(), OWN_BODY, Some("timestamp_too_old")),
        // Its time and its body are parted by nothing, so that the time has ten digits.
        discord(format!("{now}0"), OWN_BODY, Some("malformed_timestamp")),
        sendgrid(now.to_string(), OWN_BODY, None),
        sendgrid(now.to_string(), "{}", wrong),
        sendgrid(old.to_string(), OWN_BODY, Some("timestamp_too_old")),
        telnyx(now.to_string(), TELNYX_BODY, None),
        telnyx(now.to_string(), "{}", wrong),
        telnyx(format!("0{now}"), TELNYX_BODY, None),
    ];
    let mut without_time = telnyx(now.to_string(), TELNYX_BODY, Some("missing_timestamp"));
    without_time.lines = without_time.lines.replace("telnyx-timestamp", "x-time");
    rows.push(without_time);
    rows
}

const TELNYX_BODY: &str = r#"{"data":{"id":"e-1","event_type":"message.received"}}"#;

/// Requests of `public-key-signature` that name the key that signed them.
fn with_named_keys() -> Vec<Row> {
    let row = |signed: &str, named: &str, ids: Value, reason| {
        let signature = STANDARD.encode(rs256(signed.as_bytes()));
        let lines = format!("x-signature: {signature}\r\n{named}");
        let mut row = by_key("public-key-signature", lines, OWN_BODY, reason);
        row.settings = json!({
            "algorithm": "RS256", "signature_header": "x-signature", "encoding": "base64",
            "key_id_header": "x-key-id", "key_ids": ids,
        });
        row
    };
    let (malformed, wrong) = (Some("malformed_signature"), Some("signature_mismatch"));
    let first = "x-key-id: first\r\n";
    vec![
        row(OWN_BODY, first, json!(["first"]), None),
        row(OWN_BODY, first, json!([null]), None),
        row(OWN_BODY, first, json!([]), None),
        row("{}", first, json!(["first"]), wrong),
        row(OWN_BODY, "x-key-id: second\r\n", json!(["first"]), wrong),
        row(OWN_BODY, "", json!(["first"]), malformed),
        row(OWN_BODY, "x-key-id: \r\n", json!(["first"]), malformed),
        row(OWN_BODY, &first.repeat(2), json!(["first"]), malformed),
    ]
}

/// Signatures of either kind of key, beside each other and alone.
fn both_kinds_of_keys() -> Vec<Row> {
    let now = SystemClock::new().now().as_secs();
    let public = fs::read(format!("{CERTIFICATES}/ed.pub.der")).unwrap();
    let whpk = ("KEY_0", format!("whpk_{}", STANDARD.encode(&public[12..])));
    let secret = b"a secret of the test";
    let whsec = ("KEY_1", format!("whsec_{}", STANDARD.encode(secret)));
    let v1 = |body: &str| {
        let mac = mac(secret, format!("m-1.{now}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac))
    };
    let v1a = |body: &str| {
        let signature = ed25519(format!("m-1.{now}.{body}").as_bytes());
        format!("v1a,{}", STANDARD.encode(signature))
    };
    let of = |provider, begin: &str, keys: &[&(&'static str, String)], signatures: &str, reason| {
        let lines = format!(
            "{begin}-id: m-1\r\n{begin}-timestamp: {now}\r\n{begin}-signature: {signatures}\r\n"
        );
        let mut row = by_key(provider, lines, OWN_BODY, reason);
        row.keys = keys.iter().map(|key| (*key).clone()).collect();
        row
    };
    let row = |keys: &[&_], signatures: &str, reason| {
        of("standard-webhooks", "webhook", keys, signatures, reason)
    };
    let (malformed, wrong) = (Some("malformed_signature"), Some("signature_mismatch"));
    let (right, right_a) = (v1(OWN_BODY), v1a(OWN_BODY));
    vec![
        row(&[&whpk], &right_a, None),
        row(&[&whpk], &v1a("{}"), wrong),
        row(&[&whpk], &right, malformed),
        row(&[&whsec], &right_a, malformed),
        row(&[&whpk], &format!("{right} {right_a}"), None),
        row(&[&whpk, &whsec], &format!("{} {right_a}", v1("{}")), None),
        row(&[&whpk, &whsec], &format!("{right} {}", v1a("{}")), None),
        row(
            &[&whpk, &whsec],
            &format!("{} {}", v1("{}"), v1a("{}")),
            wrong,
        ),
        row(&[&whpk], &format!("{right} {}", v1a("{}")), wrong),
        of("svix", "svix", &[&whpk], &right_a, None),
    ]
}

/// A notification that its access rule takes, with these lines alone.
fn typed(lines: &str, settings: Value, reason: Option<&'static str>) -> Row {
    let mut row = notified(json!("none"), "", reason);
    lines.clone_into(&mut row.lines);
    for (name, value) in settings.as_object().unwrap() {
        row.settings[name] = value.clone();
    }
    row
}

/// A delivery of GitHub, signed as it is.
fn of_github(content_type: &str, body: &str, reason: Option<&'static str>) -> Row {
    let secret = SECRETS.iter().find(|it| it.0 == "GITHUB_WEBHOOK_SECRET");
    let mac = mac(secret.unwrap().1.as_bytes(), body.as_bytes());
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    Row {
        method: "POST",
        provider: "github",
        settings: json!({}),
        lines: format!("content-type: {content_type}\r\nx-hub-signature-256: sha256={mac}\r\n"),
        body: body.into(),
        keys: Vec::new(),
        reason,
    }
}

/// Events as JSON and in the field of a form.
fn forms() -> Vec<Row> {
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let mislabelled = Some("unsupported_media_type");
    vec![
        of_github(json, r#"{"a":1}"#, None),
        of_github(form, "payload=%7B%22a%22%3A1%7D", None),
        of_github(json, "payload=%7B%22a%22%3A1%7D", mislabelled),
        of_github(form, r#"{"a":1}"#, mislabelled),
        of_github(form, "payload=%7B&a=1", Some("undecodable")),
        of_github(form, "payload=%", Some("undecodable")),
    ]
}

/// A notification by another method than `POST`.
fn by(method: &'static str) -> Row {
    Row {
        method,
        ..notified(json!("none"), "", Some("method_not_allowed"))
    }
}

/// Media types, limits and methods, each as it is and as settings change it.
fn heads() -> Vec<Row> {
    let wrong_type = Some("unsupported_media_type");
    let problem = "content-type: application/problem+json\r\n";
    let own_type = json!({"media_types": ["application/problem+json"]});
    let length = notified(json!("none"), "", None).body.len();
    vec![
        typed("", json!({}), wrong_type),
        typed("content-type: \r\n", json!({}), wrong_type),
        typed(&format!("{JSON}{JSON}"), json!({}), wrong_type),
        typed(
            "content-type: Application/JSON; charset=utf-8\r\n",
            json!({}),
            None,
        ),
        typed(problem, json!({}), wrong_type),
        typed(problem, own_type.clone(), None),
        typed(JSON, own_type, wrong_type),
        typed(JSON, json!({"body_limit": length}), None),
        typed(
            JSON,
            json!({"body_limit": length - 1}),
            Some("body_too_large"),
        ),
        typed(
            &format!("{JSON}content-encoding: gzip\r\n"),
            json!({}),
            Some("unsupported_encoding"),
        ),
        by("GET"),
        by("HEAD"),
        by("PUT"),
    ]
}

fn rows() -> Vec<Row> {
    let now = SystemClock::new().now().to_rfc3339();
    let relaxed = json!({"accept_unreadable_time": true});
    let malformed = Some("unreadable_event_time");
    vec![
        timed(json!(now.replace('T', "X")), json!({}), malformed),
        timed(json!("yesterday"), json!({}), malformed),
        timed(json!(1_750_000_000), json!({}), malformed),
        timed(json!("yesterday"), relaxed.clone(), None),
        timed(json!(1_750_000_000), relaxed.clone(), None),
        timed(Value::Null, json!({}), None),
        timed(json!(now.replace('T', "t")), json!({}), None),
        of_pagerduty(&now, json!({}), None),
        of_pagerduty("yesterday", json!({}), malformed),
        of_pagerduty("yesterday", relaxed.clone(), None),
        large("sorted_keys", "body_too_large"),
        large("without_member", "signature_mismatch"),
        behind_proxies("198.51.100.7, , 203.0.113.9, ,", None),
        behind_proxies("203.0.113.9, 0.0.0.0", Some("address_denied")),
        behind_proxies("203.0.113.9, 198.51.100.7", Some("address_denied")),
        with_token(json!({"alg": "HS256", "typ": "JWT"}), None),
        with_token(
            json!({"alg": "HS256", "typ": "logout+jwt"}),
            Some("access_denied"),
        ),
        with_token(json!({"alg": "none"}), Some("access_denied")),
    ]
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

/// An event of Logto that was compressed after it had been signed.
fn compressed() -> Vec<Row> {
    let of = |text: &str, encoding: &str, body: Vec<u8>, reason| {
        let signature = logto_signature(text);
        Row {
            method: "POST",
            provider: "logto",
            settings: json!({"accept_gzip": true}),
            lines: format!(
                "{JSON}content-encoding: {encoding}\r\nlogto-signature-sha-256: {signature}\r\n"
            ),
            body,
            reason,
            keys: Vec::new(),
        }
    };
    let event = logto_event("PostSignIn", "s");
    let packed = gzip(event.as_bytes());
    let member = gzip(b"");
    let large = logto_event("PostSignIn", &"s".repeat(400_000));
    let wrong = Some("unsupported_encoding");
    let mut unset = of(&event, "gzip", packed.clone(), wrong);
    unset.settings = json!({});
    let mut limited = of(&event, "gzip", packed.clone(), Some("body_too_large"));
    limited.settings["body_limit"] = json!(event.len() - 1);
    vec![
        of(&event, "gzip", packed.clone(), None),
        of(
            "another",
            "gzip",
            packed.clone(),
            Some("signature_mismatch"),
        ),
        of(&event, "deflate", packed.clone(), wrong),
        of(&event, "gzip", [&packed[..], &member].concat(), wrong),
        of(&event, "gzip", event.clone().into(), wrong),
        of(&event, "identity", event.clone().into(), None),
        // Hardly more than a list of zeros would be.
        of(
            &large,
            "gzip",
            gzip(large.as_bytes()),
            Some("body_too_large"),
        ),
        unset,
        limited,
    ]
}

/// A sender of one's own, which signs `signed` and sends it under these names.
fn own(settings: Value, signed: &str, lines: &str, reason: Option<&'static str>) -> Row {
    let secret = SECRETS.iter().find(|it| it.0 == "HMAC_HEADER_SECRET");
    let mac = mac(secret.unwrap().1.as_bytes(), signed.as_bytes());
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut row = notified(json!("none"), "", reason);
    row.provider = "hmac-header";
    row.settings = json!({"signature_header": "x-signature", "encoding": "hex"});
    for (name, value) in settings.as_object().unwrap() {
        row.settings[name] = value.clone();
    }
    row.lines = format!("{JSON}{}", lines.replace("MAC", &mac));
    row.body = OWN_BODY.into();
    row
}

const OWN_BODY: &str = r#"{"id":"e-1"}"#;

/// What a template takes of the head, and headers of either family.
fn templates() -> Vec<Row> {
    let own_line = "x-signature: MAC\r\n";
    let of = |template: &str, signed: &str, lines: &str, reason| {
        let signed = format!("{signed}.{OWN_BODY}");
        let template = json!({"template": format!("{template}.{{body}}")});
        own(template, &signed, &format!("{own_line}{lines}"), reason)
    };
    let address = "https://hooks.example/in?n=1";
    let to = |url: &str, reason| {
        let settings = json!({"template": "{url}.{body}", "url": url});
        own(settings, &format!("{address}.{OWN_BODY}"), own_line, reason)
    };
    let either = |lines: &str, reason| {
        let settings = json!({
            "id_header": "x-id", "template": "{id}.{body}",
            "or_headers": {"signature_header": "y-signature", "id_header": "y-id"},
        });
        own(settings, &format!("1.{OWN_BODY}"), lines, reason)
    };
    let wrong = Some("signature_mismatch");
    vec![
        of("{path}", TARGET, "", None),
        of("{path}", "/in", "", wrong),
        of("{method}", "POST", "", None),
        of("{method}", "post", "", wrong),
        of("{header:x-topic}", "t", "x-topic: t\r\n", None),
        of("{header:x-topic}", "t", "x-topic: u\r\n", wrong),
        of("{header:x-topic}", "t", "", Some("malformed_signature")),
        to(address, None),
        to("https://hooks.example/in", wrong),
        either("x-signature: MAC\r\nx-id: 1\r\n", None),
        either("y-signature: MAC\r\ny-id: 1\r\n", None),
        either("y-signature: MAC\r\ny-id: 2\r\n", wrong),
        either(
            "x-signature: MAC\r\nx-id: 1\r\ny-signature: MAC\r\ny-id: 1\r\n",
            None,
        ),
        either(
            "x-signature: MAC\r\ny-id: 1\r\n",
            Some("malformed_signature"),
        ),
    ]
}

/// Signed parts of a request: an address and the fields of a form, the digest of a body, some members of JSON.
fn signed_parts() -> Vec<Row> {
    const KEY: &str = "a secret of the test";
    let base64 = |signed: &str| STANDARD.encode(mac(KEY.as_bytes(), signed.as_bytes()));
    let row = |provider, settings: Value, media_type: &str, lines: &str, body: &str, reason| Row {
        method: "POST",
        provider,
        settings,
        lines: format!("content-type: {media_type}\r\n{lines}"),
        body: body.into(),
        reason,
        keys: vec![("KEY_0", KEY.to_owned())],
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    let address = format!("https://hooks.example{TARGET}");
    let settings = |url: &str, more: Value| {
        let mut settings = json!({
            "signature_header": "x-signature", "encoding": "base64", "url": url, "fields": ["Body", "From"],
        });
        for (name, value) in more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        settings
    };
    let of_form = |settings: Value, media_type: &str, signed: &str, body: &str, reason| {
        let line = format!("x-signature: {}\r\n", base64(&format!("{address}{signed}")));
        row("signed-form", settings, media_type, &line, body, reason)
    };
    let usual = || settings(&address, json!({}));
    let body = "From=b&Body=a";
    let malformed = Some("malformed_signature");
    let of_members = |id: &str, sign: &str, reason| {
        let settings = json!({"members": ["/id", "/data/n"], "signature": "/mac"});
        let mac = base64(sign);
        let body = json!({"id": id, "data": {"n": 7, "more": 1}, "mac": mac}).to_string();
        row("signed-members", settings, json, "", &body, reason)
    };
    vec![
        of_form(usual(), form, "BodyaFromb", body, None),
        of_form(usual(), form, "BodyaFromb", "Body=a&From=b&From=b", None),
        of_form(
            usual(),
            form,
            "FrombBodya",
            body,
            Some("signature_mismatch"),
        ),
        of_form(
            usual(),
            json,
            "BodyaFromb",
            body,
            Some("unsupported_media_type"),
        ),
        of_form(
            usual(),
            form,
            "BodyaFrombNewc",
            "Body=a&From=b&New=c",
            malformed,
        ),
        of_form(
            settings(&address, json!({"leave_out_unknown_fields": true})),
            form,
            "BodyaFrombNewc",
            "Body=a&From=b&New=c",
            None,
        ),
        of_form(
            settings("https://hooks.example/other", json!({})),
            form,
            "BodyaFromb",
            body,
            malformed,
        ),
        of_members("a", "a:7", None),
        of_members("a", "a:8", Some("signature_mismatch")),
        of_members("a:7", "a:7:7", malformed),
    ]
}

/// An event of PagerDuty with this time.
fn of_pagerduty(time: &str, settings: Value, reason: Option<&'static str>) -> Row {
    let body = json!({"event": {"id": "1", "event_type": "t", "occurred_at": time}}).to_string();
    let secret = "a secret of the test";
    let mac = mac(secret.as_bytes(), body.as_bytes());
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    Row {
        method: "POST",
        provider: "pagerduty",
        settings,
        lines: format!("{JSON}x-pagerduty-signature: v1={mac}\r\n"),
        body: body.into(),
        reason,
        keys: vec![("PAGERDUTY_WEBHOOK_SECRET", secret.to_owned())],
    }
}

/// A token of these claims and this head, by HS256.
fn bound_token(head: &Value, claims: &Value) -> String {
    let secret = SECRETS.iter().find(|it| it.0 == "JWT_BODY_HASH_SECRET");
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(head), part(claims));
    let mac = mac(secret.unwrap().1.as_bytes(), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac))
}

/// Tokens that bind the body, right and wrong.
fn bound_tokens() -> Vec<Row> {
    let body = r#"{"id":"e-1"}"#;
    let digest: String = Sha256::digest(body)
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    // The other rows take their time first.
    let now = SystemClock::new().now().as_secs();
    let of = |settings: Value, lines: String, body: String, reason| Row {
        method: "POST",
        provider: "jwt-body-hash",
        settings,
        lines: format!("{JSON}{lines}"),
        body: body.into(),
        reason,
        keys: Vec::new(),
    };
    let head = json!({"alg": "HS256", "typ": "JWT"});
    let digest_of = |head: &Value, more: Value, reason| {
        let mut claims = json!({"sha256": digest, "iss": "acme", "iat": now + 200});
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let settings = json!({
            "algorithms": ["HS256"], "issuers": ["acme"], "issued_at": true,
            "binding": {"digest": {"header": "x-token", "prefix": "Bearer ", "claim": "/sha256", "digest": "sha256:hex"}},
        });
        let line = format!("x-token: bearer {}\r\n", bound_token(head, &claims));
        of(settings, line, body.to_owned(), reason)
    };
    let member = |audiences: &[&str], claims: Value, reason| {
        let settings = json!({
            "algorithms": ["HS256"], "binding": {"member": "/token"}, "audiences": audiences,
            "needs_claims": ["/event"], "jti": "id",
        });
        let body = json!({"token": bound_token(&head, &claims), "event": "another"});
        of(settings, String::new(), body.to_string(), reason)
    };
    let event = |aud: &str| json!({"event": "e", "jti": "j-1", "aud": aud});
    let (wrong, malformed) = (Some("signature_mismatch"), Some("malformed_signature"));
    let settings = json!({"algorithms": ["HS256"], "binding": "body", "needs_claims": ["/event"]});
    let whole = bound_token(&head, &json!({"event": "e"}));
    vec![
        digest_of(&head, json!({}), None),
        digest_of(&head, json!({"sha256": digest.to_uppercase()}), None),
        digest_of(&head, json!({"sha256": "00"}), wrong),
        digest_of(&head, json!({"sha256": null}), malformed),
        digest_of(&head, json!({"iss": "evil"}), wrong),
        digest_of(&head, json!({"aud": "shop"}), wrong),
        digest_of(&head, json!({"exp": now - 3600}), Some("timestamp_too_old")),
        digest_of(&head, json!({"exp": now + 3600}), None),
        digest_of(
            &head,
            json!({"nbf": now + 3600}),
            Some("timestamp_in_future"),
        ),
        digest_of(&head, json!({"iat": now - 400}), Some("timestamp_too_old")),
        digest_of(&head, json!({"iat": "soon"}), Some("malformed_timestamp")),
        digest_of(&json!({"alg": "none"}), json!({}), malformed),
        digest_of(
            &json!({"alg": "HS256", "crit": ["exp"]}),
            json!({}),
            malformed,
        ),
        digest_of(
            &json!({"alg": "HS256", "typ": "at+jwt"}),
            json!({}),
            malformed,
        ),
        member(&["shop"], event("shop"), None),
        member(&["shop"], event("another"), wrong),
        member(&[], event("shop"), wrong),
        member(
            &["shop"],
            json!({"event": "e", "aud": "shop"}),
            Some("missing_id"),
        ),
        member(&["shop"], json!({"jti": "j-1", "aud": "shop"}), wrong),
        of(settings.clone(), String::new(), whole.clone(), None),
        of(
            settings.clone(),
            String::new(),
            format!("{whole}\n"),
            malformed,
        ),
        of(
            settings,
            String::new(),
            "{}".to_owned(),
            Some("missing_signature"),
        ),
    ]
}

/// Where every request goes.
const TARGET: &str = "/in?n=1";

/// What `listen` says about the row's request, and its answer.
fn heard(listening: Listening, row: &Row, what: &str) -> Option<Value> {
    let lines = format!("{}{CLOSE}", row.lines);
    let answer = send(&listening, row.method, TARGET, &lines, &row.body);
    let event_key = match row.reason {
        Some(reason) => {
            let note = listening.note();
            assert_eq!(note, format!("refused  {reason}"), "{what}: {answer}");
            None
        }
        None => Some(listening.event()["event_key"].clone()),
    };
    listening.stop();
    event_key
}

/// What `explain` says about a capture, as JSON.
fn explained(capture: &str, options: &[&str]) -> Value {
    let arguments = [&["explain", capture, "--json"], options].concat();
    let output = hookgate(&arguments).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{why}: {output:?}"))
}

#[test]
fn a_request_gets_one_judgement_from_the_middleware_and_from_its_record() {
    for framework in FRAMEWORKS {
        let rows = rows().into_iter().chain(heads()).chain(tokens());
        let rows = rows
            .chain(without_signature())
            .chain(behind_sites())
            .chain(shown_tokens())
            .chain(with_key_ids())
            .chain(with_named_keys())
            .chain(both_kinds_of_keys())
            .chain(presets_by_keys())
            .chain(forms())
            .chain(compressed())
            .chain(templates())
            .chain(bound_tokens())
            .chain(of_sns())
            .chain(signed_parts());
        for (number, row) in rows.enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let saved = folder.path().join("seen");
            let settings = folder.path().join("settings.json");
            fs::write(&settings, row.settings.to_string()).unwrap();
            let paths = [&saved, &settings].map(|path| path.to_str().unwrap());
            let plain = ["--json", "--framework", framework, "--settings", paths[1]];
            let keys = row.keys.iter().flat_map(|(name, _)| ["--key-env", name]);
            let plain: Vec<&str> = plain.into_iter().chain(keys).collect();
            let saving = [&plain[..], &["--save", paths[0]]].concat();
            let what = format!("{framework}, {} {number}", row.provider);

            let keys: Vec<_> = row.keys.iter().map(|(name, key)| (*name, &**key)).collect();
            let start = |arguments| Listening::start_in(&keys, row.provider, arguments);
            let unsaved = heard(start(&plain), &row, &what);
            let event_key = heard(start(&saving), &row, &what);
            assert_eq!(event_key, unsaved, "{what}");
            let record = saved.join("000001.json");
            let verified = verdicts(&verify_text(fs::read(&record).unwrap())).remove(0);
            let explained = explained(record.to_str().unwrap(), &[]);
            for (command, said) in [("verify", &verified), ("explain", &explained)] {
                let is_accepted = said["verdict"] == "accepted";
                assert_eq!(
                    is_accepted,
                    row.reason.is_none(),
                    "{what}, {command}: {said}"
                );
                assert_eq!(said["reason"].as_str(), row.reason, "{what}, {command}");
            }
            assert_eq!(verified.get("event_key"), event_key.as_ref(), "{what}");
        }
    }
}

#[test]
fn a_head_gets_one_judgement_in_every_form_of_a_capture() {
    for (number, row) in heads().into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let settings = file("settings.json", &row.settings.to_string());
        let lines: Vec<&str> = row.lines.lines().map(str::trim).collect();
        let body = String::from_utf8(row.body).unwrap();
        let http = format!("{} /hook HTTP/1.1\r\n{}\r\n{body}", row.method, row.lines);
        // `-H "name;"` is curl's spelling of an empty value.
        let quoted = lines.iter().map(|line| match line.strip_suffix(':') {
            Some(name) => format!("-H '{name};' "),
            None => format!("-H '{line}' "),
        });
        let curl = format!(
            "curl -X {} {}--data-binary '{body}' http://localhost/hook",
            row.method,
            quoted.collect::<String>(),
        );
        let headers = lines.iter().flat_map(|line| ["-H", line]);
        let beside: Vec<&str> = headers.collect();
        // curl sends a form's type, and a body alone gets the provider's, where none is given.
        let has_type = row.lines.contains("content-type");
        let is_post = row.method == "POST";
        for (name, text, beside) in [
            ("request.http", &http, &[][..]),
            ("request.sh", &curl, &[]),
            ("body.json", &body, &beside),
        ] {
            let is_body = name == "body.json";
            if is_body && !is_post {
                continue;
            }
            let capture = file(name, text);
            let terms = ["--provider", row.provider, "--settings", &settings];
            let said = explained(&capture, &[&terms, beside].concat());
            let what = format!("{number}, {name}: {said}");
            let expected = row.reason.filter(|_| has_type || !is_body);
            assert_eq!(said["reason"].as_str(), expected, "{what}");
            let is_told = said["notes"].to_string().contains("no media type");
            assert_eq!(is_told, is_body, "{what}");
        }
    }
}

#[test]
fn a_setting_that_only_records_know_is_refused_by_a_receiver() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.json");
    fs::write(&settings, r#"{"assume_media_type":true}"#).unwrap();
    let said = Listening::refused("logto", &["--settings", settings.to_str().unwrap()]);
    assert!(
        said.contains("`assume_media_type` is for records"),
        "{said}"
    );
}

#[test]
fn a_time_in_the_body_that_cannot_be_read_is_named_by_its_member() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let secret = "a secret of the test";
    let key = file("secret", secret);
    let body = json!({"type": "Issue", "webhookTimestamp": "soon"}).to_string();
    let mac = mac(secret.as_bytes(), body.as_bytes());
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let http = format!("POST /hook HTTP/1.1\r\n{JSON}linear-signature: {mac}\r\n\r\n{body}");
    let capture = file("request.http", &http);
    let said = explained(
        &capture,
        &["--provider", "linear", "--key-file", &key, "--now", "now"],
    );
    let first = &said["findings"][0];
    assert_eq!(first["mistake"], "malformed_timestamp", "{said}");
    let words = format!("{} {}", first["cause"], first["advice"]);
    assert!(words.contains("/webhookTimestamp"), "{said}");
    assert!(!words.contains("header"), "{said}");
    // Of the event, and a number.
    let body = r#"{"event":"payment.captured","created_at":"2026-11-28T16:00:00Z"}"#;
    let mac = self::mac(secret.as_bytes(), body.as_bytes());
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let http = format!("POST /hook HTTP/1.1\r\n{JSON}x-razorpay-signature: {mac}\r\n\r\n{body}");
    let capture = file("event.http", &http);
    let said = explained(&capture, &["--key-file", &key, "--now", "now"]);
    let first = &said["findings"][0];
    assert_eq!(first["mistake"], "unreadable_time", "{said}");
    let cause = first["cause"].as_str().unwrap();
    assert!(
        cause.ends_with("at /created_at is not a whole number of seconds"),
        "{cause}"
    );
}
