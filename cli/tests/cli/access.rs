//! Every way in which a sender may log in, as `settings.access` says it.

use std::collections::BTreeSet;

use ::base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::command::{base64, verdict, with};

const TOKENS: &str = include_str!("../../../tests/vectors/jwt/tokens.json");
const RSA: &str = include_str!("../../../tests/vectors/jwt/rsa.crt.pem");

/// The published record under `access`, with these headers added.
fn under(access: Value, headers: &[(&str, &str)]) -> Value {
    let mut record = with("settings", json!({ "access": access }));
    let list = record["headers"].as_array_mut().unwrap();
    list.extend(headers.iter().map(|(name, value)| json!([name, value])));
    record
}

fn reason(record: &Value) -> String {
    let verdict = verdict(record);
    let said = [&verdict["reason"], &verdict["error"], &verdict["verdict"]];
    let said = said.into_iter().find_map(Value::as_str);
    said.unwrap().to_owned()
}

fn token(name: &str) -> String {
    let tokens: Vec<Value> = serde_json::from_str(TOKENS).unwrap();
    let found = tokens.iter().find(|it| it["name"] == name).unwrap();
    format!("Bearer {}", found["token"].as_str().unwrap())
}

#[test]
fn every_kind_accepts_its_own_and_says_what_is_wrong() {
    let basic = json!({"basic": ["u:a:b"]});
    let headers = json!({"headers": [["x-one", "1"], ["x-two", "2"]]});
    let key = json!({"api_key": {"header": "authorization", "value": "raw"}});
    let any = json!({"any": [basic.clone(), key.clone()]});
    let all = json!({"all": [headers.clone(), key.clone()]});
    let right = format!("Basic {}", base64(b"u:a:b"));
    let ones = [("x-one", "1"), ("x-two", "2")];
    for (access, headers, expected) in [
        (&basic, &[("authorization", right.as_str())][..], "accepted"),
        (&basic, &[], "access_missing"),
        (&basic, &[("authorization", "raw")], "access_denied"),
        (&headers, &ones, "accepted"),
        (&headers, &ones[..1], "access_missing"),
        (&any, &[("authorization", &right)], "accepted"),
        (&any, &[("authorization", "raw")], "accepted"),
        (&any, &[("authorization", "x")], "access_denied"),
        (
            &all,
            &[("authorization", "raw"), ones[0], ones[1]],
            "accepted",
        ),
        (&all, &[("authorization", "raw")], "access_missing"),
        (&json!("none"), &[], "accepted"),
    ] {
        assert_eq!(
            reason(&under(access.clone(), headers)),
            expected,
            "{access}"
        );
    }
}

#[test]
fn tokens_are_judged_at_the_records_time() {
    let shared = json!({"bearer": {
        "secret": "utf8:4c0b9ff1e0e84f0f8d8c57bd4ef13b21", "algorithms": ["HS256"],
        "issuer": "https://id.example", "audience": "hookgate", "scopes": ["webhooks"],
    }});
    let public = json!({"bearer": {"pem": RSA, "algorithms": ["RS256"], "audience": "hookgate"}});
    let encoded = base64(RSA.as_bytes());
    let encoded =
        json!({"bearer": {"pem": encoded, "algorithms": ["RS256"], "audience": "hookgate"}});
    for (access, name, expected) in [
        (&shared, "HS256", "accepted"),
        (&shared, "alg none", "access_denied"),
        (&shared, "RS256", "access_denied"),
        (&public, "RS256", "accepted"),
        (&encoded, "RS256", "accepted"),
        (&public, "HS256 signed with the public key", "access_denied"),
    ] {
        let mut record = under(access.clone(), &[("authorization", &token(name))]);
        record["now"] = json!(1_700_000_000);
        record["window_s"] = Value::Null;
        assert_eq!(reason(&record), expected, "{name}");
        record["now"] = json!(1_700_003_660);
        assert_eq!(reason(&record), "access_denied", "{name}");
    }
}

const SHARED: &str = "4c0b9ff1e0e84f0f8d8c57bd4ef13b21";
const OTHER: &str = "9a1d6c3be7f24a5f8b0e2d4c6f8a1b3c";

