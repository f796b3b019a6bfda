//! Bodies that became texts on the way: what languages print of bytes and of parsed values, and what gateways and filters
//! make of them. Undone where nothing was lost.

use serde_json::{Map, Value};

/// The bytes behind a text, and what the text is.
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    pub(crate) kind: Kind,
    /// In words, after "the body is".
    pub(crate) is: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A printed form of the body's bytes.
    Bytes,
    /// A printed form of the value that the body's JSON was parsed into. The bytes are compact JSON of it.
    Value,
    /// The body in the framing of a protocol.
    Framed,
}

/// What `body` may be a text of.
pub(crate) fn undone(body: &[u8]) -> Vec<Text> {
    let mut found = Vec::new();
    let mut add = |bytes: Option<Vec<u8>>, kind, is| {
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty() && *bytes != body) {
            found.push(Text { bytes, kind, is });
        }
    };
    add(
        unchunked(body),
        Kind::Framed,
        "still in chunks: the sizes of `Transfer-Encoding: chunked` stand in it",
    );
    add(
        after_head(body),
        Kind::Framed,
        "a whole HTTP message or MIME part: its head stands before the signed body",
    );
    let Ok(text) = std::str::from_utf8(body) else {
        return found;
    };
    let text = text.trim();
    add(
        of_numbers(text),
        Kind::Bytes,
        "a text of its bytes' numbers, as Node.js writes a Buffer in JSON and others print an array of bytes",
    );
    add(
        of_hex(text),
        Kind::Bytes,
        "its bytes in hexadecimal, as databases and debuggers show them",
    );
    add(
        of_python(text),
        Kind::Bytes,
        "Python's text of a bytes or str value (b'…'), not the value itself",
    );
    add(
        without_slashes(text),
        Kind::Bytes,
        "escaped by backslashes before its quotes, as PHP's addslashes and filters like it do",
    );
    add(
        of_html(text),
        Kind::Bytes,
        "escaped for HTML (&quot;, &amp;), as filters against script injection do",
    );
    add(
        of_quoted_printable(body),
        Kind::Bytes,
        "quoted-printable, as mail gateways write it",
    );
    add(
        of_literal(text).map(String::into_bytes),
        Kind::Value,
        "a parsed value that was printed in the manner of Python, Ruby or JavaScript",
    );
    found
}

/// A text that stands in place of a value, of which nothing is left. What printed it, in words.
pub(crate) fn lost_value(body: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let bracketed = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let in_angles = text.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    let is_name = |text: &str| {
        let plain = |c: char| c.is_alphanumeric() || "._$[]<>`/".contains(c);
        !text.is_empty() && text.chars().all(plain)
    };
    let is_hash = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit());
    let words = text.split_once('@');
    Some(if bracketed.is_some_and(|it| it.starts_with("object ")) {
        "JavaScript's text of an object"
    } else if in_angles.is_some_and(|it| it.contains(" object at 0x") || it.starts_with("_io.")) {
        "Python's text of an object"
    } else if in_angles.is_some_and(|it| it.starts_with("Buffer ") && it.contains(" ... ")) {
        "Node.js's shortened text of a Buffer"
    } else if text.starts_with("#<") && text.ends_with('>') {
        "Ruby's text of an object"
    } else if words.is_some_and(|(name, hash)| is_name(name) && is_hash(hash)) {
        "Java's text of an object"
    } else if is_name(text)
        && ["System.", "Microsoft.", "Newtonsoft."]
            .iter()
            .any(|it| text.starts_with(it))
    {
        ".NET's name of a type"
    } else if text.starts_with("Resource id #") || text == "Array" || text.starts_with("Array\n(") {
        "PHP's text of a value"
    } else if text.starts_with("map[") && text.ends_with(']') {
        "Go's text of a map"
    } else if is_java_map(text) {
        "Java's text of a map"
    } else if [
        "undefined",
        "null",
        "None",
        "nil",
        "NaN",
        "Object",
        "Promise { <pending> }",
    ]
    .contains(&text)
    {
        "the text of no value"
    } else {
        return None;
    })
}

