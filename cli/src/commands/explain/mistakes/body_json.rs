//! Something parsed the body and wrote it anew, with another writer than the sender's.

use hookgate::json::canonical;

use super::{
    super::{
        case::Case,
        court::{Ruling, Stage},
        finding::{Confidence, Finding, Trial},
        json_text::{Escapes, Spacing, rewritten},
    },
    concerns_proof,
};

/// Fewer may be sorted by chance.
const FEW_MEMBERS: usize = 4;
/// Larger bodies are not written in every manner.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Larger ones are tried only with their own escapes: all manners are held in memory at once.
const MAX_ESCAPED_BYTES: usize = 64 * 1024;

const SPACINGS: [(Spacing, &str); 6] = [
    (Spacing::Compact, "without white space (compact)"),
    (Spacing::Pretty("  "), "indented by two blanks (pretty)"),
    (Spacing::Pretty("    "), "indented by four blanks (pretty)"),
    (Spacing::Pretty("\t"), "indented by tabs (pretty)"),
    (
        Spacing::Spaced,
        "with a blank after each comma and colon, as Python writes it",
    ),
    (Spacing::Kept, ""),
];

const ESCAPES: [(Escapes, &str); 6] = [
    (Escapes::Kept, ""),
    (
        Escapes::Slashes,
        r"with slashes escaped (\/), as PHP writes them",
    ),
    (Escapes::Ascii, r"with \u escapes for all but ASCII"),
    (
        Escapes::AsciiAndSlashes,
        r"with \u escapes for all but ASCII and slashes escaped, as PHP writes them",
    ),
    (Escapes::Fewest, r"without needless escapes"),
    (
        Escapes::Html,
        r"with \u003c for <, > and &, as Go writes them",
    ),
];

const ADVICE: &str = "hand the raw bytes to the check: no body parser, logger or proxy may parse and write the body \
                      before the middleware";

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) || case.body.len() > MAX_BODY_BYTES {
        return Vec::new();
    }
    let mut trials = Vec::new();
    let most = if case.body.len() <= MAX_ESCAPED_BYTES {
        ESCAPES.len()
    } else {
        1
    };
    let manners = ESCAPES.get(..most).unwrap_or_default();
    for &(escapes, escaped) in manners {
        for (spacing, spaced) in SPACINGS {
            let Some(body) = rewritten(&case.body, spacing, escapes) else {
                return trials;
            };
            let mistake = match (spacing, escapes) {
                (_, Escapes::Kept) => "body_rewritten",
                _ => "body_escapes",
            };
            let how = [spaced, escaped]
                .into_iter()
                .filter(|how| !how.is_empty())
                .collect::<Vec<_>>()
                .join(", ");
            add(&mut trials, case, body, mistake, &how);
        }
    }
    if let Ok(body) = canonical::ecmascript(&case.body) {
        add(
            &mut trials,
            case,
            body,
            "body_rewritten",
            "as JSON.stringify writes it",
        );
    }
    if let Ok(sorted) = canonical::rfc8785(&case.body) {
        for (spacing, spaced) in SPACINGS {
            for &(escapes, escaped) in manners {
                let Some(body) = rewritten(&sorted, spacing, escapes) else {
                    continue;
                };
                let how = ["with its members sorted by name", spaced, escaped]
                    .into_iter()
                    .filter(|how| !how.is_empty())
                    .collect::<Vec<_>>()
                    .join(", ");
                add(&mut trials, case, body, "body_key_order", &how);
            }
        }
    }
    trials
}

fn add(trials: &mut Vec<Trial>, case: &Case, body: Vec<u8>, mistake: &'static str, how: &str) {
    for (end, at_end) in [("", ""), ("\n", ", with a line end behind it")] {
        let mut body = body.clone();
        body.extend_from_slice(end.as_bytes());
        if body != case.body {
            trials.push(Trial::proof(
                case.with_body(body),
                mistake,
                format!("the body's JSON was written anew: the sender signed it {how}{at_end}"),
                ADVICE,
            ));
        }
    }
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    // A signature that is missing or malformed says nothing about the body.
    if ruling.stage() != Stage::Proof {
        return Vec::new();
    }
    let mut found = Vec::new();
    let is_json = rewritten(&case.body, Spacing::Kept, Escapes::Kept).is_some();
    if is_json && case.body.contains(&b'\n') {
        found.push(Finding::sign(
            Confidence::Possible,
            "body_rewritten",
            "the body's JSON is indented, which few senders do: something may have parsed and written it",
            ADVICE,
        ));
    }
    let sorted = canonical::rfc8785(&case.body).ok();
    let compact = rewritten(&case.body, Spacing::Compact, Escapes::Fewest);
    let members = case.body.iter().filter(|byte| **byte == b':').count();
    if is_json && members >= FEW_MEMBERS && sorted.is_some() && sorted == compact {
        found.push(Finding::sign(
            Confidence::Possible,
            "body_key_order",
            "all members of the body are sorted by name: something may have parsed and written it",
            ADVICE,
        ));
    }
    found
}