/// A token with this head and these claims, signed here.
fn signed(secret: &str, head: Value, mut claims: Value) -> String {
    claims["exp"] = json!(1_700_000_600);
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(head), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("Bearer {text}.{signature}")
}

/// A token of `client`.
fn token_of(claim: &str, client: &str) -> String {
    signed(SHARED, json!({"alg": "HS256"}), json!({claim: client}))
}

/// The rule with these keys.
fn of_keys(keys: Value) -> Value {
    json!({"bearer": {"keys": keys, "algorithms": ["HS256", "RS256"]}})
}

#[test]
fn a_token_is_tried_with_the_key_that_it_names_and_without_a_name_with_each() {
    let secret = |text: &str| format!("utf8:{text}");
    let rule = of_keys(json!([
        {"kid": "one", "secret": secret(SHARED)},
        {"kid": "two", "secret": secret(OTHER)},
        {"kid": "three", "pem": RSA},
    ]));
    for (secret, kid, expected) in [
        (SHARED, Some("one"), "accepted"),
        (OTHER, Some("two"), "accepted"),
        (SHARED, Some("two"), "access_denied"),
        (SHARED, Some("three"), "access_denied"),
        (SHARED, Some("four"), "access_denied"),
        (SHARED, Some(""), "access_denied"),
        (SHARED, None, "accepted"),
        (OTHER, None, "accepted"),
        ("none of the two that are configured", None, "access_denied"),
    ] {
        let mut head = json!({"alg": "HS256"});
        if let Some(kid) = kid {
            head["kid"] = json!(kid);
        }
        let header = signed(secret, head, json!({}));
        let mut record = under(rule.clone(), &[("authorization", &header)]);
        record["now"] = json!(1_700_000_000);
        record["window_s"] = Value::Null;
        assert_eq!(reason(&record), expected, "{secret} {kid:?}");
    }
}

#[test]
fn keys_of_a_token_that_cannot_be_told_apart_are_malformed() {
    let secret = format!("utf8:{SHARED}");
    let error = |rule: Value| verdict(&under(rule, &[]))["error"].clone();
    let twice = of_keys(json!([{"kid": "one", "secret": secret}, {"kid": "one", "pem": RSA}]));
    assert_eq!(
        error(twice),
        "`settings`: `access`: two `keys` of `bearer` have the same `kid`"
    );
    let mut both = of_keys(json!([{"secret": secret}]));
    both["bearer"]["pem"] = json!(RSA);
    for rule in [
        both,
        of_keys(json!([{"kid": "one"}])),
        of_keys(json!([{"kid": "one", "secret": secret, "pem": RSA}])),
    ] {
        assert!(
            error(rule.clone()).as_str().unwrap().contains("`bearer`"),
            "{rule}"
        );
    }
    let unnamed = of_keys(json!([{"secret": secret}, {"secret": format!("utf8:{OTHER}")}]));
    assert_eq!(reason(&under(unnamed, &[])), "access_missing");
}

#[test]
fn tokens_of_other_clients_are_refused() {
    let rule = json!({"bearer": {
        "secret": "utf8:4c0b9ff1e0e84f0f8d8c57bd4ef13b21", "algorithms": ["HS256"],
        "issued_to": ["facephi", "unico"],
    }});
    for (claim, client, expected) in [
        ("client_id", "facephi", "accepted"),
        ("azp", "unico", "accepted"),
        ("appid", "unico", "accepted"),
        ("appid", "another", "access_denied"),
        ("client_id", "another", "access_denied"),
        ("sub", "facephi", "access_denied"),
    ] {
        let header = token_of(claim, client);
        let mut record = under(rule.clone(), &[("authorization", &header)]);
        record["now"] = json!(1_700_000_000);
        record["window_s"] = Value::Null;
        assert_eq!(reason(&record), expected, "{claim} {client}");
    }
}