/// `{id=1, name=x}`
fn is_java_map(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    inner.is_some_and(|inner| {
        let key = inner.split_once('=').map_or("", |(key, _)| key);
        !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    })
}

/// RFC 9112, section 7.1. Line ends may have become LF, and the last chunk may be missing.
fn unchunked(body: &[u8]) -> Option<Vec<u8>> {
    let line = |text: &[u8]| -> Option<(usize, usize)> {
        let end = text.iter().take(64).position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(text.get(..end)?).ok()?;
        let size = line.split(';').next()?.trim();
        Some((usize::from_str_radix(size, 16).ok()?, end.checked_add(1)?))
    };
    let mut out = Vec::new();
    let mut rest = body;
    while let Some((size, after)) = line(rest) {
        if size == 0 {
            break;
        }
        let end = after.checked_add(size)?;
        out.extend_from_slice(rest.get(after..end)?);
        let behind = rest.get(end..)?;
        rest = behind
            .strip_prefix(b"\r\n")
            .or_else(|| behind.strip_prefix(b"\n"))
            .unwrap_or(behind);
        if rest.is_empty() {
            break;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// What stands behind a head of header lines, within the boundary of a MIME part if there is one.
fn after_head(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let (head, rest) = text
        .split_once("\r\n\r\n")
        .or_else(|| text.split_once("\n\n"))?;
    let boundary = head.lines().next().filter(|line| line.starts_with("--"));
    let is_start = |line: &str| line.ends_with("HTTP/1.1") || line.starts_with("HTTP/1.1 ");
    let mut lines = head.lines();
    let starts = boundary.is_some() || head.lines().next().is_some_and(is_start);
    if starts {
        lines.next();
    }
    let is_header = |line: &str| {
        let name = line.split_once(':').map_or("", |(name, _)| name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if !lines.clone().all(is_header) || !starts && lines.next().is_none() {
        return None;
    }
    let inner = match boundary {
        Some(boundary) => rest
            .find(&format!("\r\n{boundary}"))
            .or_else(|| rest.find(&format!("\n{boundary}")))
            .and_then(|end| rest.get(..end))?,
        None => rest,
    };
    Some(inner.as_bytes().to_vec())
}

/// `{"type":"Buffer","data":[1,2]}`, `{"0":1,"1":2}`, `[1,2]`, `1,2`, `[1 2]`.
fn of_numbers(text: &str) -> Option<Vec<u8>> {
    let byte = |value: &Value| u8::try_from(value.as_u64()?).ok();
    match serde_json::from_str(text) {
        Ok(Value::Array(list)) => return list.iter().map(byte).collect(),
        Ok(Value::Object(members)) => return of_members(&members, byte),
        Ok(Value::Number(_)) | Err(_) => {}
        Ok(_) => return None,
    }
    let inner = text
        .strip_prefix("<Buffer ")
        .and_then(|it| it.strip_suffix('>'));
    if let Some(inner) = inner {
        return inner
            .split(' ')
            .map(|pair| u8::from_str_radix(pair, 16).ok())
            .collect();
    }
    let inner = text.trim_matches(['[', ']']);
    let numbers = inner.split([',', ' ']).filter(|it| !it.is_empty());
    // Java's bytes have a sign.
    let bytes: Option<Vec<u8>> = numbers
        .map(|it| {
            it.parse::<u8>()
                .ok()
                .or_else(|| Some(it.parse::<i8>().ok()?.cast_unsigned()))
        })
        .collect();
    bytes.filter(|bytes| bytes.len() > 1)
}

fn of_members(
    members: &Map<String, Value>,
    byte: impl Fn(&Value) -> Option<u8>,
) -> Option<Vec<u8>> {
    if let Some(Value::Array(list)) = members.get("data")
        && members.get("type").is_some_and(|it| it == "Buffer")
    {
        return list.iter().map(byte).collect();
    }
    (0..members.len())
        .map(|place| byte(members.get(&place.to_string())?))
        .collect()
}

fn of_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x").or_else(|| text.strip_prefix("0x"));
    let digits: String = digits
        .unwrap_or(text)
        .chars()
        .filter(|c| !matches!(c, ' ' | ':' | '\n' | '\r'))
        .collect();
    let pairs = digits.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let is_whole =
        digits.len().is_multiple_of(2) && digits.bytes().all(|it| it.is_ascii_hexdigit());
    is_whole.then(|| bytes.collect())?
}

/// `b'…'`, `'…'`, in either quotes.
fn of_python(text: &str) -> Option<Vec<u8>> {
    let quoted = text.strip_prefix(['b', 'B', 'u']).unwrap_or(text);
    let quote = quoted.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    // A JSON text has the other quotes alone, and a family of its own.
    if quoted.len() == text.len() && quote == '"' {
        return None;
    }
    let (bytes, rest) = quoted_text(quoted)?;
    rest.is_empty().then_some(bytes)
}

/// The bytes of a quoted text at the start, with the escapes of Python and JavaScript, and what stands behind it.
fn quoted_text(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut characters = text.char_indices();
    let (_, quote) = characters.next()?;
    let mut out = Vec::new();
    while let Some((place, character)) = characters.next() {
        match character {
            '\\' => {
                let (_, escape) = characters.next()?;
                let length = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                let mut digits = String::new();
                for _ in 0..length {
                    digits.push(characters.next()?.1);
                }
                match escape {
                    'x' => out.push(u8::from_str_radix(&digits, 16).ok()?),
                    'u' | 'U' => {
                        let character = char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?;
                        out.extend_from_slice(character.to_string().as_bytes());
                    }
                    'n' => out.push(b'\n'),
                    'r' => out.push(b'\r'),
                    't' => out.push(b'\t'),
                    '0' => out.push(0),
                    other => out.extend_from_slice(other.to_string().as_bytes()),
                }
            }
            it if it == quote => {
                let behind = place.checked_add(it.len_utf8())?;
                return Some((out, text.get(behind..)?));
            }
            other => out.extend_from_slice(other.to_string().as_bytes()),
        }
    }
    None
}

/// PHP's stripslashes.
fn without_slashes(text: &str) -> Option<Vec<u8>> {
    if !text.contains("\\\"") && !text.contains("\\'") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next()),
            other => out.push(other),
        }
    }
    Some(out.into_bytes())
}

/// With the entities of HTML that its marks have.
pub(crate) fn of_html(text: &str) -> Option<Vec<u8>> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut any = false;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let entity = behind.split_once(';').filter(|(name, _)| name.len() <= 8);
        let character = entity.and_then(|(name, _)| entity_of(name));
        match (character, entity) {
            (Some(character), Some((_, after))) => {
                any = true;
                out.push(character);
                rest = after;
            }
            _ => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    any.then(|| out.into_bytes())
}

fn entity_of(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

/// RFC 2045, section 6.7.
fn of_quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    let mut any = false;
    while let Some((first, after)) = rest.split_first() {
        if *first != b'=' {
            out.push(*first);
            rest = after;
            continue;
        }
        any = true;
        if let Some(behind) = after
            .strip_prefix(b"\r\n")
            .or_else(|| after.strip_prefix(b"\n"))
        {
            rest = behind;
            continue;
        }
        let (digits, behind) = after.split_at_checked(2)?;
        out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = behind;
    }
    any.then_some(out)
}

/// Compact JSON of a literal of Python, Ruby or JavaScript. `None` for JSON, and for what is no such literal.
fn of_literal(text: &str) -> Option<String> {
    if !text.starts_with(['{', '[', '(']) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match first {
            '\'' | '"' | '`' => {
                let (bytes, behind) = quoted_text(rest)?;
                let text = String::from_utf8(bytes).ok()?;
                out.push_str(&Value::from(text).to_string());
                rest = behind;
            }
            '(' | '[' | '{' | ')' | ']' | '}' => {
                let is_end = matches!(first, ')' | ']' | '}');
                if is_end && out.ends_with(',') {
                    out.pop();
                }
                out.push(match first {
                    '(' => '[',
                    ')' => ']',
                    other => other,
                });
                rest = rest.get(1..)?;
            }
            '=' => {
                rest = rest.strip_prefix("=>")?;
                out.push(':');
            }
            // A symbol of Ruby, which is a name.
            ':' if rest
                .get(1..)?
                .starts_with(|c: char| c.is_alphabetic() || c == '_')
                && !out.ends_with(['"', '}', ']']) =>
            {
                rest = rest.get(1..)?;
            }
            ',' | ':' => {
                out.push(first);
                rest = rest.get(1..)?;
            }
            it if it.is_whitespace() => rest = rest.get(it.len_utf8()..)?,
            _ => {
                let end = rest.find([',', ':', ']', '}', ')', '=', ' ', '\n', '\r']);
                let (word, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
                out.push_str(&word_of(word, behind)?);
                rest = behind;
            }
        }
    }
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&out).is_ok();
    let was_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    (is_json && !was_json).then_some(out)
}

