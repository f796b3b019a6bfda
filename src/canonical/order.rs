//! In which order an object's members are written.

use std::cmp::Ordering;

/// In which order an object's members are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As ECMAScript orders properties: array indices first, ascending, then the others as received.
    Received,
    /// By the UTF-16 code units of their names (RFC 8785, section 3.2.3).
    Sorted,
}

impl Order {
    /// Which of two members of one object comes first. The sort that uses it must be stable.
    ///
    /// Names are compared in their written form, without the quotes.
    pub(super) fn compare(self, a: &[u8], b: &[u8]) -> Ordering {
        match self {
            Self::Received => match (array_index(a), array_index(b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            },
            Self::Sorted => code_units(a).cmp(code_units(b)),
        }
    }
}

/// The array index that a property name is (ECMA-262, section 6.1.7), if it is one: a whole number from
/// 0 to 2³² − 2 in its usual decimal form.
fn array_index(name: &[u8]) -> Option<u32> {
    let usual = match name {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    let index: u32 = usual.then(|| std::str::from_utf8(name).ok()?.parse().ok())??;
    (index < u32::MAX).then_some(index)
}

/// The UTF-16 code units of a name in its written form. That form has escapes for control characters,
/// quotes and backslashes only, since lone surrogates are refused before anything is sorted.
fn code_units(name: &[u8]) -> impl Iterator<Item = u16> {
    let mut characters = std::str::from_utf8(name).unwrap_or_default().chars();
    let characters = std::iter::from_fn(move || match characters.next()? {
        '\\' => match characters.next()? {
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => {
                let code = characters.by_ref().take(4);
                char::from_u32(code.fold(0, |code, c| (code << 4) | c.to_digit(16).unwrap_or(0)))
            }
            itself => Some(itself),
        },
        itself => Some(itself),
    });
    characters.flat_map(|character| {
        let mut units = [0; 2];
        let length = character.encode_utf16(&mut units).len();
        units.into_iter().take(length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_indices_are_those_of_ecmascript() {
        for (name, index) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("4294967294", Some(4_294_967_294)),
            ("4294967295", None),
            ("99999999999", None),
            ("00", None),
            ("01", None),
            ("-1", None),
            ("+1", None),
            ("1.0", None),
            ("", None),
            ("1a", None),
        ] {
            assert_eq!(array_index(name.as_bytes()), index, "{name}");
        }
    }

    #[test]
    fn names_are_sorted_by_utf_16_code_units() {
        // RFC 8785, section 3.2.3: the order of its example.
        let sorted = ["\\r", "1", "\u{80}", "ö", "€", "😀", "\u{fb33}"];
        assert!(sorted.is_sorted_by(|a, b| {
            Order::Sorted.compare(a.as_bytes(), b.as_bytes()) == Ordering::Less
        }));
    }
}
