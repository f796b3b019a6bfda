//! The body inside something else, or taken out of it: compression, base64, forms, texts, gateway events. One may be
//! inside of another.

use std::collections::HashSet;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    super::{
        case::Case,
        court::Ruling,
        encoded::{decompressed, form_encoded, form_text, percent_decoded, unbase64},
        finding::{Confidence, Finding, Trial},
        json_text::{Inner as Value, values_in},
        texts::{Kind, Text, lost_value, undone},
    },
    body_json::{Effort, written},
    concerns_proof,
};

/// The most bodies that are tried.
const MAX_BODIES: usize = 800;
/// The most of them that are looked into.
const MAX_OUTER: usize = 100;
/// The most parts of a JSON text that are also tried as their sender may have written them.
const MAX_PARTS: usize = 12;
/// How many manners of writing a part are tried.
const MAX_MANNERS: usize = 48;
/// The most lines of a body that are tried alone.
const MAX_LINES: usize = 8;
/// Bodies inside of larger ones are not looked for.
const MAX_BODY_BYTES: usize = 1024 * 1024;
const MAX_FIELDS: usize = 64;

const OF_PART: &str = "the signature covers a part of the body alone: a gateway or a queue wrapped the signed body in an \
                       event, or the sender signs that part";

/// What a body may hold, or be a part of.
struct Inner {
    bytes: Vec<u8>,
    mistake: &'static str,
    cause: String,
    advice: &'static str,
}

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let body = &case.body[..];
    let mut seen = HashSet::from([body.to_vec()]);
    let mut found = Vec::new();
    let add = |inner: Inner, found: &mut Vec<Inner>, seen: &mut HashSet<Vec<u8>>| {
        if found.len() < MAX_BODIES && seen.insert(inner.bytes.clone()) {
            found.push(inner);
        }
    };
    for inner in inside(body).into_iter().chain(around(body)) {
        add(inner, &mut found, &mut seen);
    }
    if body.len() <= MAX_BODY_BYTES {
        let mut inner = Vec::new();
        for outer in found.iter().take(MAX_OUTER) {
            inner.extend(inside(&outer.bytes).into_iter().map(|inner| Inner {
                cause: format!("{}; inside of that, {}", outer.cause, inner.cause),
                mistake: outer.mistake,
                ..inner
            }));
        }
        for inner in inner {
            add(inner, &mut found, &mut seen);
        }
    }
    found
        .into_iter()
        .map(|inner| {
            Trial::proof(
                case.with_body(inner.bytes),
                inner.mistake,
                inner.cause,
                inner.advice,
            )
        })
        .collect()
}

/// The bodies that may be inside of this one.
fn inside(body: &[u8]) -> Vec<Inner> {
    let mut found = Vec::new();
    let mut add = |bytes: Vec<u8>, mistake, cause: String, advice: &'static str| {
        found.push(Inner {
            bytes,
            mistake,
            cause,
            advice,
        });
    };
    if let Some((plain, how)) = decompressed(body) {
        add(
            plain,
            "body_compressed",
            format!("the body is still compressed ({how}), and the sender signed it uncompressed"),
            "take such bodies with accept_gzip, or decompress before the check and take the header content-encoding away",
        );
    }
    for plain in std::str::from_utf8(body).into_iter().flat_map(of_text) {
        add(
            plain,
            "body_base64",
            "the body is base64, as gateways hand bodies over".to_owned(),
            "decode it before the check where the gateway's event says isBase64Encoded, or switch binary media types on",
        );
    }
    for (inner, cause) in unwrapped(body) {
        add(
            inner,
            "body_wrapped",
            cause.to_owned(),
            "hand the inner body to the check, not what it was wrapped in",
        );
    }
    for line in single_lines(body) {
        add(
            line.to_vec(),
            "body_longer",
            "the body has several lines, and the signature covers one of them alone".to_owned(),
            "hand each request's body to the check by itself: something joined several",
        );
    }
    for inner in undone(body).into_iter().flat_map(as_it_was) {
        add(inner.bytes, inner.mistake, inner.cause, inner.advice);
    }
    if let Ok(text) = std::str::from_utf8(body) {
        in_forms(text, &mut add);
    }
    found
}

/// The bodies that a text may have been made of.
fn as_it_was(text: Text) -> Vec<Inner> {
    let (mistake, advice) = match text.kind {
        Kind::Framed => (
            "body_framed",
            "hand over the body alone, as the server's own parser gives it",
        ),
        Kind::Bytes => (
            "body_text",
            "hand the bytes themselves to the check, never a text that something made of them",
        ),
        Kind::Value => (
            "body_text",
            "hand the raw bytes to the check: something parsed the body and printed the value",
        ),
    };
    let rewritten: Vec<Vec<u8>> = if text.kind == Kind::Value {
        written(&text.bytes, Effort::Likely)
            .take(MAX_MANNERS * 2)
            .collect()
    } else {
        Vec::new()
    };
    let cause = format!("the body is {}", text.is);
    let bodies = rewritten.into_iter().chain([text.bytes]);
    bodies
        .map(|bytes| Inner {
            bytes,
            mistake,
            cause: cause.clone(),
            advice,
        })
        .collect()
}