/// A bare word: a name before its value, a constant, or a number.
fn word_of(word: &str, behind: &str) -> Option<String> {
    let is_name = behind.trim_start().starts_with([':', '=']);
    Some(match word {
        name if is_name => Value::from(name).to_string(),
        "True" | "true" => "true".to_owned(),
        "False" | "false" => "false".to_owned(),
        "None" | "nil" | "null" | "undefined" => "null".to_owned(),
        number => {
            number.parse::<f64>().ok()?;
            number.to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::{lost_value, undone};

    fn bodies(text: &str) -> Vec<String> {
        let found = undone(text.as_bytes()).into_iter();
        found
            .map(|it| String::from_utf8_lossy(&it.bytes).into_owned())
            .collect()
    }

    #[test]
    fn what_languages_print_is_undone() {
        for text in [
            r#"{"type":"Buffer","data":[123,34,97,34,58,49,125]}"#,
            r#"{"0":123,"1":34,"2":97,"3":34,"4":58,"5":49,"6":125}"#,
            "123,34,97,34,58,49,125",
            "[123 34 97 34 58 49 125]",
            "<Buffer 7b 22 61 22 3a 31 7d>",
            "7b2261223a317d",
            "\\x7b2261223a317d",
            r#"b'{"a":1}'"#,
            r#"{\"a\":1}"#,
            "{&quot;a&quot;:1}",
            "{'a': 1}",
            r#"{:a=>1}"#,
            r#"{"a"=>1}"#,
            "{ a: 1 }",
            "6\r\n{\"a\":1\r\n1\r\n}\r\n0\r\n\r\n",
            "--x\r\nContent-Disposition: form-data\r\n\r\n{\"a\":1}\r\n--x--\r\n",
            "{=22a=22:1}",
        ] {
            let found = bodies(text);
            assert!(
                found.iter().any(|it| it == r#"{"a":1}"#),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn a_value_of_which_nothing_is_left_is_known() {
        for text in [
            "[object Object]",
            "<_io.BytesIO object at 0x7f01>",
            "[B@1b6d3586",
            "java.io.BufferedReader@6d06d69c",
            "System.Byte[]",
            "Resource id #3",
            "map[a:1 b:2]",
            "{id=1, name=x}",
            "undefined",
        ] {
            assert!(lost_value(text.as_bytes()).is_some(), "{text}");
        }
        for text in [r#"{"a":1}"#, "a=1&b=2", "me@example.org", "<xml/>", "[1]"] {
            assert!(lost_value(text.as_bytes()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_undone_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = undone(&bytes);
            let _ = lost_value(&bytes);
        }

        #[test]
        fn any_text_of_marks_is_undone_or_not(text in "[\\\\'\"b{}:,=>0-9a-f&;#x \r\n]{0,40}") {
            let _ = undone(text.as_bytes());
        }
    }
}
