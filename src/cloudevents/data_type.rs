//! What `datacontenttype` says of data.

/// Whether it says that data is JSON: a subtype `json`, or one that ends in `+json` (JSON format, section 3.1.1).
pub(crate) fn is_json(content_type: &str) -> bool {
    let Some((_, subtype)) = media_type(content_type).split_once('/') else {
        return false;
    };
    ends_in(subtype, "json") && (subtype.len() == 4 || ends_in(subtype, "+json"))
}

/// Whether it says that data is text: `text/…`, or XML.
pub(crate) fn is_text(content_type: &str) -> bool {
    let media_type = media_type(content_type);
    let begins = media_type.get(..5);
    begins.is_some_and(|it| it.eq_ignore_ascii_case("text/"))
        || ends_in(media_type, "/xml")
        || ends_in(media_type, "+xml")
}

fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn ends_in(text: &str, end: &str) -> bool {
    let from = text.len().checked_sub(end.len());
    let last = from.and_then(|from| text.get(from..));
    last.is_some_and(|last| last.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_says_what_data_is() {
        for json in [
            "application/json",
            "Text/JSON; charset=utf-8",
            "a/b+json ;x=y",
        ] {
            assert!(is_json(json), "{json}");
        }
        for other in [
            "json",
            "",
            "application/jsonl",
            "application/xjson",
            "a/b;c/json",
        ] {
            assert!(!is_json(other), "{other}");
        }
        for text in [
            "text/plain",
            "TEXT/csv; charset=utf-8",
            "application/xml",
            "image/svg+xml",
        ] {
            assert!(is_text(text), "{text}");
        }
        for other in [
            "",
            "application/octet-stream",
            "context/plain",
            "application/pdf",
        ] {
            assert!(!is_text(other), "{other}");
        }
    }
}
