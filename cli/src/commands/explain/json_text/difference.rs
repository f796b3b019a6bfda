//! How two writings of the same JSON differ, in words, without anything of their contents.

use std::collections::BTreeSet;

use super::{Document, Token};

/// How the signed text differs from the one that arrived.
#[derive(Default)]
pub(crate) struct Difference {
    /// The signed text's white space, where it is other.
    pub(crate) spacing: Option<String>,
    /// The signed text's escapes, where they are others.
    pub(crate) escapes: Option<String>,
    /// Whether its tokens stand in another order, or are others.
    pub(crate) is_other: bool,
}

/// `None` where one of them is no JSON.
pub(crate) fn difference(arrived: &[u8], signed: &[u8]) -> Option<Difference> {
    let (arrived, signed) = (Document::read(arrived)?, Document::read(signed)?);
    let same_number = arrived.tokens.len() == signed.tokens.len();
    let mut pairs = arrived.tokens.iter().zip(&signed.tokens);
    if !same_number || !pairs.all(|(one, other)| one.means(other)) {
        return Some(Difference {
            is_other: true,
            ..Difference::default()
        });
    }
    Some(Difference {
        spacing: (arrived.gaps != signed.gaps).then(|| spacing(&signed)),
        escapes: escapes(&arrived, &signed),
        is_other: false,
    })
}

/// The white space of a document, in words.
fn spacing(document: &Document<'_>) -> String {
    let tokens = &document.tokens;
    let inner: Vec<(&[u8], &Token<'_>, &Token<'_>)> = document
        .gaps
        .iter()
        .skip(1)
        .zip(tokens.iter().zip(tokens.iter().skip(1)))
        .map(|(gap, (before, behind))| (*gap, before, behind))
        .collect();
    let end = match document.gaps.last() {
        Some([]) | None => "",
        Some(_) => ", with a line end behind it",
    };
    let words = if inner.iter().all(|(gap, ..)| gap.is_empty()) {
        "without white space (compact)".to_owned()
    } else if inner.iter().any(|(gap, ..)| gap.contains(&b'\n')) {
        lines(&inner)
    } else {
        blanks(&inner)
    };
    format!("{words}{end}")
}

