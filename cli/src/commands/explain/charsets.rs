//! Texts that were read or written in another charset than UTF-8, or with their letters composed otherwise, undone.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_8859_2, ISO_8859_15, KOI8_R, MACINTOSH,
    SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254,
};
use unicode_normalization::UnicodeNormalization;

/// The charsets that programs still take for a default, the likeliest first. Latin-1 comes before them.
const CHARSETS: [&Encoding; 14] = [
    WINDOWS_1252,
    ISO_8859_15,
    WINDOWS_1250,
    WINDOWS_1251,
    WINDOWS_1254,
    ISO_8859_2,
    MACINTOSH,
    KOI8_R,
    IBM866,
    SHIFT_JIS,
    EUC_JP,
    GB18030,
    BIG5,
    EUC_KR,
];
const LATIN_1: &str = "Latin-1";
/// How often a text may have been read wrongly.
const MAX_TIMES: usize = 3;

/// The bodies in UTF-8 of which `body`, which is not UTF-8, may have been made, each with the cause.
pub(crate) fn as_utf8(body: &[u8]) -> impl Iterator<Item = (Vec<u8>, String)> {
    let latin = || {
        let text: String = body.iter().copied().map(char::from).collect();
        (text, LATIN_1)
    };
    let others = CHARSETS.iter().filter_map(|charset| {
        let text = charset.decode_without_bom_handling_and_without_replacement(body)?;
        Some((text.into_owned(), charset.name()))
    });
    let texts = std::iter::once_with(latin).chain(others);
    texts.map(|(text, name)| {
        let cause = format!("the body was written as {name}, and the sender signed UTF-8");
        (text.into_bytes(), cause)
    })
}

/// Adds the bodies of which `text` may have been made by reading them in another charset, each with the cause. `add` says
/// whether a body is new. Others are not read again, since each time multiplies them by the number of charsets.
pub(crate) fn read_wrongly(text: &str, add: &mut impl FnMut(Vec<u8>, String) -> bool) {
    let mut before = vec![text.to_owned()];
    for _ in 0..MAX_TIMES {
        let mut inner = Vec::new();
        for text in &before {
            for (bytes, name) in written_in_others(text) {
                let text = std::str::from_utf8(&bytes).ok().map(str::to_owned);
                let cause = format!("the body's text was read as {name} and written as UTF-8");
                if add(bytes, cause) {
                    inner.extend(text);
                }
            }
        }
        before = inner;
    }
}

fn written_in_others(text: &str) -> impl Iterator<Item = (Vec<u8>, &'static str)> {
    let latin = || {
        let latin = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
        Some((latin.collect::<Option<Vec<u8>>>()?, LATIN_1))
    };
    let others = CHARSETS.iter().filter_map(|charset| {
        let (bytes, _, is_lossy) = charset.encode(text);
        (!is_lossy).then(|| (bytes.into_owned(), charset.name()))
    });
    std::iter::once_with(latin).flatten().chain(others)
}

type Composed = fn(&str) -> String;

/// The same text with its letters and accents composed, or apart (Unicode Standard Annex #15), each with the cause.
pub(crate) fn composed_otherwise(text: &str) -> impl Iterator<Item = (Vec<u8>, String)> {
    let forms: [(Composed, &str); 4] = [
        (|text| text.nfc().collect(), "NFC"),
        (|text| text.nfd().collect(), "NFD"),
        (|text| text.nfkc().collect(), "NFKC"),
        (|text| text.nfkd().collect(), "NFKD"),
    ];
    forms.into_iter().map(move |(composed, form)| {
        let cause = format!(
            "letters and accents were composed otherwise: the sender signed the text in {form}"
        );
        (composed(text).into_bytes(), cause)
    })
}

/// Whether question marks stand inside of words, as where a charset lacked a letter.
pub(crate) fn has_lost_letters(body: &[u8]) -> bool {
    // An address has question marks of its own.
    let is_letter = |byte: u8| byte.is_ascii_alphabetic();
    body.split(|byte| matches!(byte, b'"' | b' ' | b',')).any(|word| {
        !word.contains(&b'/')
            && !word.contains(&b'=')
            && word
                .windows(3)
                .any(|it| matches!(it, [before, b'?', after] if is_letter(*before) && is_letter(*after)))
    })
}

#[cfg(test)]
mod tests {
    use super::{as_utf8, composed_otherwise, has_lost_letters, read_wrongly};

    #[test]
    fn a_text_is_found_behind_each_charset_and_behind_two_of_them() {
        let text = "{\"name\":\"São Žižek “x”\"}";
        let windows = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        assert!(as_utf8(&windows).any(|(body, _)| body == text.as_bytes()));
        let once = encoding_rs::WINDOWS_1252
            .decode(text.as_bytes())
            .0
            .into_owned();
        let twice = encoding_rs::WINDOWS_1252
            .decode(once.as_bytes())
            .0
            .into_owned();
        for wrong in [once, twice] {
            let mut is_found = false;
            read_wrongly(&wrong, &mut |body, _| {
                is_found |= body == text.as_bytes();
                true
            });
            assert!(is_found, "{wrong}");
        }
    }

    #[test]
    fn composed_letters_are_taken_apart_and_put_together() {
        let (together, apart) = ("{\"é\":\"ñ\"}", "{\"e\u{301}\":\"n\u{303}\"}");
        for (text, other) in [(together, apart), (apart, together)] {
            let mut found = composed_otherwise(text);
            assert!(found.any(|(body, _)| body == other.as_bytes()));
        }
    }

    #[test]
    fn a_question_is_no_lost_letter() {
        assert!(has_lost_letters(br#"{"name":"Jos? M?ller"}"#));
        assert!(!has_lost_letters(
            br#"{"q":"why? because","u":"https://x/y?z=1&a?b"}"#
        ));
    }
}
