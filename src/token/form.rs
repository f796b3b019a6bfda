//! Reads `application/x-www-form-urlencoded`, strictly: what can be read in two ways is not read.

use zeroize::Zeroizing;

/// The pairs of a form, decoded; `None` for one that cannot be.
pub(super) fn pairs(body: &[u8]) -> impl Iterator<Item = Option<(String, Zeroizing<String>)>> + '_ {
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(parts.next()?)?;
            let value = decoded(parts.next().unwrap_or_default())?;
            Some((name.to_string(), value))
        })
}

/// One name or value: `+` is a space, `%` and two digits a byte, and the bytes are UTF-8 (RFC 6749, appendix B).
pub(super) fn decoded(text: &[u8]) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(*rest.next()?)? << 4 | digit(*rest.next()?)?,
            byte => *byte,
        });
    }
    let text = std::str::from_utf8(&bytes).ok()?;
    Some(Zeroizing::new(text.to_owned()))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

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