type Gap<'a, 'd> = (&'a [u8], &'a Token<'d>, &'a Token<'d>);

fn lines(inner: &[Gap<'_, '_>]) -> String {
    let crlf = inner.iter().any(|(gap, ..)| gap.contains(&b'\r'));
    let ends = if crlf {
        " and with CRLF at its line ends"
    } else {
        ""
    };
    let first = inner.iter().find(|(gap, ..)| gap.contains(&b'\n'));
    let (gap, is_opened) = first.map_or((&b""[..], false), |(gap, before, _)| {
        (*gap, matches!(before, Token::Open(_)))
    });
    let indent: Vec<u8> = gap
        .iter()
        .copied()
        .filter(|byte| matches!(byte, b' ' | b'\t'))
        .collect();
    let by = match &indent[..] {
        [] => return format!("on several lines that are not indented{ends}"),
        [b'\t'] => "tabs",
        [b' '] => "one blank",
        b"  " => "two blanks",
        b"    " => "four blanks",
        _ => "other white space",
    };
    if is_opened {
        format!("indented by {by} (pretty){ends}")
    } else {
        format!("on several lines{ends}")
    }
}

fn blanks(inner: &[Gap<'_, '_>]) -> String {
    // Of each kind of place, whether there is a blank everywhere, nowhere, or here and there.
    let kind = |is: &dyn Fn(&Token<'_>, &Token<'_>) -> bool| -> Option<bool> {
        let mut blanks = inner
            .iter()
            .filter(|(_, before, behind)| is(before, behind))
            .map(|(gap, ..)| !gap.is_empty());
        let first = blanks.next()?;
        blanks.all(|it| it == first).then_some(first)
    };
    let behind_colons = kind(&|before, _| matches!(before, Token::Colon));
    let before_colons = kind(&|_, behind| matches!(behind, Token::Colon));
    let behind_commas = kind(&|before, _| matches!(before, Token::Comma));
    let has_comma = inner
        .iter()
        .any(|(_, before, _)| matches!(before, Token::Comma));
    let mixed = behind_colons.is_none() || has_comma && behind_commas.is_none();
    if mixed {
        return "with a blank in some places and none in others of the same kind".to_owned();
    }
    let is_empty = |before: &Token<'_>, behind: &Token<'_>| {
        matches!((before, behind), (Token::Open(_), Token::Close(_)))
    };
    let in_brackets = inner.iter().any(|(gap, before, behind)| {
        let inside = matches!(before, Token::Open(_)) || matches!(behind, Token::Close(_));
        inside && !is_empty(before, behind) && !gap.is_empty()
    });
    let mut words = Vec::new();
    match (behind_commas, behind_colons) {
        (Some(true), Some(true)) => {
            words.push("a blank after each comma and colon, as Python writes it");
        }
        (Some(true), _) => words.push("a blank after each comma"),
        (_, Some(true)) => words.push("a blank after each colon"),
        _ => {}
    }
    if before_colons == Some(true) {
        words.push("a blank before each colon");
    }
    if in_brackets {
        words.push("blanks inside of its brackets");
    }
    if words.is_empty() {
        words.push("other white space");
    }
    format!("with {}", words.join(" and "))
}

/// The characters that only one of them escapes.
fn escapes(arrived: &Document<'_>, signed: &Document<'_>) -> Option<String> {
    let (mut by_sender, mut on_the_way) = (BTreeSet::new(), BTreeSet::new());
    let mut others = false;
    for (one, other) in arrived.tokens.iter().zip(&signed.tokens) {
        let (Token::Text(one, text), Token::Text(other, _)) = (one, other) else {
            continue;
        };
        if one == other {
            continue;
        }
        let (one, other) = (written(one), written(other));
        for (place, character) in text.chars().enumerate() {
            let (Some(one), Some(other)) = (one.get(place), other.get(place)) else {
                continue;
            };
            match (one.starts_with('\\'), other.starts_with('\\')) {
                (false, true) => drop(by_sender.insert((character, *other == "\\/"))),
                (true, false) => drop(on_the_way.insert((character, *one == "\\/"))),
                (true, true) => others |= one != other,
                (false, false) => {}
            }
        }
    }
    let mut words = Vec::new();
    if let Some(named) = named(&by_sender) {
        words.push(format!("with {named} escaped"));
    }
    if let Some(named) = named(&on_the_way) {
        words.push(format!(
            "with {named} as they are, which were escaped on the way"
        ));
    }
    if others {
        words.push("with escapes of another form".to_owned());
    }
    (!words.is_empty()).then(|| words.join(" and "))
}

/// Each character of a text in quotes as it is written.
fn written(text: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let mut rest = text
        .get(1..text.len().saturating_sub(1))
        .unwrap_or_default();
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let unit = |text: &str| -> Option<u16> {
            u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
        };
        let length = match (unit(rest), first) {
            (Some(0xd800..=0xdbff), _) => 12,
            (Some(_), _) => 6,
            (None, '\\') => 2,
            (None, character) => character.len_utf8(),
        };
        let Some((character, behind)) = rest.split_at_checked(length) else {
            break;
        };
        found.push(character);
        rest = behind;
    }
    found
}

/// The characters by name: letters and digits are of the contents, and marks are not.
fn named(characters: &BTreeSet<(char, bool)>) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let wide = characters.iter().any(|(it, _)| !it.is_ascii());
    let marks: Vec<String> = characters
        .iter()
        .filter(|(it, _)| it.is_ascii_punctuation())
        .map(|(it, short)| match (it, short) {
            ('/', true) => r"slashes (\/)".to_owned(),
            (it, _) => format!("{it} (\\u{:04x})", u32::from(*it)),
        })
        .collect();
    let rest = characters
        .iter()
        .any(|(it, _)| it.is_ascii() && !it.is_ascii_punctuation());
    if wide {
        names.push("characters outside of ASCII".to_owned());
    }
    names.extend(marks);
    if rest {
        names.push("other characters".to_owned());
    }
    let last = names.pop()?;
    Some(if names.is_empty() {
        last
    } else {
        format!("{} and {last}", names.join(", "))
    })
}
