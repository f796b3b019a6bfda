//! In which order an object's members are written.

use std::cmp::Ordering;

use memchr::memrchr;

/// In which order an object's members are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As ECMAScript orders properties: array indices first, ascending, then the others as received.
    Received,
    /// By the UTF-16 code units of their names (RFC 8785, section 3.2.3).
    Sorted,
}

impl Order {
    /// Which of two members of one object comes first. Under [`Order::Received`] the sort that uses it must be stable.
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
            Self::Sorted => by_code_units(a, b),
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

/// The order of the UTF-16 code units of two names, found at the one character in which they differ first.
///
/// Strangers choose the names. Long names with one beginning would cost forty times the HMAC of the same bytes, if each
/// comparison decoded them from there. As bytes, what they have in common costs next to nothing.
fn by_code_units(a: &[u8], b: &[u8]) -> Ordering {
    let common = common_length(a, b);
    if common == a.len() || common == b.len() {
        return a.len().cmp(&b.len());
    }
    let start = start_of_character(a, common);
    let units = |name: &[u8]| first_code_units(name.get(start..).unwrap_or_default());
    units(a).cmp(&units(b))
}

/// How many bytes two names begin with in common.
fn common_length(a: &[u8], b: &[u8]) -> usize {
    /// So many are compared at once.
    const STEP: usize = 16;
    let same = |(a, b): &(&[u8], &[u8])| a == b;
    let steps = a.chunks_exact(STEP).zip(b.chunks_exact(STEP));
    let whole = steps.take_while(same).count().saturating_mul(STEP);
    let (a, b) = (a.get(whole..), b.get(whole..));
    let rest = a.unwrap_or_default().iter().zip(b.unwrap_or_default());
    let common = whole.saturating_add(rest.take_while(|(a, b)| a == b).count());
    #[cfg(test)]
    tests::COMPARED.set(tests::COMPARED.get() + common + 1);
    common
}

/// Where the character begins that stands at `place`, as itself or as its escape.
fn start_of_character(name: &[u8], place: usize) -> usize {
    /// `\u001f`: the longest escape.
    const LONGEST_ESCAPE: usize = 6;
    let before = name.get(..place).unwrap_or_default();
    let near = place.saturating_sub(LONGEST_ESCAPE - 1);
    if let Some(backslash) = memrchr(b'\\', before.get(near..).unwrap_or_default()) {
        let backslash = near.saturating_add(backslash);
        let escape = before.get(backslash..).unwrap_or_default();
        let is_open = matches!(escape, [_] | [_, b'u', ..]) && escape.len() < LONGEST_ESCAPE;
        // Of an even number of them, each second one is the character that the one before it escapes.
        let up_to = before.get(..=backslash).unwrap_or_default();
        let run = up_to.iter().rev().take_while(|byte| **byte == b'\\');
        if is_open && run.count() % 2 == 1 {
            return backslash;
        }
    }
    let up_to = name.get(..=place).unwrap_or_default();
    let continued = up_to.iter().rev().take_while(|byte| **byte & 0xc0 == 0x80);
    place.saturating_sub(continued.count())
}

/// The code units of the first character of a name in its written form. That form has escapes for control characters,
/// quotes and backslashes only, since lone surrogates are refused before anything is sorted.
fn first_code_units(name: &[u8]) -> [u16; 2] {
    /// No character is longer in UTF-8, nor is an escape.
    const LONGEST: usize = 6;
    #[cfg(test)]
    tests::DECODED.set(tests::DECODED.get() + 1);
    let character = match name {
        [b'\\', b'b', ..] => '\u{8}',
        [b'\\', b'f', ..] => '\u{c}',
        [b'\\', b'n', ..] => '\n',
        [b'\\', b'r', ..] => '\r',
        [b'\\', b't', ..] => '\t',
        [b'\\', b'u', _, _, high, low, ..] => {
            let digit = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or(0);
            char::from_u32((digit(high) << 4) | digit(low)).unwrap_or_default()
        }
        [b'\\', itself, ..] => char::from(*itself),
        _ => {
            let near = name.get(..LONGEST).unwrap_or(name);
            let mut chunks = near.utf8_chunks();
            let text = chunks.next().map_or("", |chunk| chunk.valid());
            text.chars().next().unwrap_or_default()
        }
    };
    let mut units = [0; 2];
    character.encode_utf16(&mut units);
    units
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

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

    thread_local! {
        /// Bytes.
        pub(super) static COMPARED: Cell<usize> = const { Cell::new(0) };
        /// Characters.
        pub(super) static DECODED: Cell<usize> = const { Cell::new(0) };
    }

    /// A stranger's body costs what its size costs. A sort compares each name as bytes, as often as it must. What is
    /// decoded does not depend on how long names are, nor on what they have in common.
    #[test]
    fn sorting_decodes_one_character_a_comparison_however_long_the_names_are() {
        for (count, begin) in [
            (1000_usize, "a".repeat(1000)),
            (16_384, "é".repeat(20)),
            (4096, "\\n".repeat(100)),
            (4096, "\\\\".repeat(100)),
        ] {
            // 7919 is a prime, so each number comes once.
            let shuffled = (0..count).map(|place| (place * 7919) % count);
            let members: Vec<String> = shuffled
                .map(|number| format!("\"{begin}{number:05}\":0"))
                .collect();
            let text = format!("{{{}}}", members.join(","));
            COMPARED.set(0);
            DECODED.set(0);
            crate::json::canonical::rfc8785(text.as_bytes()).unwrap();
            let times = count.ilog2() as usize + 2;
            let (compared, decoded) = (COMPARED.get(), DECODED.get());
            assert!(compared > text.len() / 2, "nothing was counted");
            assert!(compared <= text.len() * times, "{compared} bytes");
            assert!(decoded <= 2 * count * times, "{decoded} characters");
        }
    }
}
