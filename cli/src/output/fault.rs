//! What is wrong with a JSON text, without any part of it.

use serde_json::error::Category;

/// Describes `error`. Its own text quotes values, which may be secrets. So only the parts that come from this
/// program's types are taken over.
pub(crate) fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match error.classify() {
        Category::Data => of_members(&text),
        Category::Syntax | Category::Eof | Category::Io => "not JSON".to_owned(),
    }
}

fn of_members(text: &str) -> String {
    let own = |prefix: &str| {
        let name = text.strip_prefix(prefix)?.split('`').next()?;
        Some(name.to_owned())
    };
    if let Some(name) = own("missing field `") {
        return format!("`{name}` is missing");
    }
    if let Some(name) = own("duplicate field `") {
        return format!("`{name}` stands twice");
    }
    // The unknown name comes first and may hold anything. The last part is ours.
    let expected = text.rsplit_once(", expected ").map(|(_, known)| {
        known
            .rsplit_once(" at line ")
            .map_or(known, |(known, _)| known)
    });
    match expected {
        Some(known) if text.starts_with("unknown ") => {
            format!("unknown member or kind, expected {known}")
        }
        Some(known) => format!("a value of the wrong type, expected {known}"),
        None => "a value that is not allowed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::describe;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Known {
        _size: u8,
        _peer: Option<std::net::SocketAddr>,
    }

    fn described(text: &str) -> String {
        serde_json::from_str::<Known>(text)
            .map(|_| ())
            .map_err(|error| describe(&error))
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn what_is_missing_repeated_or_unknown_is_named_in_our_words() {
        assert_eq!(described("{}"), "`_size` is missing");
        assert_eq!(
            described(r#"{"_size":1,"_size":1}"#),
            "`_size` stands twice"
        );
        assert_eq!(
            described(r#"{"a":1}"#),
            "unknown member or kind, expected `_size` or `_peer`"
        );
        assert_eq!(described(r#"{"_size":"#), "not JSON");
    }

    #[test]
    fn nothing_of_the_text_is_repeated() {
        for text in [
            r#"{"_size":"s3cret"}"#,
            r#"{"_size":", expected s3cret at line 1"}"#,
            r#"{"x, expected `s3cret`":1}"#,
            r#"{"x, expected `s3cret` at line 1":1}"#,
            r#"{"_size":1,"_peer":"s3cret"}"#,
            r#"{"_size":1,"_peer":"missing field `s3cret`"}"#,
            r#"["s3cret"]"#,
            r#""s3cret""#,
            "s3cret",
        ] {
            let described = described(text);
            assert!(!described.is_empty(), "{text}");
            assert!(!described.contains("s3cret"), "{text}: {described}");
        }
    }
}
