//! Bodies that became texts on the way: what languages print of bytes and of parsed values, and what gateways and filters
//! make of them. Undone where nothing was lost.

mod escaped;
mod framing;
mod printed_bytes;
mod printed_value;
#[cfg(test)]
mod tests;

pub(crate) use self::{escaped::of_html, printed_value::lost_value};
use self::{
    escaped::without_slashes,
    framing::{after_head, of_quoted_printable, unchunked},
    printed_bytes::{of_hex, of_numbers, of_python},
    printed_value::of_literal,
};

/// The bytes behind a text, and what the text is.
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    pub(crate) kind: Kind,
    /// In words, after "the body is".
    pub(crate) is: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A printed form of the body's bytes.
    Bytes,
    /// A printed form of the value that the body's JSON was parsed into. The bytes are compact JSON of it.
    Value,
    /// The body in the framing of a protocol.
    Framed,
}

/// What `body` may be a text of.
pub(crate) fn undone(body: &[u8]) -> Vec<Text> {
    let mut found = Vec::new();
    let mut add = |bytes: Option<Vec<u8>>, kind, is| {
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty() && *bytes != body) {
            found.push(Text { bytes, kind, is });
        }
    };
    add(
        unchunked(body),
        Kind::Framed,
        "still in chunks: the sizes of `Transfer-Encoding: chunked` stand in it",
    );
    add(
        after_head(body),
        Kind::Framed,
        "a whole HTTP message or MIME part: its head stands before the signed body",
    );
    let Ok(text) = std::str::from_utf8(body) else {
        return found;
    };
    let text = text.trim();
    add(
        of_numbers(text),
        Kind::Bytes,
        "a text of its bytes' numbers, as Node.js writes a Buffer in JSON and others print an array of bytes",
    );
    add(
        of_hex(text),
        Kind::Bytes,
        "its bytes in hexadecimal, as databases and debuggers show them",
    );
    add(
        of_python(text),
        Kind::Bytes,
        "Python's text of a bytes or str value (b'…'), not the value itself",
    );
    add(
        without_slashes(text),
        Kind::Bytes,
        "escaped by backslashes before its quotes, as PHP's addslashes and filters like it do",
    );
    add(
        of_html(text),
        Kind::Bytes,
        "escaped for HTML (&quot;, &amp;), as filters against script injection do",
    );
    add(
        of_quoted_printable(body),
        Kind::Bytes,
        "quoted-printable, as mail gateways write it",
    );
    add(
        of_literal(text).map(String::into_bytes),
        Kind::Value,
        "a parsed value that was printed in the manner of Python, Ruby or JavaScript",
    );
    found
}
