//! Texts that are kept, cut to their bounds.

use std::error::Error;

use bytes::Bytes;

/// So many bytes are kept of what an error says.
const ERROR_BYTES: usize = 2048;

/// The first `bytes` of `text` at most, in whole characters.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// What `error` and its sources say, 2 KiB at most.
pub(crate) fn error_text(error: &dyn Error) -> Bytes {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source
        && text.len() < ERROR_BYTES
    {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    Bytes::copy_from_slice(cut(&text, ERROR_BYTES).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Failed(String, #[source] Option<Box<Failed>>);

    #[test]
    fn an_error_is_kept_with_its_sources_within_its_bound() {
        let inner = Failed("no such table".into(), None);
        let error = Failed("not written".into(), Some(Box::new(inner)));
        assert_eq!(error_text(&error), "not written: no such table");
        let long = Failed("\u{fc}".repeat(2000), None);
        assert_eq!(error_text(&long).len(), 2048);
        let odd = Failed(format!("a{}", "\u{fc}".repeat(2000)), None);
        assert_eq!(error_text(&odd).len(), 2047);
    }
}
