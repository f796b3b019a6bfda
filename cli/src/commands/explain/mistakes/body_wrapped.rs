//! The body inside something else, or taken out of it: compression, base64, forms, texts, gateway events. One may be
//! inside of another.

use std::borrow::Cow;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    super::{
        bodies::{Bodies, Change},
        case::Case,
        court::Ruling,
        encoded::{GZIP, form_encoded, form_text, percent_decoded, unbase64},
        finding::{Confidence, Finding},
        json_text::{Inner as Value, values_in},
        texts::{Kind, Text, lost_value, undone},
    },
    Trials,
    body_json::{Effort, written},
    concerns_proof,
};

/// The most bodies that are looked into.
const MAX_OUTER: usize = 100;
/// Larger ones are not.
const MAX_OUTER_BYTES: usize = 1024 * 1024;
/// The most parts of a JSON text that are also tried as their sender may have written them.
const MAX_PARTS: usize = 12;
/// How many manners of writing a part are tried.
const MAX_MANNERS: usize = 48;
/// The most lines of a body that are tried alone.
const MAX_LINES: usize = 8;
const MAX_FIELDS: usize = 64;

const OF_PART: &str = "the signature covers a part of the body alone: a gateway or a queue wrapped the signed body in an \
                       event, or the sender signs that part";
const UNWRAP: &str = "hand the inner body to the check, not what it was wrapped in";
const NO_FORM: &str = "send the body as it is, not as a form";

pub(super) fn trials<'c>(case: &'c Case, ruling: &'c Ruling) -> Trials<'c> {
    if !concerns_proof(ruling) {
        return Box::new(std::iter::empty());
    }
    Box::new(related(&case.body).trials(case))
}

/// The bodies that are inside of this one, or around it.
fn related(body: &[u8]) -> Bodies {
    let mut bodies = Bodies::beside(body);
    let mut whole = Search {
        bodies: &mut bodies,
        outer: None,
    };
    whole.inside(body);
    whole.around(body);
    for place in 0..bodies.len().min(MAX_OUTER) {
        let Some((body, outer)) = bodies.get(place) else {
            break;
        };
        if body.len() <= MAX_OUTER_BYTES {
            let mut inner = Search {
                bodies: &mut bodies,
                outer: Some(outer),
            };
            inner.inside(&body);
        }
    }
    bodies
}

/// Looks into one body.
struct Search<'b> {
    bodies: &'b mut Bodies,
    /// What led to this body, where it is inside of another one.
    outer: Option<Change>,
}

