//! Single bytes of the body: its ends, its line ends, its charset, its length.

use super::{
    super::{
        case::Case,
        court::Ruling,
        finding::{Confidence, Finding, Trial},
    },
    concerns_proof,
};

const BOM: &[u8] = b"\xef\xbb\xbf";
const RAW: &str = "hand the bytes to the check as they arrived";

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let body = &case.body[..];
    let mut trials = Vec::new();
    let mut add = |changed: Vec<u8>, mistake, cause: &str, advice: &str| {
        if changed != body {
            trials.push(Trial::proof(
                case.with_body(changed),
                mistake,
                cause,
                advice,
            ));
        }
    };
    if let Some(length) = declared_length(case)
        && let Some(declared) = body.get(..length)
    {
        add(
            declared.to_vec(),
            "body_longer",
            "the body has more bytes than content-length says, and the signature covers those alone",
            "look for the program that adds bytes at the body's end",
        );
    }
    if let Some(rest) = body
        .strip_suffix(b"\r\n")
        .or_else(|| body.strip_suffix(b"\n"))
    {
        add(
            rest.to_vec(),
            "newline_added",
            "a line end was added behind the body",
            "take the bytes as they arrived: editors, echo and loggers add a line end (use printf or --data-binary)",
        );
    }
    for end in ["\n", "\r\n"] {
        add(
            [body, end.as_bytes()].concat(),
            "newline_removed",
            "the line end behind the body is missing: the body was trimmed",
            RAW,
        );
    }
    add(
        body.trim_ascii().to_vec(),
        "white_space_added",
        "white space was added around the body",
        RAW,
    );
    for (before, after) in [("", " "), (" ", ""), ("\n", ""), ("\n", "\n"), ("", "\n\n")] {
        add(
            [before.as_bytes(), body, after.as_bytes()].concat(),
            "body_trimmed",
            "the white space around the body is missing: the body was trimmed",
            RAW,
        );
    }
    let lf = replaced(body, b"\r\n", b"\n");
    add(
        replaced(&lf, b"\n", b"\r\n"),
        "line_ends",
        "the body's line ends were changed from CRLF to LF",
        "keep the capture binary: editors and version control change line ends",
    );
    add(
        lf.clone(),
        "line_ends",
        "the body's line ends were changed from LF to CRLF",
        "keep the capture binary: editors and version control change line ends",
    );
    let joined: Vec<u8> = lf.iter().copied().filter(|byte| *byte != b'\n').collect();
    add(
        joined,
        "line_ends",
        "line ends were added inside the body",
        "keep the capture binary",
    );
    if let Some(rest) = body.strip_prefix(BOM) {
        add(
            rest.to_vec(),
            "byte_order_mark",
            "a byte order mark was added before the body",
            "write the body as UTF-8 without a mark",
        );
    }
    add(
        [BOM, body].concat(),
        "byte_order_mark",
        "the byte order mark before the body is missing",
        RAW,
    );
    if let Some(text) = utf16(body) {
        add(
            text.into_bytes(),
            "charset",
            "the body is UTF-16, and the sender signed UTF-8",
            "keep the capture binary: a shell or an editor saved it as UTF-16",
        );
    }
    if let Ok(text) = std::str::from_utf8(body) {
        let latin: Option<Vec<u8>> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).ok())
            .collect();
        if let Some(latin) = latin {
            add(
                latin,
                "charset",
                "the body's text was read as Latin-1 and written as UTF-8",
                "never decode the body before the check",
            );
        }
    } else {
        let text: String = body.iter().copied().map(char::from).collect();
        add(
            text.into_bytes(),
            "charset",
            "the body was written as Latin-1, and the sender signed UTF-8",
            "never decode the body before the check",
        );
    }
    trials
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let body = &case.body[..];
    let mut found = Vec::new();
    match declared_length(case) {
        Some(length) if body.len() < length => found.push(Finding::sign(
            Confidence::Likely,
            "body_truncated",
            format!(
                "content-length says {length} bytes, and the body has {}: it was cut",
                body.len()
            ),
            "capture the whole body: look at limits of loggers, buffers and copied text",
        )),
        Some(length) if body.len() > length => found.push(Finding::sign(
            Confidence::Likely,
            "body_longer",
            format!(
                "content-length says {length} bytes, and the body has {}: it was changed",
                body.len()
            ),
            RAW,
        )),
        None if body.is_empty() => found.push(Finding::sign(
            Confidence::Likely,
            "body_empty",
            "the body is empty: something before the check has read it",
            "put the middleware before the code that reads the body",
        )),
        _ => {}
    }
    let opens = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    let whole = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    if opens && whole.is_err_and(|error| error.is_eof()) && found.is_empty() {
        found.push(Finding::sign(
            Confidence::Likely,
            "body_truncated",
            "the body's JSON ends in the middle: it was cut",
            "capture the whole body: look at limits of loggers, buffers and copied text",
        ));
    }
    if String::from_utf8_lossy(body).contains('\u{fffd}') {
        found.push(Finding::sign(
            Confidence::Likely,
            "charset",
            "the body has characters that stand for undecodable bytes: it was read in the wrong charset",
            "never decode the body before the check",
        ));
    }
    found
}

fn declared_length(case: &Case) -> Option<usize> {
    case.value("content-length")?.trim().parse().ok()
}

fn replaced(body: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(from) {
            out.extend_from_slice(to);
            rest = behind;
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}

/// With a mark, or with a zero in each unit of ASCII.
fn utf16(body: &[u8]) -> Option<String> {
    let (body, is_little) = match body {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        [_, 0, ..] => (body, true),
        [0, _, ..] => (body, false),
        _ => return None,
    };
    let unit = |pair: &[u8]| {
        let pair = pair.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        })
    };
    let units: Vec<u16> = body.chunks_exact(2).filter_map(unit).collect();
    String::from_utf16(&units).ok()
}