/// The lines of a body of which each may be a body of its own.
fn single_lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = || {
        let lines = body.split(|byte| *byte == b'\n');
        lines
            .map(<[u8]>::trim_ascii)
            .filter(|line| !line.is_empty())
    };
    let are_bodies = lines().count() > 1 && lines().all(|line| line.starts_with(b"{"));
    let bound = if are_bodies { MAX_LINES } else { 0 };
    lines().take(bound)
}

/// What stands inside of JSON around the body, at any depth.
fn unwrapped(body: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let mut found = Vec::new();
    let cause = match body.trim_ascii_start().first() {
        Some(b'"') => "the body is a JSON text that holds the signed body",
        Some(b'[') => "the body is a list, and the signed body stands in it",
        _ => "the body is a gateway's event, and the signed body is one of its members",
    };
    let mut parts = Vec::new();
    for value in values_in(body) {
        match value {
            Value::Text(text) => {
                found.extend(of_text(&text).map(|inner| (inner, cause)));
                found.push((text.into_bytes(), cause));
            }
            Value::Part(part) => {
                found.push((part.clone(), OF_PART));
                parts.push(part);
            }
        }
    }
    // What wrapped a part may have written it anew.
    for part in parts.iter().take(MAX_PARTS) {
        let manners = written(part, Effort::Likely).take(MAX_MANNERS);
        found.extend(manners.map(|inner| (inner, OF_PART)));
    }
    // Escapes that a logger or a shell added: `{\"a\":1}`.
    let quoted = [b"\"", body, b"\""].concat();
    if let Ok(text) = serde_json::from_slice::<String>(&quoted) {
        found.push((
            text.into_bytes(),
            "the body's quotes are escaped, as in a log or inside of a text",
        ));
    }
    found
}

/// The bytes that a text stands for: base64, perhaps behind the head of a `data:` address (RFC 2397), perhaps compressed.
fn of_text(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let data = text.strip_prefix("data:").and_then(|it| it.split_once(','));
    let decoded = unbase64(data.map_or(text, |(_, data)| data).as_bytes());
    let plain = decoded.as_deref().and_then(decompressed);
    decoded.into_iter().chain(plain.map(|(plain, _)| plain))
}

fn in_forms(text: &str, add: &mut impl FnMut(Vec<u8>, &'static str, String, &'static str)) {
    let plain = "send the body as it is, not as a form";
    let no_form = text.trim_start().starts_with(['{', '[']);
    if let Some(decoded) = percent_decoded(text, !no_form) {
        add(
            decoded,
            "form_encoded",
            "the body was percent-encoded on the way: the sender signed it plain".to_owned(),
            plain,
        );
    }
    if text.contains('=') && !no_form {
        for field in text.split('&').take(MAX_FIELDS) {
            if let Some((_, value)) = field.split_once('=') {
                add(
                    form_text(value),
                    "form_wrapped",
                    "the body is a form, and the signed body is the value of one of its fields"
                        .to_owned(),
                    plain,
                );
            }
        }
        // A client that was told to send a form took JSON for the name of a field.
        if let Some(name) = text.strip_suffix('=') {
            add(
                form_text(name),
                "form_wrapped",
                "the body is a form, and the signed body is the name of its only field".to_owned(),
                plain,
            );
        }
    }
}

/// The bodies that this one may have been taken out of.
fn around(body: &[u8]) -> Vec<Inner> {
    let mut found = vec![Inner {
        bytes: BASE64_STANDARD.encode(body).into_bytes(),
        mistake: "body_base64_decoded",
        cause: "the sender signed the base64 text that the body was decoded from".to_owned(),
        advice: "hand the text to the check as it arrived",
    }];
    let Ok(text) = std::str::from_utf8(body) else {
        return found;
    };
    if let Ok(as_text) = serde_json::to_vec(text) {
        found.push(Inner {
            bytes: as_text,
            mistake: "body_wrapped",
            cause: "the sender signed a JSON text, which was decoded".to_owned(),
            advice: "hand the text to the check as it arrived",
        });
    }
    for blank in ["+", "%20"] {
        found.push(Inner {
            bytes: format!("payload={}", form_encoded(body, blank)).into_bytes(),
            mistake: "form_decoded",
            cause: "the body is the field `payload` of a form: the sender signed the whole form"
                .to_owned(),
            advice: "hand the form to the check as it arrived, before anything decodes it",
        });
    }
    found
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(what) = lost_value(&case.body) {
        found.push(Finding::sign(
            Confidence::Likely,
            "body_lost",
            format!("the body is {what}: something made a text of a parsed or unread body, and the body is lost"),
            "hand the raw bytes to the check: read them before any parser, and never turn an object into a text",
        ));
    }
    let encoded = case
        .value("content-encoding")
        .is_some_and(|value| !value.trim().eq_ignore_ascii_case("identity"));
    if encoded && decompressed(&case.body).is_none() {
        found.push(Finding::sign(
            Confidence::Likely,
            "body_decompressed",
            "content-encoding names a compression, and the body has none: it was decompressed on the way",
            "take the body before decompression, or let the proxy take the header away as well",
        ));
    }
    found
}