#[test]
fn networks_are_a_gate_of_their_own() {
    let networks = json!({"networks": {
        "allow": ["203.0.113.0/24"], "proxies": ["10.0.0.0/8"], "forwarding": "x_forwarded_for",
    }});
    let with_key = json!({"all": [
        networks.clone(), {"api_key": {"header": "x-key", "value": "1"}},
    ]});
    let spoofed = [("x-forwarded-for", "203.0.113.9, 192.0.2.1")];
    let real = [("x-forwarded-for", "192.0.2.1, 203.0.113.9")];
    for (access, peer, headers, expected) in [
        (&networks, json!("203.0.113.7:443"), &[][..], "accepted"),
        (
            &networks,
            json!("[::ffff:203.0.113.7]:443"),
            &[],
            "accepted",
        ),
        (&networks, json!("10.0.0.1:1"), &real, "accepted"),
        (&networks, json!("10.0.0.1:1"), &spoofed, "address_denied"),
        (&networks, json!("192.0.2.1:1"), &[], "address_denied"),
        (&networks, Value::Null, &[], "peer_not_wired"),
        (&with_key, json!("203.0.113.7:443"), &[], "access_missing"),
        (
            &with_key,
            json!("203.0.113.7:443"),
            &[("x-key", "1")],
            "accepted",
        ),
        (
            &with_key,
            json!("192.0.2.1:1"),
            &[("x-key", "1")],
            "address_denied",
        ),
    ] {
        let mut record = under(access.clone(), headers);
        record["peer"] = peer;
        assert_eq!(reason(&record), expected, "{record}");
    }
}

#[test]
fn networks_read_what_sites_write() {
    let allow = |more: Value| {
        let mut rule = json!({"allow": ["203.0.113.0/24"]});
        for (name, value) in more.as_object().unwrap() {
            rule[name] = value.clone();
        }
        json!({"networks": rule})
    };
    let proxy = json!("10.0.0.1:1");
    let real_ip = allow(
        json!({"proxies": ["10.0.0.0/8"], "forwarding": {"single_address": "x-real-ip"}, "refuse": ["203.0.113.66"]}),
    );
    let counted =
        allow(json!({"proxies": ["10.0.0.0/8"], "forwarding": "x_forwarded_for", "hops": 2}));
    let open = allow(json!({"unix_socket": "allow"}));
    let behind = allow(json!({"unix_socket": "proxy", "forwarding": "forwarded"}));
    let none = allow(json!({}));
    let denied = "address_denied";
    for (access, peer, header, expected) in [
        (&real_ip, &proxy, ("x-real-ip", "203.0.113.7"), "accepted"),
        (&real_ip, &proxy, ("x-real-ip", "203.0.113.66"), denied),
        (
            &real_ip,
            &json!("192.0.2.1:1"),
            ("x-real-ip", "203.0.113.7"),
            denied,
        ),
        (
            &counted,
            &proxy,
            ("x-forwarded-for", "203.0.113.7, 198.51.100.1"),
            "accepted",
        ),
        (&counted, &proxy, ("x-forwarded-for", "203.0.113.7"), denied),
        (&open, &json!("unix"), ("x-any", "1"), "accepted"),
        (
            &behind,
            &json!("unix"),
            ("forwarded", "for=203.0.113.7"),
            "accepted",
        ),
        (&behind, &json!("unix"), ("x-any", "1"), denied),
        (
            &none,
            &json!("unix"),
            ("forwarded", "for=203.0.113.7"),
            denied,
        ),
        (&open, &Value::Null, ("x-any", "1"), "peer_not_wired"),
    ] {
        let mut record = under(access.clone(), &[header]);
        record["peer"] = peer.clone();
        assert_eq!(reason(&record), expected, "{record}");
    }
    for more in [
        json!({"hops": 2}),
        json!({"unix_socket": "proxy"}),
        json!({"unix_socket": "allow", "forwarding": "forwarded"}),
        json!({"proxies": ["10.0.0.1"], "forwarding": {"single_address": "no name"}}),
        json!({"proxies": ["10.0.0.1"], "forwarding": {"single_address": "x-real-ip"}, "hops": 1}),
        json!({"refuse": ["0.0.0.0/0"]}),
    ] {
        let access = allow(more);
        let verdict = verdict(&under(access.clone(), &[]));
        assert_eq!(verdict["verdict"], "error", "{access}");
    }
}