impl Search<'_> {
    fn add(
        &mut self,
        body: Vec<u8>,
        mistake: &'static str,
        cause: impl Into<Cow<'static, str>>,
        advice: &'static str,
    ) {
        let cause = cause.into();
        let change = match &self.outer {
            None => Change {
                mistake,
                cause,
                advice,
            },
            Some(outer) => Change {
                mistake: outer.mistake,
                cause: format!("{}; inside of that, {cause}", outer.cause).into(),
                advice,
            },
        };
        self.bodies.add(body, change);
    }

    /// The bodies that may be inside of this one.
    fn inside(&mut self, body: &[u8]) {
        if let Some((plain, how)) = self.bodies.inflated(body) {
            self.add(
                plain,
                "body_compressed",
                format!(
                    "the body is still compressed ({how}), and the sender signed it uncompressed"
                ),
                if how == GZIP {
                    "where the request says content-encoding: gzip, take it with accept_gzip; else decompress before \
                     the check"
                } else {
                    "decompress before the check, and take the header content-encoding away"
                },
            );
        }
        if let Ok(text) = std::str::from_utf8(body) {
            self.of_text(
                text,
                "body_base64",
                "the body is base64, as gateways hand bodies over",
                "decode it before the check where the gateway's event says isBase64Encoded, or switch binary media types on",
            );
        }
        self.unwrapped(body);
        for line in single_lines(body) {
            self.add(
                line.to_vec(),
                "body_longer",
                "the body has several lines, and the signature covers one of them alone",
                "hand each request's body to the check by itself: something joined several",
            );
        }
        if self.bodies.is_full() {
            return;
        }
        for text in undone(body) {
            self.as_it_was(text);
        }
        if let Ok(text) = std::str::from_utf8(body) {
            self.in_forms(text);
        }
    }

    /// The bytes that a text stands for: base64, perhaps behind the head of a `data:` address (RFC 2397), perhaps
    /// compressed.
    fn of_text(
        &mut self,
        text: &str,
        mistake: &'static str,
        cause: &'static str,
        advice: &'static str,
    ) {
        let data = text.strip_prefix("data:").and_then(|it| it.split_once(','));
        let Some(decoded) = unbase64(data.map_or(text, |(_, data)| data).as_bytes()) else {
            return;
        };
        let plain = self.bodies.inflated(&decoded);
        self.add(decoded, mistake, cause, advice);
        if let Some((plain, _)) = plain {
            self.add(plain, mistake, cause, advice);
        }
    }

    /// The bodies that a text may have been made of.
    fn as_it_was(&mut self, text: Text) {
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
        let cause = format!("the body is {}", text.is);
        if text.kind == Kind::Value {
            let manners = MAX_MANNERS.saturating_mul(2);
            self.manners(&text.bytes, manners, mistake, &cause, advice);
        }
        self.add(text.bytes, mistake, cause, advice);
    }

    /// A JSON text as its sender may have written it.
    fn manners(
        &mut self,
        text: &[u8],
        most: usize,
        mistake: &'static str,
        cause: &str,
        advice: &'static str,
    ) {
        if self.bodies.is_full() {
            return;
        }
        for body in written(text, Effort::Likely).take(most) {
            match body {
                Ok(body) => self.add(body, mistake, cause.to_owned(), advice),
                Err(too_long) => self.bodies.count(too_long),
            }
            if self.bodies.is_full() {
                return;
            }
        }
    }

    /// What stands inside of JSON around the body, at any depth.
    fn unwrapped(&mut self, body: &[u8]) {
        let cause = match body.trim_ascii_start().first() {
            Some(b'"') => "the body is a JSON text that holds the signed body",
            Some(b'[') => "the body is a list, and the signed body stands in it",
            _ => "the body is a gateway's event, and the signed body is one of its members",
        };
        let mut parts = Vec::new();
        for value in values_in(body) {
            if self.bodies.is_full() {
                return;
            }
            match value {
                Value::Text(text) => {
                    self.of_text(&text, "body_wrapped", cause, UNWRAP);
                    self.add(text.into_bytes(), "body_wrapped", cause, UNWRAP);
                }
                Value::Part(part) => {
                    self.add(part.into(), "body_wrapped", OF_PART, UNWRAP);
                    parts.push(part);
                }
            }
        }
        // What wrapped a part may have written it anew.
        for part in parts.iter().take(MAX_PARTS) {
            self.manners(
                part.as_bytes(),
                MAX_MANNERS,
                "body_wrapped",
                OF_PART,
                UNWRAP,
            );
        }
        // Escapes that a logger or a shell added: `{\"a\":1}`.
        let quoted = [b"\"", body, b"\""].concat();
        if let Ok(text) = serde_json::from_slice::<String>(&quoted) {
            self.add(
                text.into_bytes(),
                "body_wrapped",
                "the body's quotes are escaped, as in a log or inside of a text",
                UNWRAP,
            );
        }
    }

    fn in_forms(&mut self, text: &str) {
        let no_form = text.trim_start().starts_with(['{', '[']);
        if let Some(decoded) = percent_decoded(text, !no_form) {
            self.add(
                decoded,
                "form_encoded",
                "the body was percent-encoded on the way: the sender signed it plain",
                NO_FORM,
            );
        }
        if !text.contains('=') || no_form {
            return;
        }
        for field in text.split('&').take(MAX_FIELDS) {
            if let Some((_, value)) = field.split_once('=') {
                self.add(
                    form_text(value),
                    "form_wrapped",
                    "the body is a form, and the signed body is the value of one of its fields",
                    NO_FORM,
                );
            }
        }
        // A client that was told to send a form took JSON for the name of a field.
        if let Some(name) = text.strip_suffix('=') {
            self.add(
                form_text(name),
                "form_wrapped",
                "the body is a form, and the signed body is the name of its only field",
                NO_FORM,
            );
        }
    }

    /// The bodies that this one may have been taken out of.
    fn around(&mut self, body: &[u8]) {
        if self.bodies.is_full() {
            return;
        }
        self.add(
            BASE64_STANDARD.encode(body).into_bytes(),
            "body_base64_decoded",
            "the sender signed the base64 text that the body was decoded from",
            "hand the text to the check as it arrived",
        );
        let Ok(text) = std::str::from_utf8(body) else {
            return;
        };
        if let Ok(as_text) = serde_json::to_vec(text) {
            self.add(
                as_text,
                "body_wrapped",
                "the sender signed a JSON text, which was decoded",
                "hand the text to the check as it arrived",
            );
        }
        for blank in ["+", "%20"] {
            self.add(
                format!("payload={}", form_encoded(body, blank)).into_bytes(),
                "form_decoded",
                "the body is the field `payload` of a form: the sender signed the whole form",
                "hand the form to the check as it arrived, before anything decodes it",
            );
        }
    }
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
    found
}

#[cfg(test)]
mod tests;
