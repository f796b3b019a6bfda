//! Reads and writes `application/x-www-form-urlencoded`, strictly: what can be read in two ways is not read.

use zeroize::Zeroizing;

/// The media type of HTML forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// One name or value: `+` is a space, `%` and two digits a byte, and the bytes are UTF-8 (RFC 6749, appendix B; URL
/// Standard, section 5.1). `None` where it cannot be read so.
pub(crate) fn decoded(text: &[u8]) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(*rest.next()?)? << 4 | digit(*rest.next()?)?,
            byte => *byte,
        });
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Some(Zeroizing::new(text)),
        Err(not_text) => {
            drop(Zeroizing::new(not_text.into_bytes()));
            None
        }
    }
}

/// `text` as a name or value of a form (URL Standard, section 5.2).
pub(crate) fn encoded(text: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => {
                encoded.push(char::from(*byte));
            }
            b' ' => encoded.push('+'),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn a_value_is_decoded_or_refused_as_a_whole() {
        let text = |value: &[u8]| decoded(value).map(|text| text.to_string());
        assert_eq!(text(b"a+b%2Bc%3d%C3%A9").as_deref(), Some("a b+c=\u{e9}"));
        assert_eq!(text(b"").as_deref(), Some(""));
        for bad in [&b"%"[..], b"%2", b"%g0", b"%+1", b"%C3", b"\xff"] {
            assert_eq!(text(bad), None);
        }
    }
}
