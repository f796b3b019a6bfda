//! What languages print of a parsed value, and of one of which nothing is left.

use serde_json::Value;

use super::printed_bytes::quoted_text;

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

/// Compact JSON of a literal of Python, Ruby or JavaScript. `None` for JSON, and for what is no such literal.
pub(super) fn of_literal(text: &str) -> Option<String> {
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
