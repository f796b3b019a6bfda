//! Encodings that bodies arrive in, undone within bounds.

use std::io::Read;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::{
    bufread::GzDecoder,
    read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder},
};

/// Largest body that is made of another one.
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Either alphabet, with or without padding, line ends left out.
pub(crate) fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let decoded = STANDARD
        .decode(&text)
        .or_else(|_| URL_SAFE.decode(&text))
        .ok()?;
    (!decoded.is_empty()).then_some(decoded)
}

/// Head and payload of what has the shape of a compact JWS, to be shown or looked through. Nothing is verified.
pub(crate) fn jws_parts(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (message, _) = text.rsplit_once('.')?;
    let (head, payload) = message.split_once('.')?;
    Some((unbase64(head.as_bytes())?, unbase64(payload.as_bytes())?))
}

/// With `+` as a blank, if `form` is set. `None` where nothing was encoded, or a `%` stands alone.
pub(crate) fn percent_decoded(text: &str, form: bool) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    let mut any = false;
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                any = true;
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                u8::try_from(high << 4 | low).ok()?
            }
            b'+' if form => {
                any = true;
                b' '
            }
            byte => byte,
        });
    }
    any.then_some(decoded)
}

/// A name or value of a form. A `%` that stands alone counts as itself.
pub(crate) fn form_text(text: &str) -> Vec<u8> {
    percent_decoded(text, true).unwrap_or_else(|| text.into())
}

/// As browsers and most senders write the value of a form's field.
pub(crate) fn form_encoded(bytes: &[u8], blank: &str) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                text.push(char::from(*byte));
            }
            b' ' => text.push_str(blank),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// Whether a body is surely in no content encoding. What is not text may be in one that nothing here undoes, such as
/// `br`. It may have been cut, or become too large.
pub(crate) fn is_plain_text(body: &[u8]) -> bool {
    let is_of_text = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let is_text = str::from_utf8(body).is_ok_and(|text| text.chars().all(is_of_text));
    is_text && !body.is_empty() && decompressed(body, MAX_BODY_BYTES).plain.is_none()
}

/// What came of decompressing.
pub(crate) struct Inflated<T> {
    /// How many bytes were made, also of a stream that broke or became too large.
    pub(crate) made: usize,
    pub(crate) plain: Option<T>,
}

/// What `accept_gzip` takes: one member, and nothing behind it.
pub(crate) const GZIP: &str = "gzip";
/// The receiver's form of gzip alone. What is none, or becomes larger than `most`, gives nothing.
pub(crate) fn ungzipped(body: &[u8], most: usize) -> Inflated<Vec<u8>> {
    let mut decoder = GzDecoder::new(body);
    let (made, plain) = read_within(&mut decoder, most);
    let plain = plain.filter(|_| decoder.into_inner().is_empty());
    Inflated { made, plain }
}

/// How many bytes were read, and all of them where they are not more than `most`.
fn read_within(decoder: &mut dyn Read, most: usize) -> (usize, Option<Vec<u8>>) {
    let mut out = Vec::new();
    let limit = most as u64;
    let read = decoder.take(limit.saturating_add(1)).read_to_end(&mut out);
    let is_whole = read.is_ok() && !out.is_empty() && out.len() <= most;
    (out.len(), is_whole.then_some(out))
}

/// The decompressed bytes and the kind of compression. Streams that are not compressed, or become larger than `most` or
/// [`MAX_BODY_BYTES`], give nothing.
pub(crate) fn decompressed(body: &[u8], most: usize) -> Inflated<(Vec<u8>, &'static str)> {
    let most = most.min(MAX_BODY_BYTES);
    let mut made: usize = 0;
    let mut read = |decoder: &mut dyn Read| {
        let (count, plain) = read_within(decoder, most);
        made = made.saturating_add(count);
        plain
    };
    let plain = if body.starts_with(&[0x1f, 0x8b]) {
        let mut one = GzDecoder::new(body);
        match read(&mut one) {
            Some(out) if one.get_ref().is_empty() => Some((out, GZIP)),
            Some(_) => {
                read(&mut MultiGzDecoder::new(body)).map(|out| (out, "gzip, not one member alone"))
            }
            None => None,
        }
    } else {
        let framed = (body.first() == Some(&0x78)).then(|| read(&mut ZlibDecoder::new(body)));
        let framed = framed.flatten().map(|out| (out, "deflate (zlib)"));
        framed.or_else(|| read(&mut DeflateDecoder::new(body)).map(|out| (out, "deflate")))
    };
    Inflated { made, plain }
}
