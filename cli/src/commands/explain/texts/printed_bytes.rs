//! What languages print of bytes: numbers, hexadecimal digits, and quoted texts.

use serde_json::{Map, Value};

/// `{"type":"Buffer","data":[1,2]}`, `{"0":1,"1":2}`, `[1,2]`, `1,2`, `[1 2]`.
pub(super) fn of_numbers(text: &str) -> Option<Vec<u8>> {
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

pub(super) fn of_hex(text: &str) -> Option<Vec<u8>> {
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
pub(super) fn of_python(text: &str) -> Option<Vec<u8>> {
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
pub(super) fn quoted_text(text: &str) -> Option<(Vec<u8>, &str)> {
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
