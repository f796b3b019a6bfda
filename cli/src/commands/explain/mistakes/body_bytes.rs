//! Single bytes of the body: its ends, its line ends, its charset, its length.

use super::{
    super::{
        bodies::{Bodies, Change},
        case::Case,
        charsets,
        court::Ruling,
        finding::{Confidence, Finding},
    },
    Trials, concerns_proof,
};

const BOM: &[u8] = b"\xef\xbb\xbf";
const RAW: &str = "hand the bytes to the check as they arrived";

pub(super) fn trials<'c>(case: &'c Case, ruling: &'c Ruling) -> Trials<'c> {
    if !concerns_proof(ruling) {
        return Box::new(std::iter::empty());
    }
    let body = &case.body[..];
    let mut bodies = Bodies::beside(body);
    let changed = longer(case)
        .into_iter()
        .chain(padding(body))
        .chain(white_space(body))
        .chain(line_ends(body))
        .chain(byte_order_mark(body));
    for (body, change) in changed {
        bodies.add(body, change);
    }
    charset(body, &mut bodies);
    Box::new(bodies.trials(case))
}

/// A body as it may have been signed.
type Changed = (Vec<u8>, Change);

fn changed(
    body: Vec<u8>,
    mistake: &'static str,
    cause: &'static str,
    advice: &'static str,
) -> Changed {
    let change = Change {
        mistake,
        cause: cause.into(),
        advice,
    };
    (body, change)
}

fn longer(case: &Case) -> Option<Changed> {
    let declared = case.body.get(..case.declared_length()?)?;
    Some(changed(
        declared.to_vec(),
        "body_longer",
        "the body has more bytes than content-length says, and the signature covers those alone",
        "look for the program that adds bytes at the body's end",
    ))
}

/// Zeros behind the body.
fn padding(body: &[u8]) -> Option<Changed> {
    let end = body.iter().rposition(|byte| *byte != 0)?;
    let plain = body.get(..=end)?;
    (plain.len() < body.len()).then(|| {
        changed(
            plain.to_vec(),
            "body_longer",
            "zeros stand behind the body, as in a buffer that is longer than what was read into it",
            "hand as many bytes to the check as were read",
        )
    })
}

/// White space and line ends around the body.
fn white_space(body: &[u8]) -> Vec<Changed> {
    let mut changes = Vec::new();
    if let Some(rest) = body
        .strip_suffix(b"\r\n")
        .or_else(|| body.strip_suffix(b"\n"))
    {
        changes.push(changed(
            rest.to_vec(),
            "newline_added",
            "a line end was added behind the body",
            "take the bytes as they arrived: editors, echo and loggers add a line end (use printf or --data-binary)",
        ));
    }
    changes.extend(["\n", "\r\n"].map(|end| {
        changed(
            [body, end.as_bytes()].concat(),
            "newline_removed",
            "the line end behind the body is missing: the body was trimmed",
            RAW,
        )
    }));
    changes.push(changed(
        body.trim_ascii().to_vec(),
        "white_space_added",
        "white space was added around the body",
        RAW,
    ));
    let around = [("", " "), (" ", ""), ("\n", ""), ("\n", "\n"), ("", "\n\n")];
    changes.extend(around.map(|(before, after)| {
        changed(
            [before.as_bytes(), body, after.as_bytes()].concat(),
            "body_trimmed",
            "the white space around the body is missing: the body was trimmed",
            RAW,
        )
    }));
    changes
}

/// Line ends inside the body.
fn line_ends(body: &[u8]) -> [Changed; 5] {
    let change = |body, cause, advice| changed(body, "line_ends", cause, advice);
    let binary = "keep the capture binary: editors and version control change line ends";
    let lf = replaced(body, b"\r\n", b"\n");
    let cr = replaced(&lf, b"\n", b"\r");
    let of_cr = replaced(body, b"\r", b"\n");
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
            of_cr,
            "the body's line ends were changed from LF to CR",
            binary,
        ),
        change(
            cr,
            "the body's line ends were changed from CR to LF",
            binary,
        ),
        change(
            joined,
            "line ends were added inside the body",
            "keep the capture binary",
        ),
    ]
}

fn byte_order_mark(body: &[u8]) -> Vec<Changed> {
    let change = |body, cause, advice| changed(body, "byte_order_mark", cause, advice);
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

fn charset(body: &[u8], bodies: &mut Bodies) {
    if let Some(text) = utf16(body) {
        let (text, change) = changed(
            text.into_bytes(),
            "charset",
            "the body is UTF-16, and the sender signed UTF-8",
            "keep the capture binary: a shell or an editor saved it as UTF-16",
        );
        bodies.add(text, change);
    }
    let mut add = |mistake, body: Vec<u8>, cause: String| {
        let change = Change {
            mistake,
            cause: cause.into(),
            advice: "never decode the body before the check",
        };
        bodies.add(body, change)
    };
    match std::str::from_utf8(body) {
        Ok(text) if !text.is_ascii() => {
            charsets::read_wrongly(text, &mut |body, cause| add("charset", body, cause));
            for (body, cause) in charsets::composed_otherwise(text) {
                add("body_normalised", body, cause);
            }
        }
        Ok(_) => {}
        Err(_) => {
            for (body, cause) in charsets::as_utf8(body) {
                add("charset", body, cause);
            }
        }
    }
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let body = &case.body[..];
    let mut found = Vec::new();
    match case.declared_length() {
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
    } else if body.is_ascii() && charsets::has_lost_letters(body) {
        found.push(Finding::sign(
            Confidence::Possible,
            "charset",
            "a question mark stands inside of a word: a letter may have been lost in a charset that lacks it",
            "never decode the body before the check",
        ));
    }
    found
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
