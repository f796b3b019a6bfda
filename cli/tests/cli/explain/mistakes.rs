//! Seeded mistakes: each must be the first finding.

use std::io::Write;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD},
};
use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::request::{
    AT, BODY, FACEPHI_EVENT, NONCE, Row, SECRET, UNICO_BODY, certificate, es256_in_der, facephi,
    facephi_signed, github, hex, logto, mac, rs256, shopify, slack, standard, stripe, unico,
};
use crate::command::base64;

const KEY: &[u8] = SECRET.as_bytes();
const OTHER: &str = "an0ther-s3cret-0123456789";
const RSA_CERTIFICATE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/vectors/signed_request/rsa.crt.pem"
);
const SIGNATURE: &str = "x-hub-signature-256";

pub(super) fn pretty(indent: &[u8]) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    let mut writer = serde_json::Serializer::with_formatter(&mut out, formatter);
    write_in_order(BODY, &mut writer);
    String::from_utf8(out).unwrap()
}

/// Writes the members in their order.
fn write_in_order<W: Write>(
    text: &str,
    writer: &mut serde_json::Serializer<W, serde_json::ser::PrettyFormatter<'_>>,
) {
    use serde::Serialize;
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Nested {
        z: u8,
        a: (bool, Option<u8>),
    }
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Body {
        r#type: String,
        name: String,
        url: String,
        amount: u8,
        nested: Nested,
    }
    let body: Body = serde_json::from_str(text).unwrap();
    body.serialize(writer).unwrap();
}

fn spaced() -> String {
    r#"{"type": "push", "name": "canary-personal María", "url": "https://example.org/a/b?c=<1>", "amount": 12, "nested": {"z": 1, "a": [true, null]}}"#
        .to_owned()
}

fn sorted() -> String {
    serde_json::from_str::<serde_json::Value>(BODY)
        .unwrap()
        .to_string()
}

pub(super) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zlib(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn deflate(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn percent(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(byte);
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if plain(&byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// A JWS with its payload in it.
fn jws(payload: &[u8]) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
    let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(payload));
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(rs256(text.as_bytes())))
}

fn with_api_key(value: &str) -> serde_json::Value {
    json!({"access": {"api_key": {"header": "x-api-key", "value": value}}})
}

const TELEGRAM: &str = "x-telegram-bot-api-secret-token";

fn telegram() -> Row {
    let headers = [("content-type", "application/json"), (TELEGRAM, SECRET)];
    Row::new(
        "telegram",
        &format!("utf8:{SECRET}"),
        &headers,
        BODY.as_bytes(),
    )
}

pub(super) fn custom(settings: serde_json::Value, headers: &[(&str, &str)]) -> Row {
    let headers: Vec<_> = [("content-type", "application/json")]
        .iter()
        .chain(headers)
        .copied()
        .collect();
    Row::new(
        "hmac-header",
        &format!("utf8:{SECRET}"),
        &headers,
        BODY.as_bytes(),
    )
    .set("settings", settings)
}

/// A token in a header, with the body's digest, whose `claim` (`exp` or `nbf`) is `time`.
fn token(key: &[u8], claim: &str, time: i64) -> Row {
    let part = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let digest = hex(&Sha256::digest(BODY));
    let message = format!(
        "{}.{}",
        part(json!({"alg": "HS256"})),
        part(json!({"digest": digest, claim: time}))
    );
    let token = format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(mac(key, message.as_bytes()))
    );
    let binding =
        json!({"digest": {"header": "x-token", "claim": "/digest", "digest": "sha256:hex"}});
    custom(
        json!({"algorithms": ["HS256"], "binding": binding}),
        &[("x-token", &token)],
    )
    .set("provider", "jwt-body-hash")
}

