//! What the members of a message must look like. With these forms [no two messages have one signed
//! text](super::message::Message).

use super::message::Message;
use crate::{time::UnixTime, verdict::Rejection};

/// Whether each member has its form.
pub(super) fn check(message: &Message<'_>) -> Result<(), Rejection> {
    if message.id.is_empty() {
        return Err(Rejection::MissingId);
    }
    if !is_uuid(message.id) {
        return Err(Rejection::MalformedId("it is no UUID"));
    }
    if message.timestamp.is_empty() {
        return Err(Rejection::MissingTimestamp);
    }
    if !is_time(&message.timestamp) {
        return Err(Rejection::MalformedTimestamp);
    }
    let subject = message.subject.as_deref();
    let asks = message.asks.as_ref();
    let (url, token) = asks.map(|(url, token)| (&**url, &**token)).unzip();
    let on_one_line = [subject, url, token];
    if on_one_line.into_iter().flatten().any(has_control) {
        return Err(Rejection::MalformedSignature(
            "a member that it covers has a line end or another control character",
        ));
    }
    Ok(())
}

/// As SNS writes one.
pub(super) fn is_uuid(text: &str) -> bool {
    let at_its_place = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(at_its_place)
}

/// A time in UTC with or without a fraction: `2026-03-06T19:53:21.424Z`.
fn is_time(text: &str) -> bool {
    let is_sign =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z');
    text.ends_with('Z') && text.bytes().all(is_sign) && UnixTime::from_rfc3339(text).is_some()
}

/// SNS takes no subject with line ends or control characters ("Publish", Amazon SNS API Reference).
fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}
