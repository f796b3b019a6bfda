//! The MACs that stand in a header's value, wherever they stand in it.

use hookgate::schemes::{Digest, SignatureEncoding};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};

use super::encoded::unbase64;

/// Longest value that is looked through.
const MAX_VALUE_BYTES: usize = 1024;
const DIGESTS: [(Digest, usize); 4] = [
    (Digest::Sha256, 32),
    (Digest::Sha1, 20),
    (Digest::Sha384, 48),
    (Digest::Sha512, 64),
];

/// A part of a value that is as long as a MAC in one of its text forms.
pub(crate) struct Signature<'a> {
    pub(crate) digest: Digest,
    pub(crate) encoding: SignatureEncoding,
    /// What stands before it.
    pub(crate) before: &'a str,
    pub(crate) bytes: Vec<u8>,
    /// Its text, with the padding behind it.
    text: String,
    /// How its digits are spelled, where they are not written one after the other alone.
    pub(crate) spelled: Option<&'static str>,
}

impl Signature<'_> {
    /// Whether it could be written in `encoding` too: some MACs are the same text in several.
    pub(crate) fn fits(&self, encoding: SignatureEncoding) -> bool {
        let text = written(&self.bytes, encoding);
        match encoding {
            SignatureEncoding::Hex => text.eq_ignore_ascii_case(&self.text),
            _ => text == self.text,
        }
    }
}

/// `bytes` in `encoding`.
pub(crate) fn written(bytes: &[u8], encoding: SignatureEncoding) -> String {
    match encoding {
        SignatureEncoding::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        SignatureEncoding::Base64Unpadded => STANDARD_NO_PAD.encode(bytes),
        SignatureEncoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        SignatureEncoding::Base64UrlPadded => URL_SAFE.encode(bytes),
        _ => STANDARD.encode(bytes),
    }
}

/// The MACs in `value`, from its start.
pub(crate) fn signatures(value: &str) -> Vec<Signature<'_>> {
    if value.len() > MAX_VALUE_BYTES {
        return Vec::new();
    }
    let is_text = |c: char| c.is_ascii_alphanumeric() || "+/_-".contains(c);
    let mut found: Vec<Signature<'_>> = Vec::new();
    let mut rest = value;
    let mut at = 0_usize;
    while let Some(start) = rest.find(is_text) {
        let from = at.saturating_add(start);
        let run = value.get(from..).unwrap_or_default();
        let length = run.find(|c| !is_text(c)).unwrap_or(run.len());
        let (text, behind) = run.split_at_checked(length).unwrap_or((run, ""));
        let before = value.get(..from).unwrap_or_default();
        let padding = behind.len() - behind.trim_start_matches('=').len();
        let padded = format!("{text}{}", "=".repeat(padding));
        found.extend(read(text).map(|(digest, encoding, bytes)| Signature {
            digest,
            encoding: form_of(encoding, &bytes, &padded),
            before,
            bytes,
            text: padded,
            spelled: None,
        }));
        at = from.saturating_add(length);
        rest = behind;
    }
    found.extend(spelled_otherwise(value));
    found
}

/// Hexadecimal digits after `0x`, or in pairs, as programs print bytes: `0xAB…`, `AB:CD:…`, `AB CD …`, `AB-CD-…`.
fn spelled_otherwise(value: &str) -> Option<Signature<'_>> {
    // What stands before the digits ends at an equals sign, or there is nothing.
    let start = value.rfind('=').map_or(0, |place| place.saturating_add(1));
    let (before, text) = value.split_at_checked(start)?;
    let text = text.trim();
    let (digits, spelled) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits.to_owned(), "after 0x"),
        None => {
            let separator = text.chars().nth(2).filter(|it| ": -".contains(*it))?;
            let mut pairs = text.split(separator);
            if !pairs.all(|pair| pair.len() == 2) {
                return None;
            }
            (
                text.replace(separator, ""),
                "in pairs with something between them",
            )
        }
    };
    let (digest, encoding, bytes) = read(&digits)?;
    (encoding == SignatureEncoding::Hex).then_some(Signature {
        digest,
        encoding,
        before,
        bytes,
        text: digits,
        spelled: Some(spelled),
    })
}

/// The form of base64 that `text` has, the usual one first.
fn form_of(encoding: SignatureEncoding, bytes: &[u8], text: &str) -> SignatureEncoding {
    if encoding == SignatureEncoding::Hex {
        return encoding;
    }
    let forms = [
        SignatureEncoding::Base64,
        SignatureEncoding::Base64Unpadded,
        SignatureEncoding::Base64Url,
        SignatureEncoding::Base64UrlPadded,
    ];
    let mut forms = forms.into_iter();
    forms
        .find(|form| written(bytes, *form) == text)
        .unwrap_or(encoding)
}

fn read(text: &str) -> Option<(Digest, SignatureEncoding, Vec<u8>)> {
    let of_length = |bytes: &[u8]| {
        let known = DIGESTS.into_iter().find(|(_, size)| *size == bytes.len());
        known.map(|(digest, _)| digest)
    };
    let pairs = text.as_bytes().chunks(2);
    let hex = pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()
        .filter(|_| text.len().is_multiple_of(2));
    if let Some(bytes) = hex
        && let Some(digest) = of_length(&bytes)
    {
        return Some((digest, SignatureEncoding::Hex, bytes));
    }
    let bytes = unbase64(text.as_bytes())?;
    let digest = of_length(&bytes)?;
    Some((digest, SignatureEncoding::Base64, bytes))
}

#[cfg(test)]
mod tests {
    use super::signatures;

    #[test]
    fn a_mac_is_found_wherever_it_stands() {
        let hex = "ab".repeat(32);
        let base64 = format!("{}=", "A-_b".repeat(10) + "AAA");
        for (value, before) in [
            (hex.clone(), ""),
            (format!("sha256= {hex}"), "sha256= "),
            (format!("t=1,v1={hex},v0=x"), "t=1,v1="),
            (
                format!("keyId=\"k\",signature=\"{base64}\""),
                "keyId=\"k\",signature=\"",
            ),
        ] {
            let found = signatures(&value);
            let places: Vec<&str> = found.iter().map(|it| it.before).collect();
            assert_eq!(places, [before], "{value}");
        }
        let pairs = |separator: &str| ["AB"; 32].join(separator);
        for value in [
            format!("0x{hex}"),
            pairs(":"),
            pairs(" "),
            format!("sha256={}", pairs("-")),
        ] {
            let found = signatures(&value);
            let last = found
                .last()
                .map(|it| (it.bytes == [0xab; 32], it.spelled.is_some()));
            assert_eq!(last, Some((true, true)), "{value}");
        }
        assert!(signatures("sha256=00, abc").is_empty());
    }
}
