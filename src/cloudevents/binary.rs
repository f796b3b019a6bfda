//! Binary mode: attributes in headers, data in the body (HTTP binding, section 3.1).

use std::borrow::Cow;

use super::{
    Attributes, Timestamp, Tolerance,
    fields::Fields,
    structured::{NotAnEvent, no},
    tolerance::Tolerances,
};
use crate::{
    json::Json,
    request::{Head, Single},
};

/// How the header of an attribute begins.
pub(crate) const PREFIX: &str = "ce-";

/// The most attributes of one event: as many as servers take headers.
const MOST: usize = 100;

/// The longest value, in bytes: what most servers take of one header.
const LONGEST: usize = 8 * 1024;

/// The attributes that the headers of a request say.
///
/// # Errors
///
/// When they are not those of one event.
pub(crate) fn attributes(head: &Head<'_>, takes: Tolerances) -> Result<Attributes, NotAnEvent> {
    let mut fields = Fields::default();
    let mut count = 0_usize;
    let mut wrong = None;
    head.headers.each_beginning(PREFIX, &mut |name, value| {
        count = count.saturating_add(1);
        if wrong.is_none() {
            wrong = if count > MOST {
                Some(no("there are too many headers with attributes"))
            } else {
                take(&mut fields, name, value, takes).err()
            };
        }
    });
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    if count == 0 {
        return Err(NotAnEvent::foreign(
            "no CloudEvent at all: no header begins with `ce-`",
        ));
    }
    fields.data_content_type = match head.single(&http::header::CONTENT_TYPE) {
        Single::Missing => None,
        Single::Value(value) => match std::str::from_utf8(value) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(_) => return Err(no("`content-type` is no text")),
        },
        Single::Repeated => return Err(repeated()),
    };
    fields.checked(takes)
}

/// Puts the value of one header into its place.
fn take(
    fields: &mut Fields<'_>,
    header: &str,
    value: &[u8],
    takes: Tolerances,
) -> Result<(), NotAnEvent> {
    let name = lower_case(header.get(PREFIX.len()..).unwrap_or_default());
    let value = if takes.has(Tolerance::PlainHeaders) {
        plain(value)?
    } else {
        decoded(value)?
    };
    let place = match &*name {
        "specversion" => {
            let was = fields.specversion.replace(Cow::Owned(value));
            return was.map_or(Ok(()), |_| Err(repeated()));
        }
        "time" => {
            let was = fields.time.replace(Timestamp::new(value));
            return was.map_or(Ok(()), |_| Err(repeated()));
        }
        "id" => &mut fields.id,
        "source" => &mut fields.source,
        "type" => &mut fields.event_type,
        "subject" => &mut fields.subject,
        "dataschema" => &mut fields.data_schema,
        "datacontenttype" => return Err(no("`ce-datacontenttype` stands beside `content-type`")),
        "data" | "data_base64" => {
            return Err(no("data stands in a header: in this mode it is the body"));
        }
        _ => {
            let text = Json::of(&value).map_err(|_| no("an extension is no text"))?;
            let was = fields.extensions.insert(&*name, text);
            return was.map_or(Ok(()), |_| Err(repeated()));
        }
    };
    place.replace(value).map_or(Ok(()), |_| Err(repeated()))
}

const fn repeated() -> NotAnEvent {
    no("a header is repeated")
}

/// Servers mostly have it so already.
fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// A header's value as text: quotes are undone first, as older versions of the binding have them, then percent-encoding,
/// once (section 3.1.3.2).
fn decoded(value: &[u8]) -> Result<String, NotAnEvent> {
    let bad = no(NOT_ENCODED);
    let value = bounded(value)?;
    // Both in one pass without a way out, and in bytes, as those are: a compiler turns that into vector instructions.
    let (mut foreign, mut encoded) = (0_u8, 0_u8);
    for byte in value {
        foreign |= u8::from(!(b' '..=b'~').contains(byte));
        encoded |= u8::from(*byte == b'%' || *byte == b'"');
    }
    if foreign != 0 {
        return Err(bad);
    }
    if encoded == 0 {
        return String::from_utf8(value.to_vec()).map_err(|_| bad);
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.iter().copied();
    let mut in_quotes = false;
    // What is unquoted may be percent-encoded, so both are undone on the way, in this order for each byte.
    let mut unquoted = || -> Option<Result<u8, NotAnEvent>> {
        loop {
            return match rest.next() {
                None if in_quotes => {
                    in_quotes = false;
                    Some(Err(bad))
                }
                None => None,
                Some(b'"') => {
                    in_quotes = !in_quotes;
                    continue;
                }
                Some(b'\\') if in_quotes => Some(rest.next().ok_or(bad)),
                Some(byte) => Some(Ok(byte)),
            };
        }
    };
    while let Some(byte) = unquoted() {
        bytes.push(match byte? {
            b'%' => {
                let mut digit = || {
                    let byte = unquoted().ok_or(bad)??;
                    let digit = char::from(byte).to_digit(16);
                    digit.and_then(|it| u8::try_from(it).ok()).ok_or(bad)
                };
                digit()? << 4 | digit()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| bad)
}

/// A header's value as it stands, in UTF-8, without control characters.
fn plain(value: &[u8]) -> Result<String, NotAnEvent> {
    match std::str::from_utf8(bounded(value)?) {
        Ok(text) if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err(no(NOT_ENCODED)),
    }
}

const NOT_ENCODED: &str = "the value of a header is not encoded as the binding says";

/// A header's value without white space around it.
fn bounded(value: &[u8]) -> Result<&[u8], NotAnEvent> {
    if value.len() > LONGEST {
        return Err(no("the value of a header is too long"));
    }
    Ok(value.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_unquoted_then_decoded_once_or_refused_as_a_whole() {
        let text = |value: &str| decoded(value.as_bytes()).ok();
        for (value, is) in [
            ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
            ("%e2%82%ac", "€"),
            ("plain text", "plain text"),
            ("%41%2541", "A%41"),
            ("\"a \\\"b\\\" %41\"", "a \"b\" A"),
            ("\"a\" b", "a b"),
            ("", ""),
        ] {
            assert_eq!(text(value).as_deref(), Some(is), "{value}");
        }
        for bad in [
            "%", "%4", "%4g", "%C0%A0", "%FF", "\"open", "\"a\\", "€", "a\tb", "a\u{7f}",
        ] {
            assert_eq!(text(bad), None, "{bad}");
        }
        assert!(decoded(&vec![b'a'; LONGEST]).is_ok());
        assert!(decoded(&vec![b'a'; LONGEST + 1]).is_err());
    }
}
