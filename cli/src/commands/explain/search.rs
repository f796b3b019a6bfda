//! [`explain`]: from a case to what is wrong with it.
//!
//! The search undoes one mistake after the other, until the library accepts the case. Each time every family of
//! mistakes proposes changes. The first one that the library's own checks confirm is the finding. Where a
//! single change is not enough, one of the body or the headers is tried together with one of the key.

use std::collections::HashSet;

use super::{
    case::Case,
    court::{Court, Ruling, Stage},
    finding::{Confidence, Finding, Trial},
    mistakes::{FAMILIES, Family, Part, unchecked_signature},
    signing::covers_head,
};

/// The most mistakes that are undone one after the other.
const MAX_ROUNDS: usize = 6;
/// The most changes of one family that are combined with those of others: its likeliest come first.
const MAX_COMBINED_OF_FAMILY: usize = 60;
/// The most causes that are named beside the first that explains as much.
const MAX_RIVALS: usize = 3;

/// What is wrong with a case.
pub(crate) struct Explanation {
    /// The ruling on the case as it is.
    pub(crate) ruling: Ruling,
    /// Surest first.
    pub(crate) findings: Vec<Finding>,
    /// Whether the case would be accepted without these mistakes.
    pub(crate) complete: bool,
    /// Whether something is left that no finding explains for certain.
    pub(crate) is_open: bool,
    /// The tried changes, where nothing matched: each family's words and its number of changes.
    pub(crate) tried: Vec<(&'static str, usize)>,
    /// Whether the search ended at its bound.
    pub(crate) exhausted: bool,
    /// What to capture or to give next, where something is left unexplained.
    pub(crate) next: Vec<&'static str>,
    /// How many requests were judged.
    pub(crate) judged: usize,
}

/// Finds out what is wrong with `case`.
pub(crate) fn explain(mut case: Case, court: &mut Court) -> Explanation {
    let first = court.rule(&case);
    let mut ruling = first.clone();
    let mut findings = Vec::new();
    let mut tried = Vec::new();
    for _ in 0..MAX_ROUNDS {
        // The judge has read the body by then. What is behind it is about what was unpacked.
        if ruling.stage() > Stage::Body
            && let Some(unpacked) = case.unpacked()
        {
            case = unpacked;
        }
        if ruling.stage() == Stage::End {
            break;
        }
        tried.clear();
        let Some((found, after)) = undo(&case, &ruling, court, &mut tried) else {
            break;
        };
        for finding in found.findings {
            findings.push(finding);
        }
        case = found.case;
        ruling = after;
    }
    let complete = ruling.stage() == Stage::End;
    let mut is_open = !complete;
    if !complete {
        let mut signs: Vec<Finding> = FAMILIES
            .iter()
            .flat_map(|family| (family.signs)(&case, &ruling))
            .collect();
        signs.sort_by_key(|sign| sign.confidence);
        is_open = signs
            .iter()
            .all(|sign| sign.confidence != Confidence::Certain);
        findings.extend(signs);
    }
    findings.extend(unchecked_signature(&case, &first));
    // A change that undid the rest comes before the change that it was combined with.
    findings.sort_by_key(|finding| finding.confidence != Confidence::Certain);
    Explanation {
        ruling: first,
        findings,
        complete,
        is_open,
        next: if is_open {
            next(&case, &ruling)
        } else {
            Vec::new()
        },
        tried: if complete { Vec::new() } else { tried },
        exhausted: court.is_exhausted(),
        judged: court.cases(),
    }
}

/// What to capture or to give next, where the search ended at this ruling.
fn next(case: &Case, ruling: &Ruling) -> Vec<&'static str> {
    if !(Stage::Signature..=Stage::Proof).contains(&ruling.stage()) {
        return vec![
            "a capture of the whole head, and the receiver's settings as it has them: --settings FILE",
        ];
    }
    let mut next = vec![
        "the raw bytes, taken before any parser: `hookgate listen --save DIR` in the application's place keeps them",
    ];
    if case.is_body_alone && covers_head(case) {
        next.push("the whole request: the signature covers its path, method or headers, and only the body was captured");
    }
    if case.other_keys.is_empty() {
        next.push("every other secret that you have (other endpoint, test and live, the sender's own tool): --other-key-env");
    }
    match case.declared_length() {
        None => next
            .push("the whole head with content-length, which says whether the body is whole"),
        Some(length) if length == case.body.len() => next.push(
            "a delivery that you know byte for byte: have the sender send a test event, and compare it with its own log",
        ),
        Some(_) => {}
    }
    next
}

/// A case with a mistake, or two at once, undone.
struct Undone {
    case: Case,
    findings: Vec<Finding>,
}

fn undo(
    case: &Case,
    ruling: &Ruling,
    court: &mut Court,
    tried: &mut Vec<(&'static str, usize)>,
) -> Option<(Undone, Ruling)> {
    let stage = ruling.stage();
    // Some changes come to the same.
    let mut seen = HashSet::new();
    for family in FAMILIES {
        let mut changes = (family.searched)(case, ruling);
        let mut trials = (family.trials)(case, ruling).filter(|it| seen.insert(it.fingerprint()));
        while let Some(trial) = trials.next() {
            if court.is_exhausted() {
                return None;
            }
            changes = changes.saturating_add(1);
            let after = court.rule(&trial.case);
            if trial.is_shown_by(stage, &after) {
                let changed = trial.case.clone();
                let mut findings = trial.findings(case);
                if family.may_have_rivals {
                    let rivals = trials.filter(|it| it.is_shown_by(stage, &court.rule(&it.case)));
                    with_rivals(&mut findings, rivals.flat_map(|it| it.findings(case)));
                }
                let case = changed;
                return Some((Undone { case, findings }, after));
            }
        }
        if changes > 0 {
            tried.push((family.in_words, changes));
        }
    }
    if (Stage::Signature..=Stage::Proof).contains(&stage) || matches!(ruling, Ruling::BadKey) {
        return undo_two(case, ruling, court);
    }
    None
}

/// Where another cause explains the case as well, neither is certain.
fn with_rivals(findings: &mut Vec<Finding>, rivals: impl Iterator<Item = Finding>) {
    let Some(first) = findings.first().cloned() else {
        return;
    };
    let others: Vec<Finding> = rivals
        .filter(|rival| rival.cause != first.cause)
        .take(MAX_RIVALS)
        .collect();
    if others.is_empty() {
        return;
    }
    findings.extend(others);
    for finding in findings {
        finding.confidence = finding.confidence.max(Confidence::Likely);
    }
}

/// Something of the request, and the key.
fn undo_two(case: &Case, ruling: &Ruling, court: &mut Court) -> Option<(Undone, Ruling)> {
    let of = |part: Part| {
        let families = FAMILIES.iter().filter(move |family| family.part == part);
        families
            .flat_map(|family: &Family| (family.trials)(case, ruling).take(MAX_COMBINED_OF_FAMILY))
    };
    let keys: Vec<Trial> = of(Part::Key).collect();
    for request in of(Part::Request) {
        for key in &keys {
            if court.is_exhausted() {
                return None;
            }
            let both = request.case.with_keys(key.case.keys.clone());
            let after = court.rule(&both);
            if after.is_proved() {
                let mut findings = request.findings(case);
                findings.push(key.finding.clone());
                let case = both;
                return Some((Undone { case, findings }, after));
            }
        }
    }
    None
}
