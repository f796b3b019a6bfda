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
    let changes = longer(case)
        .into_iter()
        .chain(white_space(body))
        .chain(line_ends(body))
        .chain(byte_order_mark(body))
        .chain(charset(body));
    changes
        .filter(|change| change.body != body)
        .map(
            |Change {
                 body,
                 mistake,
                 cause,
                 advice,
             }| { Trial::proof(case.with_body(body), mistake, cause, advice) },
        )
        .collect()
}

/// A body as it may have been signed.
struct Change {
    body: Vec<u8>,
    mistake: &'static str,
    cause: &'static str,
    advice: &'static str,
}

fn longer(case: &Case) -> Option<Change> {
    let declared = case.body.get(..declared_length(case)?)?;
    Some(Change {
        body: declared.to_vec(),
        mistake: "body_longer",
        cause: "the body has more bytes than content-length says, and the signature covers those alone",
        advice: "look for the program that adds bytes at the body's end",
    })
}

/// White space and line ends around the body.
fn white_space(body: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(rest) = body
        .strip_suffix(b"\r\n")
        .or_else(|| body.strip_suffix(b"\n"))
    {
        changes.push(Change {
            body: rest.to_vec(),
            mistake: "newline_added",
            cause: "a line end was added behind the body",
            advice: "take the bytes as they arrived: editors, echo and loggers add a line end (use printf or --data-binary)",
        });
    }
    changes.extend(["\n", "\r\n"].map(|end| Change {
        body: [body, end.as_bytes()].concat(),
        mistake: "newline_removed",
        cause: "the line end behind the body is missing: the body was trimmed",
        advice: RAW,
    }));
    changes.push(Change {
        body: body.trim_ascii().to_vec(),
        mistake: "white_space_added",
        cause: "white space was added around the body",
        advice: RAW,
    });
    let around = [("", " "), (" ", ""), ("\n", ""), ("\n", "\n"), ("", "\n\n")];
    changes.extend(around.map(|(before, after)| Change {
        body: [before.as_bytes(), body, after.as_bytes()].concat(),
        mistake: "body_trimmed",
        cause: "the white space around the body is missing: the body was trimmed",
        advice: RAW,
    }));
    changes
}

/// Line ends inside the body.
fn line_ends(body: &[u8]) -> [Change; 3] {
    let change = |body, cause, advice| Change {
        body,
        mistake: "line_ends",
        cause,
        advice,
    };
    let binary = "keep the capture binary: editors and version control change line ends";
    let lf = replaced(body, b"\r\n", b"\n");
    let joined = lf.iter().copied().filter(|byte| *byte != b'\n').collect();
    [
        change(
            replaced(&lf, b"\n", b"\r\n"),
            "the body's line ends were changed from CRLF to LF",
            binary,
        ),
        change(
            lf,
            "the body's line ends were changed from LF to CRLF",
            binary,
        ),
        change(
            joined,
            "line ends were added inside the body",
            "keep the capture binary",
        ),
    ]
}

fn byte_order_mark(body: &[u8]) -> Vec<Change> {
    let change = |body, cause, advice| Change {
        body,
        mistake: "byte_order_mark",
        cause,
        advice,
    };
    let without = body.strip_prefix(BOM).map(|rest| {
        change(
            rest.to_vec(),
            "a byte order mark was added before the body",
            "write the body as UTF-8 without a mark",
        )
    });
    let with = change(
        [BOM, body].concat(),
        "the byte order mark before the body is missing",
        RAW,
    );
    without.into_iter().chain([with]).collect()
}

fn charset(body: &[u8]) -> Vec<Change> {
    let change = |body: Vec<u8>, cause, advice| Change {
        body,
        mistake: "charset",
        cause,
        advice,
    };
    let undecoded = "never decode the body before the check";
    let of_utf16 = utf16(body).map(|text| {
        change(
            text.into_bytes(),
            "the body is UTF-16, and the sender signed UTF-8",
            "keep the capture binary: a shell or an editor saved it as UTF-16",
        )
    });
    let of_latin = match std::str::from_utf8(body) {
        Ok(text) => {
            let latin = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
            latin.collect::<Option<_>>().map(|latin| {
                change(
                    latin,
                    "the body's text was read as Latin-1 and written as UTF-8",
                    undecoded,
                )
            })
        }
        Err(_) => {
            let text: String = body.iter().copied().map(char::from).collect();
            Some(change(
                text.into_bytes(),
                "the body was written as Latin-1, and the sender signed UTF-8",
                undecoded,
            ))
        }
    };
    of_utf16.into_iter().chain(of_latin).collect()
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