#[test]
fn rules_that_mean_nothing_are_malformed() {
    let networks = json!({"networks": ["203.0.113.7"]});
    let token = json!({"algorithms": ["RS256"]});
    for access in [
        json!({"all": []}),
        json!({"any": []}),
        json!({"all": [{"any": []}]}),
        json!({"any": [networks.clone(), "none"]}),
        json!({"all": [networks.clone(), networks.clone()]}),
        json!({"any": ["none", {"basic": ["u:p"]}]}),
        json!({"headers": []}),
        json!({"basic": ["no colon"]}),
        json!({"basic": []}),
        json!({"bearer": token}),
        json!({"bearer": {"pem": RSA, "algorithms": ["none"]}}),
        json!({"bearer": {"pem": RSA, "algorithms": ["HS256"]}}),
        json!({"bearer": {"secret": "utf8:short", "algorithms": ["HS256"]}}),
        json!({"networks": []}),
        json!({"networks": {"allow": ["203.0.113.7"], "proxies": ["10.0.0.1"]}}),
        json!({"networks": ["203.0.113.7/24"]}),
    ] {
        assert_eq!(
            verdict(&under(access.clone(), &[]))["verdict"],
            "error",
            "{access}"
        );
    }
    let empty = json!({"basic": ["u:"]});
    assert_eq!(reason(&under(empty, &[])), "bad_key");
}

#[test]
fn unicos_packs_are_believed_by_access_alone() {
    let record = |provider: &str, settings: Value, body: &str| {
        json!({
            "id": "1", "provider": provider, "settings": settings,
            "headers": [["content-type", "application/json"], ["authorization", "s3cret"]], "body_base64": base64(body.as_bytes()),
        })
    };
    let key = json!({"api_key": {"header": "authorization", "value": "s3cret"}});
    let current = r#"{"processId":"a","state":"PROCESS_STATE_FINISHED","flow":"id"}"#;
    let numeric = r#"{"id":"a","status":3}"#;
    let both = json!({"access": key, "generation": {"both": {"terminal": [3]}}});
    let accepted = verdict(&record("idcloud", json!({"access": key}), current));
    assert_eq!(
        (
            &accepted["verdict"],
            &accepted["key_id"],
            &accepted["event_type"]
        ),
        (
            &json!("accepted"),
            &json!("access"),
            &json!("PROCESS_STATE_FINISHED")
        )
    );
    assert_eq!(
        reason(&record("idcloud", json!({"access": key}), numeric)),
        "undecodable"
    );
    let settings = json!({"access": key, "generation": "numeric"});
    assert_eq!(reason(&record("idcloud", settings, numeric)), "accepted");
    let one = verdict(&record("idcloud", both.clone(), numeric));
    let other = verdict(&record("idcloud", both, current));
    assert_eq!(one["event_key"], other["event_key"]);
    for provider in ["idcloud", "unico-check"] {
        let without = verdict(&record(provider, json!({}), numeric));
        assert!(without["error"].as_str().unwrap().contains("access"));
        let wrong = json!({"access": {"api_key": {"header": "authorization", "value": "x"}}});
        assert_eq!(
            reason(&record(provider, wrong.clone(), numeric)),
            "access_denied"
        );
        let mut of_a_tenant = record(provider, wrong, numeric);
        of_a_tenant["tenant"] = json!("acme");
        assert_eq!(reason(&of_a_tenant), "access_denied");
        of_a_tenant["settings"] = json!({});
        assert_eq!(reason(&of_a_tenant), "access_missing");
    }
    let unico = verdict(&record("unico-check", json!({"access": key}), numeric));
    assert_eq!(unico["verdict"], "accepted");
}

#[test]
fn ids_of_many_digits_are_ids_of_their_own() {
    let rule = json!({"api_key": {"header": "authorization", "value": "s3cret"}});
    let key_of = |id: &str| {
        let body = format!(r#"{{"id":{id}}}"#);
        let accepted = verdict(&json!({
            "id": "1", "provider": "access-only", "settings": {"access": rule, "identity": {"member": "/id"}},
            "headers": [["content-type", "application/json"], ["authorization", "s3cret"]],
            "body_base64": base64(body.as_bytes()),
        }));
        accepted["event_key"].as_str().unwrap().to_owned()
    };
    let ids = [
        "123456789012345678901",
        "123456789012345678902",
        "\"123456789012345678901\"",
        "7",
        "\"7\"",
    ];
    let keys: BTreeSet<String> = ids.map(key_of).into();
    assert_eq!(keys.len(), ids.len());
}