/// Each mistake, and the request in which it was made.
pub(crate) fn rows() -> Vec<(&'static str, &'static str, Row)> {
    let ours = || github(KEY, BODY);
    let signed_with = |key: &[u8]| github(key, BODY);
    let hex_of = |key: &[u8], signed: &str| hex(&mac(key, signed.as_bytes()));
    let crlf = pretty(b"  ").replace('\n', "\r\n");
    let bom = [b"\xef\xbb\xbf", BODY.as_bytes()].concat();
    let utf16: Vec<u8> = BODY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mojibake: String = BODY.bytes().map(char::from).collect();
    let ascii = BODY.replace('í', "\\u00ed");
    let php = ascii.replace('/', "\\/");
    let go = BODY.replace('<', "\\u003c").replace('>', "\\u003e");
    let reordered = BODY.replacen(r#""type":"push","#, "", 1).replacen(
        r#","amount":12"#,
        r#","type":"push","amount":12"#,
        1,
    );
    let gateway = json!({"isBase64Encoded": false, "headers": {}, "body": BODY}).to_string();
    let gateway64 = json!({"isBase64Encoded": true, "body": base64(BODY.as_bytes())}).to_string();
    let form = format!("payload={}", percent(BODY));
    let slack_form = "token=x&text=canary-personal+and+more%21&user=U1";
    let slack_plain = "token=x&text=canary-personal and more!&user=U1";
    let in_log = BODY.replace('"', "\\\"");
    let length = BODY.len().to_string();
    let ms = AT * 1000;
    let data = r#"{"type":"ONBOARDING","customerId":"canary-personal"}"#;
    let sorted_event = serde_json::from_str::<serde_json::Value>(&facephi_signed())
        .unwrap()
        .to_string();
    let blank_event = FACEPHI_EVENT.replace("SIGNATURE", "");
    let null_event = FACEPHI_EVENT.replace(r#""SIGNATURE""#, "null");
    let secret_hex = "00112233445566778899aabbccddeeff";
    let secret_64 = STANDARD.encode("thirty-two bytes of a secret key");
    vec![
        // The body.
        (
            "pretty to compact",
            "body_rewritten",
            github(KEY, pretty(b"  ")).body(BODY),
        ),
        (
            "pretty by four to compact",
            "body_rewritten",
            shopify(pretty(b"    ")).body(BODY),
        ),
        (
            "pretty by tabs to compact",
            "body_rewritten",
            logto(pretty(b"\t")).body(BODY),
        ),
        (
            "compact to pretty",
            "body_rewritten",
            stripe(AT, BODY).body(pretty(b"  ")),
        ),
        (
            "python to compact",
            "body_rewritten",
            standard(KEY, AT, &spaced()).body(BODY),
        ),
        (
            "compact to python",
            "body_rewritten",
            slack(AT, BODY).body(spaced()),
        ),
        (
            "unicode unescaped",
            "body_escapes",
            github(KEY, &ascii).body(BODY),
        ),
        ("unicode escaped", "body_escapes", logto(BODY).body(&ascii)),
        (
            "slashes unescaped",
            "body_escapes",
            github(KEY, BODY.replace('/', "\\/")).body(BODY),
        ),
        (
            "php's escapes undone",
            "body_escapes",
            shopify(&php).body(BODY),
        ),
        (
            "go's escapes undone",
            "body_escapes",
            stripe(AT, &go).body(BODY),
        ),
        (
            "sorted keys undone",
            "body_key_order",
            github(KEY, sorted()).body(BODY),
        ),
        (
            "keys sorted",
            "body_key_order",
            github(KEY, BODY.replace(r#"{"z":1,"a":[true,null]}"#, "1")).body(
                serde_json::from_str::<serde_json::Value>(
                    &BODY.replace(r#"{"z":1,"a":[true,null]}"#, "1"),
                )
                .unwrap()
                .to_string(),
            ),
        ),
        (
            "one member moved",
            "body_key_order",
            logto(BODY).body(&reordered),
        ),
        (
            "newline added",
            "newline_added",
            github(KEY, BODY).body(format!("{BODY}\n")),
        ),
        (
            "crlf added",
            "newline_added",
            shopify(BODY).body(format!("{BODY}\r\n")),
        ),
        (
            "newline removed",
            "newline_removed",
            github(KEY, format!("{BODY}\n")).body(BODY),
        ),
        (
            "trimmed",
            "body_trimmed",
            logto(format!(" {BODY}")).body(BODY),
        ),
        (
            "white space added",
            "white_space_added",
            logto(BODY).body(format!("  {BODY}\t")),
        ),
        (
            "crlf to lf",
            "line_ends",
            github(KEY, &crlf).body(pretty(b"  ")),
        ),
        (
            "lf to crlf",
            "line_ends",
            github(KEY, pretty(b"  ")).body(&crlf),
        ),
        ("mark added", "byte_order_mark", shopify(BODY).body(&bom)),
        (
            "mark removed",
            "byte_order_mark",
            github(KEY, &bom).body(BODY),
        ),
        ("utf-16", "charset", github(KEY, BODY).body(utf16)),
        (
            "latin-1 and back",
            "charset",
            github(KEY, BODY).body(mojibake),
        ),
        (
            "gzip",
            "body_compressed",
            github(KEY, BODY).body(gzip(BODY)),
        ),
        ("zlib", "body_compressed", shopify(BODY).body(zlib(BODY))),
        (
            "deflate",
            "body_compressed",
            slack(AT, BODY).body(deflate(BODY)),
        ),
        (
            "base64 of a gateway",
            "body_base64",
            stripe(AT, BODY).body(base64(BODY.as_bytes())),
        ),
        (
            "base64 of gzip",
            "body_base64",
            github(KEY, BODY).body(base64(&gzip(BODY))),
        ),
        (
            "base64 decoded",
            "body_base64_decoded",
            logto(base64(BODY.as_bytes())).body(BODY),
        ),
        (
            "gateway's event",
            "body_wrapped",
            github(KEY, BODY).body(gateway),
        ),
        (
            "gateway's event in base64",
            "body_wrapped",
            github(KEY, BODY).body(gateway64),
        ),
        (
            "a JSON text",
            "body_wrapped",
            github(KEY, BODY).body(json!(BODY).to_string()),
        ),
        (
            "copied from a log",
            "body_wrapped",
            github(KEY, BODY).body(in_log),
        ),
        (
            "form decoded",
            "form_decoded",
            slack(AT, slack_form)
                .body(slack_plain)
                .change("content-type", |_| {
                    "application/x-www-form-urlencoded".to_owned()
                }),
        ),
        (
            "field of a form",
            "form_decoded",
            github(KEY, &form).body(BODY),
        ),
        (
            "a form that is said to be JSON",
            "wrong_media_type",
            github(KEY, &form),
        ),
        (
            "a form without a media type",
            "wrong_media_type",
            github(KEY, &form).without("content-type"),
        ),
        (
            "put into a form",
            "form_wrapped",
            github(KEY, BODY).body(&form),
        ),
        (
            "truncated",
            "body_truncated",
            ours().body(&BODY[..60]).header("content-length", &length),
        ),
        (
            "truncated without length",
            "body_truncated",
            ours().body(&BODY[..60]),
        ),
        (
            "longer",
            "body_longer",
            ours()
                .body(format!("{BODY}<!-- -->"))
                .header("content-length", &length),
        ),
        ("empty", "body_empty", ours().body("")),
        // The secret.
        (
            "prefix read as text",
            "secret_encoding",
            standard(KEY, AT, BODY).key(&format!("utf8:whsec_{}", STANDARD.encode(SECRET))),
        ),
        (
            "prefix belongs to the key",
            "secret_encoding",
            stripe(AT, BODY)
                .change("stripe-signature", |_| {
                    format!(
                        "t={AT},v1={}",
                        hex_of(b"whsec_dGVzdA==", &format!("{AT}.{BODY}"))
                    )
                })
                .key("whsec_dGVzdA=="),
        ),
        (
            "prefix lost",
            "secret_prefix",
            signed_with(b"whsec_abc-def").key("utf8:abc-def"),
        ),
        (
            "prefix too much",
            "secret_prefix",
            signed_with(b"abc-def").key("utf8:sk_abc-def"),
        ),
        (
            "base64 read as text",
            "secret_encoding",
            signed_with(b"thirty-two bytes of a secret key").key(&format!("utf8:{secret_64}")),
        ),
        (
            "text read as base64",
            "secret_encoding",
            signed_with(secret_64.as_bytes()).key(&format!("base64:{secret_64}")),
        ),
        (
            "hex read as text",
            "secret_encoding",
            signed_with(b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff")
                .key(&format!("utf8:{secret_hex}")),
        ),
        (
            "text read as hex",
            "secret_encoding",
            signed_with(secret_hex.as_bytes()).key(&format!("hex:{secret_hex}")),
        ),
        (
            "quotes",
            "secret_quotes",
            ours().key(&format!("utf8:\"{SECRET}\"")),
        ),
        (
            "line end",
            "secret_white_space",
            ours().key(&format!("utf8:{SECRET}\n")),
        ),
        (
            "blank",
            "secret_white_space",
            logto(BODY).key(&format!("utf8: {SECRET}")),
        ),
        (
            "line end as escape",
            "secret_escape",
            ours().key(&format!("utf8:{SECRET}\\n")),
        ),
        (
            "line of an env file",
            "secret_assignment",
            ours().key(&format!("utf8:WEBHOOK_SECRET={SECRET}")),
        ),
        (
            "line end at the sender",
            "secret_stray_at_sender",
            signed_with(format!("{SECRET}\n").as_bytes()),
        ),
        (
            "upper case",
            "secret_case",
            signed_with(SECRET.to_uppercase().as_bytes()),
        ),
        (
            "the other key",
            "other_key",
            signed_with(OTHER.as_bytes())
                .argument(&["--other-key-env", "OTHER_SECRET"])
                .environment("OTHER_SECRET", OTHER),
        ),
        ("no key", "no_key", ours().set("keys", json!([]))),
        (
            "an empty credential",
            "bad_credential",
            ours().set("settings", with_api_key("")),
        ),
        (
            "an undecodable key of tokens",
            "bad_credential",
            ours().set(
                "settings",
                json!({"access": {"bearer": {"secret": "hex:c4nary", "algorithms": ["HS256"]}}}),
            ),
        ),
        (
            "undecodable key",
            "bad_key",
            github(b"another one", BODY).key("hex:c4nary"),
        ),
        (
            "a certificate for a secret",
            "bad_key",
            ours().key(&format!("pem:{}", certificate("rsa.crt.pem"))),
        ),
        // The signature.
        (
            "hex instead of base64",
            "signature_encoding",
            shopify(BODY).change("x-shopify-hmac-sha256", |_| hex_of(KEY, BODY)),
        ),
        (
            "base64 instead of hex",
            "signature_encoding",
            logto(BODY).change("logto-signature-sha-256", |_| {
                STANDARD.encode(mac(KEY, BODY.as_bytes()))
            }),
        ),
        (
            "base64 of hex",
            "signature_encoding",
            shopify(BODY).change("x-shopify-hmac-sha256", |_| {
                STANDARD.encode(hex_of(KEY, BODY))
            }),
        ),
        (
            "url alphabet",
            "signature_alphabet",
            shopify(BODY).change("x-shopify-hmac-sha256", |it| {
                it.replace('+', "-").replace('/', "_").replace('=', "")
            }),
        ),
        (
            "prefix in upper case",
            "signature_prefix",
            ours().change(SIGNATURE, |it| it.replace("sha256=", "SHA256=")),
        ),
        (
            "no prefix",
            "signature_prefix",
            ours().change(SIGNATURE, |it| it.replace("sha256=", "")),
        ),
        (
            "prefix not expected",
            "signature_prefix",
            logto(BODY).change("logto-signature-sha-256", |it| format!("sha256={it}")),
        ),
        (
            "quoted",
            "signature_quotes",
            ours().change(SIGNATURE, |it| format!("\"{it}\"")),
        ),
        (
            "twice",
            "signature_repeated",
            ours().header(SIGNATURE, "sha256=00"),
        ),
        (
            "joined",
            "signature_repeated",
            ours().change(SIGNATURE, |it| format!("{it}, {it}")),
        ),
        (
            "underscores",
            "header_name",
            ours().renamed(SIGNATURE, "HTTP_X_HUB_SIGNATURE_256"),
        ),
        (
            "another name",
            "header_name",
            ours().renamed(SIGNATURE, "x-signature"),
        ),
        (
            "names of svix",
            "wrong_provider",
            standard(KEY, AT, BODY)
                .renamed("webhook-id", "svix-id")
                .renamed("webhook-timestamp", "svix-timestamp")
                .renamed("webhook-signature", "svix-signature"),
        ),
        ("not signed", "signature_missing", ours().without(SIGNATURE)),
        // Time.
        ("milliseconds", "timestamp_unit", standard(KEY, ms, BODY)),
        (
            "milliseconds in settings",
            "timestamp_unit",
            custom(
                json!({"signature_header": "x-signature", "encoding": "hex", "template": "{timestamp}.{body}", "timestamp_header": "x-time"}),
                &[
                    ("x-time", &*ms.to_string()),
                    ("x-signature", &*hex_of(KEY, &format!("{ms}.{BODY}"))),
                ],
            ),
        ),
        ("clock behind", "clock_skew", stripe(AT + 437, BODY)),
        ("late", "clock_skew", slack(AT - 1_000, BODY)),
        ("local time", "time_zone", stripe(AT - 3 * 3600 + 2, BODY)),
        (
            "time rewritten",
            "timestamp_rewritten",
            standard(KEY, AT, BODY).change("webhook-timestamp", |_| ms.to_string()),
        ),
        (
            "time of the event without its offset",
            "unreadable_time",
            logto(r#"{"event":"User.Created","createdAt":"2025-06-15 15:06:40","hookId":"h"}"#),
        ),
        ("time of the event in another type", "unreadable_time", {
            let numbered = |text: String| text.replace("\"2025-06-15T15:06:40Z\"", "1750000000");
            let mut row = facephi(KEY, &numbered(facephi_signed()));
            let body = FACEPHI_EVENT.replace(
                "SIGNATURE",
                &STANDARD.encode(mac(KEY, numbered(facephi_signed()).as_bytes())),
            );
            row.record["body_base64"] = base64(numbered(body).as_bytes()).into();
            row
        }),
        (
            "token that ended",
            "clock_skew",
            token(KEY, "exp", AT - 900),
        ),
        (
            "token that outlives its event",
            "good_for_too_long",
            token(KEY, "exp", AT + 30 * 24 * 3600),
        ),
        // The provider and the head.
        (
            "slack's request at github's",
            "wrong_provider",
            slack(AT, BODY).set("provider", "github"),
        ),
        (
            "github's request at logto's",
            "wrong_provider",
            github(KEY, BODY).set("provider", "logto"),
        ),
        ("get", "wrong_method", ours().set("method", "GET")),
        (
            "X asks, and nobody answers",
            "challenge_not_answered",
            slack(AT, BODY)
                .set("provider", "twitter")
                .set("method", "GET")
                .set("path", "/hook?crc_token=abc"),
        ),
        (
            "Meta asks with another token",
            "challenge_refused",
            slack(AT, BODY)
                .set("provider", "meta")
                .set("method", "GET")
                .set(
                    "path",
                    "/hook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=b",
                )
                .set("settings", json!({"challenge": "utf8:a"})),
        ),
        (
            "form",
            "wrong_media_type",
            ours().change("content-type", |_| {
                "application/x-www-form-urlencoded".to_owned()
            }),
        ),
        (
            "encoding left",
            "body_decompressed",
            ours().header("content-encoding", "gzip"),
        ),
        (
            "path",
            "wrong_path",
            ours()
                .set("path", "/hooks/github/")
                .argument(&["--route", "/hooks/github"]),
        ),
        (
            "api key in authorization",
            "access_header",
            ours()
                .set("settings", with_api_key("k3y-canary"))
                .header("authorization", "Bearer k3y-canary"),
        ),
        (
            "api key missing",
            "access_missing",
            ours().set("settings", with_api_key("k3y-canary")),
        ),
        (
            "api key wrong",
            "access_denied",
            ours()
                .set("settings", with_api_key("k3y-canary"))
                .header("x-api-key", "other"),
        ),
        // Tokens that senders show.
        (
            "token missing",
            "access_missing",
            telegram().without(TELEGRAM),
        ),
        (
            "token wrong",
            "access_denied",
            telegram().change(TELEGRAM, |_| "other".to_owned()),
        ),
        (
            "token in quotes",
            "access_form",
            telegram().change(TELEGRAM, |token| format!("\"{token}\"")),
        ),
        (
            "token twice",
            "access_repeated",
            telegram().header(TELEGRAM, SECRET),
        ),
        (
            "token in another header",
            "access_header",
            telegram().renamed(TELEGRAM, "authorization"),
        ),
        (
            "token of a member",
            "access_denied",
            Row::new(
                "access-token",
                &format!("utf8:{SECRET}"),
                &[("content-type", "application/json")],
                br#"{"data":{"token":"other"}}"#,
            )
            .set("settings", json!({"at": {"member": "/data/token"}})),
        ),
        // A scheme of one's own.
        (
            "template",
            "scheme_template",
            custom(
                json!({"signature_header": "x-signature", "encoding": "hex", "template": "{timestamp}.{body}", "timestamp_header": "x-time"}),
                &[
                    ("x-time", &*AT.to_string()),
                    ("x-signature", &*hex_of(KEY, &format!("{AT}:{BODY}"))),
                ],
            ),
        ),
        // Facephi.
        (
            "facephi, sorted",
            "facephi_recipe",
            facephi(KEY, &sorted_event),
        ),
        (
            "facephi, blank",
            "facephi_recipe",
            facephi(KEY, &blank_event),
        ),
        ("facephi, null", "facephi_recipe", facephi(KEY, &null_event)),
        ("facephi, data", "facephi_recipe", facephi(KEY, data)),
        (
            "facephi, base64",
            "facephi_recipe",
            facephi(b"thirty-two bytes of a secret key", &facephi_signed())
                .key(&format!("utf8:{secret_64}")),
        ),
        (
            "facephi, data and base64",
            "facephi_recipe",
            facephi(b"thirty-two bytes of a secret key", data).key(&format!("utf8:{secret_64}")),
        ),
        (
            "facephi, attributes",
            "facephi_attributes",
            facephi(KEY, "e1"),
        ),
        (
            "a body field, another recipe and form",
            "scheme_recipe",
            facephi(KEY, &null_event)
                .change("content-type", |_| "application/json".to_owned())
                .set("provider", "hmac-body-field")
                .set(
                    "settings",
                    json!({"member": "signature", "encoding": "hex"}),
                ),
        ),
        (
            "a body field, not signed",
            "signature_missing",
            facephi(KEY, "")
                .body(facephi_signed())
                .change("content-type", |_| "application/json".to_owned())
                .set("provider", "hmac-body-field")
                .set("settings", json!({"member": "signature"})),
        ),
        // Unico Check's signed requests.
        (
            "unico, the body in base64url",
            "signed_request",
            unico(&URL_SAFE_NO_PAD.encode(rs256(UNICO_BODY.as_bytes()))),
        ),
        (
            "unico, time, nonce and body",
            "signed_request",
            unico(&STANDARD.encode(rs256(format!("{AT}.{NONCE}.{UNICO_BODY}").as_bytes()))),
        ),
        (
            "unico, another header",
            "signed_request",
            unico(&STANDARD.encode(rs256(UNICO_BODY.as_bytes())))
                .renamed("x-signature", "x-assinatura"),
        ),
        (
            "unico, a JWS",
            "signed_request",
            unico(&jws(UNICO_BODY.as_bytes())),
        ),
        (
            "unico, nothing set yet",
            "signed_request",
            unico(&STANDARD.encode(rs256(UNICO_BODY.as_bytes()))).set("settings", json!({})),
        ),
        (
            "unico, HMAC with the Secret",
            "signed_request",
            unico(&STANDARD.encode(mac(
                b"thirty-two bytes of a secret key",
                format!("{NONCE}|{UNICO_BODY}").as_bytes(),
            )))
            .argument(&["--other-key-env", "UNICO_SECRET"])
            .environment("UNICO_SECRET", "thirty-two bytes of a secret key"),
        ),
        (
            "unico, HMAC with a short secret",
            "signed_request_unsafe",
            unico(&hex(&mac(b"abc-def", UNICO_BODY.as_bytes())))
                .argument(&["--other-key-env", "UNICO_SECRET"])
                .environment("UNICO_SECRET", "abc-def"),
        ),
        (
            "unico, nothing between the parts",
            "signed_request_unsafe",
            unico(&STANDARD.encode(rs256(format!("{AT}{NONCE}{UNICO_BODY}").as_bytes()))),
        ),
        (
            "unico, a separator that the nonce has too",
            "signed_request_unsafe",
            unico(&STANDARD.encode(rs256(format!("{NONCE}-{UNICO_BODY}").as_bytes()))),
        ),
        (
            "unico, ECDSA in DER",
            "signed_request_form",
            unico(&STANDARD.encode(es256_in_der(UNICO_BODY.as_bytes())))
                .key(&format!("pem:{}", certificate("p256.crt.pem"))),
        ),
        (
            "unico, base64url with padding",
            "signed_request_form",
            unico(&URL_SAFE.encode(rs256(UNICO_BODY.as_bytes()))),
        ),
        (
            "unico, claims of its own",
            "signed_request_claims",
            unico(&jws(
                json!({"body_sha256": hex(&Sha256::digest(UNICO_BODY))})
                    .to_string()
                    .as_bytes(),
            )),
        ),
        (
            "unico, the PEM on one line",
            "signed_request",
            unico(&STANDARD.encode(rs256(UNICO_BODY.as_bytes()))).key(&format!(
                "pem:{}",
                certificate("rsa.crt.pem").replace('\n', "\\n")
            )),
        ),
        (
            "unico, the private key",
            "certificate_unusable",
            unico(&STANDARD.encode(rs256(UNICO_BODY.as_bytes())))
                .key(&format!("pem:{}", certificate("rsa.key.pem"))),
        ),
        (
            "unico, a tag that nothing replaced",
            "signed_request_tag",
            unico("{{signature}}"),
        ),
        (
            "unico, not signed",
            "signature_missing",
            unico("").without("x-signature"),
        ),
        (
            "unico, milliseconds",
            "timestamp_unit",
            unico(&STANDARD.encode(rs256(format!("{ms}.{UNICO_BODY}").as_bytes())))
                .change("x-timestamp", |_| ms.to_string())
                .set(
                    "settings",
                    json!({"signed": {"algorithms": ["RS256"], "scheme": {
                        "signature_header": "x-signature",
                        "timestamp_header": "x-timestamp",
                        "template": "{timestamp}.{body}",
                    }}}),
                ),
        ),
        (
            "unico, all set right, newline added",
            "newline_added",
            unico(&STANDARD.encode(rs256(UNICO_BODY.as_bytes()))).body(format!("{UNICO_BODY}\n")),
        ),
        (
            "unico, another certificate",
            "signed_request",
            unico(&STANDARD.encode(rs256(UNICO_BODY.as_bytes())))
                .key(&format!("pem:{}", certificate("p256.crt.pem")))
                .argument(&["--other-key-file", RSA_CERTIFICATE]),
        ),
        (
            "signed request, wrong template",
            "signed_request",
            unico(&hex(&rs256(
                format!("{UNICO_BODY}\n{AT}\n{NONCE}").as_bytes(),
            )))
            .set("provider", "signed-request")
            .set(
                "settings",
                json!({"algorithms": ["PS256"], "signature_header": "x-signature"}),
            ),
        ),
        (
            "facephi, plain json",
            "wrong_media_type",
            facephi(KEY, &facephi_signed())
                .change("content-type", |_| "application/json".to_owned()),
        ),
        (
            "signed with its accents apart",
            "body_normalised",
            github(KEY, BODY.replace('í', "i\u{301}")).body(BODY),
        ),
        (
            "a hash of the secret and the body",
            "scheme_construction",
            custom(
                json!({"signature_header": "x-sig", "encoding": "hex"}),
                &[(
                    "x-sig",
                    &hex(&Sha256::digest([KEY, BODY.as_bytes()].concat())),
                )],
            ),
        ),
        (
            "signed with the hash of the secret",
            "secret_hashed",
            github(&Sha256::digest(KEY), BODY).key(&format!("utf8:{SECRET}")),
        ),
        (
            "a member of a queue's record",
            "body_wrapped",
            ours().body(json!({"Records": [{"body": BODY}]}).to_string()),
        ),
    ]
}

#[test]
fn each_seeded_mistake_is_the_first_finding() {
    let rows = rows();
    assert!(rows.len() >= 40);
    let mut wrong = Vec::new();
    for (name, mistake, row) in &rows {
        let explained = row.explained();
        let first = &explained["findings"][0]["mistake"];
        if first != mistake {
            wrong.push(format!("{name}: expected {mistake}, found {explained:#}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

#[test]
fn two_mistakes_at_once_are_both_named() {
    let row = github(b"thirty-two bytes of a secret key", pretty(b"  "))
        .body(BODY)
        .key(&format!(
            "utf8:{}",
            STANDARD.encode("thirty-two bytes of a secret key")
        ));
    let explained = row.explained();
    let named: Vec<_> = explained["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["mistake"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["body_rewritten", "secret_encoding"]);
    assert_eq!(explained["complete"], true);
}

/// That it is judged by its times shows that its proof matches.
#[test]
fn a_key_in_another_encoding_and_what_is_wrong_with_a_tokens_times_are_both_named() {
    let key = "thirty-two bytes of a secret key";
    for (claim, time, mistake) in [
        ("exp", AT - 900, "clock_skew"),
        ("nbf", AT + 900, "clock_skew"),
        ("exp", AT + 30 * 24 * 3600, "good_for_too_long"),
    ] {
        let row = token(key.as_bytes(), claim, time).key(&format!("utf8:{}", STANDARD.encode(key)));
        let explained = row.explained();
        let findings = explained["findings"].as_array().unwrap();
        let named: Vec<_> = findings
            .iter()
            .map(|it| it["mistake"].as_str().unwrap())
            .collect();
        assert_eq!(named, ["secret_encoding", mistake], "{explained:#}");
        assert_eq!(explained["complete"], true);
    }
}

#[test]
fn mistakes_at_several_places_are_undone_one_after_the_other() {
    let row = stripe(AT - 1_000, BODY)
        .body(format!("{BODY}\n"))
        .set("method", "GET")
        .header("content-encoding", "gzip");
    let explained = row.explained();
    let named: Vec<_> = explained["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["mistake"].as_str().unwrap())
        .collect();
    assert_eq!(
        named,
        [
            "wrong_method",
            "body_decompressed",
            "newline_added",
            "clock_skew"
        ]
    );
    assert_eq!(explained["complete"], true);
}

#[test]
fn the_size_of_a_skew_is_named() {
    let explained = stripe(AT + 437, BODY).explained();
    let cause = explained["findings"][0]["cause"].to_string();
    assert!(cause.contains("7 min 17 s after"), "{cause}");
    assert!(cause.contains("5 min are allowed"), "{cause}");
}

#[test]
fn facephis_builder_line_is_printed() {
    let data = r#"{"type":"ONBOARDING","customerId":"canary-personal"}"#;
    let key = STANDARD.encode("thirty-two bytes of a secret key");
    let row = facephi(b"thirty-two bytes of a secret key", data).key(&format!("utf8:{key}"));
    let explained = row.explained();
    let advice = explained["findings"][0]["advice"].to_string();
    assert!(
        advice.contains("Facephi::new(Secret::base64(text)?).recipe(Recipe::DataOnly)"),
        "{advice}"
    );
}

#[test]
fn another_encoding_behind_another_prefix_names_both() {
    let settings = json!({
        "signature_header": "x-signature",
        "layout": {"single": {"prefix": "v1="}},
        "encoding": "base64",
        "template": "{body}",
    });
    let signature = format!("sha256={}", hex(&mac(KEY, BODY.as_bytes())));
    let explained = custom(settings.clone(), &[("x-signature", &signature)]).explained();
    let finding = &explained["findings"][0];
    assert_eq!(finding["mistake"], "signature_encoding");
    let advice = finding["advice"].as_str().unwrap();
    assert!(advice.contains("SignatureEncoding::Hex"), "{advice}");
    assert!(advice.contains(r#"the prefix "sha256=""#), "{advice}");
    // Behind the right prefix the encoding alone is wrong.
    let signature = format!("v1={}", hex(&mac(KEY, BODY.as_bytes())));
    let explained = custom(settings, &[("x-signature", &signature)]).explained();
    let advice = explained["findings"][0]["advice"].to_string();
    assert!(!advice.contains("layout"), "{advice}");
}

#[test]
fn where_nothing_matches_it_says_what_was_tried() {
    let row = github(b"nobody knows this one", BODY);
    let output = row.explain(&[]);
    assert_eq!(output.status.code(), Some(4));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("No change makes the proof match."), "{text}");
    let explained = row.explained();
    assert_eq!(explained["findings"], json!([]));
    assert!(
        explained["tried"].as_array().unwrap().len() >= 5,
        "{explained}"
    );
}

#[test]
fn every_mistake_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/explain.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (_, table) = document.split_once("## Mistakes").unwrap();
    for (_, mistake, _) in rows() {
        assert!(table.contains(&format!("`{mistake}`")), "{mistake}");
    }
}
