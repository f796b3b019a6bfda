//! The body inside something else, or taken out of it: compression, base64, forms, texts, gateway events.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::{
    super::{
        case::Case,
        court::Ruling,
        encoded::{decompressed, form_encoded, percent_decoded, unbase64},
        finding::{Confidence, Finding, Trial},
    },
    concerns_proof,
};

/// Members of an event in which gateways put the body.
const BODY_MEMBERS: [&str; 4] = ["body", "rawBody", "raw_body", "payload"];

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let body = &case.body[..];
    let mut trials = Vec::new();
    let mut add = |changed: Vec<u8>, mistake, cause: String, advice: &str| {
        if changed != body {
            trials.push(Trial::proof(
                case.with_body(changed),
                mistake,
                cause,
                advice,
            ));
        }
    };
    if let Some((plain, how)) = decompressed(body) {
        add(
            plain,
            "body_compressed",
            format!("the body is still compressed ({how}), and the sender signed it uncompressed"),
            "decompress before the check, and take the header content-encoding away",
        );
    }
    if let Some(plain) = unbase64(body) {
        if let Some((inner, how)) = decompressed(&plain) {
            add(
                inner,
                "body_base64",
                format!("the body is base64 of compressed bytes ({how})"),
                "decode what the gateway hands over before the check",
            );
        }
        add(
            plain,
            "body_base64",
            "the body is base64, as gateways hand bodies over".to_owned(),
            "decode it before the check where the gateway's event says isBase64Encoded, or switch binary media types on",
        );
    }
    add(
        BASE64_STANDARD.encode(body).into_bytes(),
        "body_base64_decoded",
        "the sender signed the base64 text that the body was decoded from".to_owned(),
        "hand the text to the check as it arrived",
    );
    for (inner, cause) in unwrapped(body) {
        add(
            inner,
            "body_wrapped",
            cause.to_owned(),
            "hand the inner body to the check, not what it was wrapped in",
        );
    }
    if let Ok(text) = std::str::from_utf8(body) {
        forms(text, &mut add);
    }
    trials
}

/// The texts inside of JSON around the body.
fn unwrapped(body: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let mut found = Vec::new();
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::String(text)) => {
            found.push((
                text.into_bytes(),
                "the body is a JSON text that holds the signed body",
            ));
        }
        Ok(Value::Object(members)) => {
            for name in BODY_MEMBERS {
                if let Some(Value::String(text)) = members.get(name) {
                    let cause =
                        "the body is a gateway's event, and the signed body is one of its members";
                    found.extend(unbase64(text.as_bytes()).map(|inner| (inner, cause)));
                    found.push((text.clone().into_bytes(), cause));
                }
            }
        }
        _ => {
            // Escapes that a logger or a shell added: `{\"a\":1}`.
            let quoted = [b"\"", body, b"\""].concat();
            if let Ok(text) = serde_json::from_slice::<String>(&quoted) {
                found.push((
                    text.into_bytes(),
                    "the body's quotes are escaped, as in a log or inside of a text",
                ));
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(body)
        && let Ok(as_text) = serde_json::to_vec(text)
    {
        found.push((as_text, "the sender signed a JSON text, which was decoded"));
    }
    found
}

fn forms(text: &str, add: &mut impl FnMut(Vec<u8>, &'static str, String, &str)) {
    let raw = "hand the form to the check as it arrived, before anything decodes it";
    if let Some(decoded) = percent_decoded(text, true) {
        add(
            decoded,
            "form_encoded",
            "the body was percent-encoded on the way: the sender signed it plain".to_owned(),
            "send the body as it is, not as a form",
        );
    }
    let looks_like_form = text.contains('=') && !text.starts_with(['{', '[']);
    if looks_like_form {
        for field in text.split('&').take(64) {
            if let Some((_, value)) = field.split_once('=') {
                let inner = percent_decoded(value, true).unwrap_or_else(|| value.into());
                add(
                    inner,
                    "form_wrapped",
                    "the body is a form, and the signed body is the value of one of its fields"
                        .to_owned(),
                    "send the body as it is, not as a form",
                );
            }
        }
        for blank in ["+", "%20"] {
            let fields: Vec<String> = text
                .split('&')
                .map(|field| match field.split_once('=') {
                    Some((name, value)) => format!(
                        "{}={}",
                        form_encoded(name.as_bytes(), blank),
                        form_encoded(value.as_bytes(), blank)
                    ),
                    None => form_encoded(field.as_bytes(), blank),
                })
                .collect();
            add(
                fields.join("&").into_bytes(),
                "form_decoded",
                "the form was decoded: the sender signed it encoded".to_owned(),
                raw,
            );
        }
    }
    for blank in ["+", "%20"] {
        add(
            format!("payload={}", form_encoded(text.as_bytes(), blank)).into_bytes(),
            "form_decoded",
            "the body is the field `payload` of a form: the sender signed the whole form"
                .to_owned(),
            raw,
        );
    }
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let encoded = case
        .value("content-encoding")
        .is_some_and(|value| !value.trim().eq_ignore_ascii_case("identity"));
    if encoded && concerns_proof(ruling) && decompressed(&case.body).is_none() {
        return vec![Finding::sign(
            Confidence::Likely,
            "body_decompressed",
            "content-encoding names a compression, and the body has none: it was decompressed on the way",
            "take the body before decompression, or let the proxy take the header away as well",
        )];
    }
    Vec::new()
}
