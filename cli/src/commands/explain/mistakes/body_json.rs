//! Something parsed the body and wrote it anew, with another writer than the sender's.

use std::rc::Rc;

use hookgate::{json::canonical, providers::known};

use super::{
    super::{
        bodies::{TooLong, within},
        case::Case,
        court::{Ruling, Stage},
        finding::{Confidence, Finding, Trial},
        json_text::{Document, Escapes, Layout, difference, escapes_of, layouts, likely_layouts},
        signing::recognised,
    },
    Trials, concerns_proof,
};

/// Fewer may be sorted by chance.
const FEW_MEMBERS: usize = 4;
/// Larger bodies are not written in every manner.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// How many manners of escapes are tried with every layout, and how many with the likely ones.
const FEW_ESCAPES: usize = 24;
const MANY_ESCAPES: usize = 2048;
/// The most bodies that are tried beside the likely ones.
const MAX_BODIES: usize = 10_000;
/// The most bytes that are written. Most manners of a long body with few marks come to the same, which is not judged.
const MAX_WRITTEN_BYTES: usize = 512 * 1024 * 1024;
/// 2,048 mixtures of blanks and none.
const MAX_PLACES: usize = 11;

pub(super) const ADVICE: &str = "hand the raw bytes to the check: no body parser, logger or proxy may parse and \
                                 write the body before the middleware";

pub(super) fn trials<'c>(case: &'c Case, ruling: &'c Ruling) -> Trials<'c> {
    if !concerns_proof(ruling) || case.body.len() > MAX_BODY_BYTES {
        return Box::new(std::iter::empty());
    }
    let trial = |body: Vec<u8>| {
        Trial::proof(
            case.with_body(body),
            "body_rewritten",
            "the body's JSON was written anew",
            ADVICE,
        )
        .reworded(reworded)
    };
    let bodies = within(MAX_WRITTEN_BYTES, rewritten(&case.body));
    Box::new(bodies.filter(|body| *body != case.body).map(trial))
}

/// A text in another manner, where that did not become too long.
type Written = Result<Vec<u8>, TooLong>;

/// `body` in every manner that is tried.
fn rewritten(body: &[u8]) -> impl Iterator<Item = Written> {
    let sorted = canonical::rfc8785(body).ok().into_iter();
    let numbers = canonical::ecmascript(body).ok().into_iter();
    let others = Document::read(body)
        .map(|document| document.with_other_empties())
        .unwrap_or_default();
    written(body, Effort::Likely)
        .chain(numbers.map(Ok))
        .chain(sorted.flat_map(likely_of))
        .chain(others.into_iter().flat_map(likely_of))
        .chain(written(body, Effort::Every))
}

/// How many manners are tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    Likely,
    Every,
}

type Manner = (Option<Layout>, Escapes);

/// `text` in other manners, where it is JSON. One at a time: together they may be thousands of times as long.
pub(super) fn written(text: &[u8], effort: Effort) -> Box<dyn Iterator<Item = Written> + '_> {
    let Some(document) = Document::read(text).map(Rc::new) else {
        return Box::new(std::iter::empty());
    };
    let escapes = escapes_of(&document);
    let manners = match effort {
        Effort::Likely => likely(&escapes),
        Effort::Every => every(&escapes),
    };
    let places = match effort {
        Effort::Likely => 0,
        Effort::Every => MAX_PLACES,
    };
    let mixtures = Rc::clone(&document).mixtures(places);
    let written = manners
        .into_iter()
        .flat_map(move |manner| in_manner(&document, manner));
    Box::new(mixtures.map(Ok).chain(written.take(MAX_BODIES)))
}

/// `text` in the likely manners. It is read for each anew, so that it need not outlive them.
fn likely_of(text: Vec<u8>) -> impl Iterator<Item = Written> {
    let manners = Document::read(&text).map(|document| likely(&escapes_of(&document)));
    manners.into_iter().flatten().flat_map(move |manner| {
        let document = Document::read(&text);
        let document = document.iter();
        let written = document.flat_map(|document| in_manner(document, manner));
        written.collect::<Vec<_>>()
    })
}

/// With each end that a body of this manner may have.
fn in_manner(document: &Document<'_>, manner: Manner) -> Vec<Written> {
    let (layout, escapes) = manner;
    let (body, ends) = match layout {
        Some(layout) => (document.written(&layout, &escapes), layout.ends()),
        None => (Ok(document.with_escapes(&escapes)), ["", "\n"]),
    };
    match body {
        Ok(body) => ends.map(|end| Ok([&body, end.as_bytes()].concat())).into(),
        Err(too_long) => vec![Err(too_long)],
    }
}

/// The likely layouts with the likely escapes.
fn likely(escapes: &[Escapes]) -> Vec<Manner> {
    let few = escapes.iter().copied().take(FEW_ESCAPES);
    few.flat_map(|escapes| {
        let layouts = likely_layouts().into_iter().map(Some);
        layouts.chain([None]).map(move |layout| (layout, escapes))
    })
    .collect()
}

/// Every layout as it is escaped, the likely ones with every manner of escapes, then every layout with the likely.
fn every(escapes: &[Escapes]) -> Vec<Manner> {
    let kept = layouts()
        .into_iter()
        .map(|layout| (Some(layout), Escapes::Kept));
    let many = escapes
        .iter()
        .skip(FEW_ESCAPES)
        .take(MANY_ESCAPES)
        .flat_map(|escapes| {
            let likely = [None, Some(Layout::COMPACT), Some(Layout::SPACED)];
            likely.map(|layout| (layout, *escapes))
        });
    let few = escapes
        .iter()
        .skip(1)
        .take(FEW_ESCAPES)
        .flat_map(|escapes| layouts().into_iter().map(|layout| (Some(layout), *escapes)));
    kept.chain(many).chain(few).collect()
}

/// By how the signed body differs.
pub(super) fn reworded(before: &Case, signed: &Case, finding: Finding) -> Finding {
    let Some(difference) = difference(&before.body, &signed.body) else {
        return finding;
    };
    let how: Vec<String> = [difference.spacing.clone(), difference.escapes]
        .into_iter()
        .flatten()
        .collect();
    let (mistake, how) = if difference.is_other {
        let comes_to_it = |text: Vec<u8>| {
            let difference = self::difference(&text, &signed.body);
            difference.is_some_and(|it| !it.is_other)
        };
        // Without sorting, numbers are all that it changes.
        let differs_in_numbers = canonical::ecmascript(&before.body).is_ok_and(comes_to_it);
        let is_sorted =
            !differs_in_numbers && canonical::rfc8785(&before.body).is_ok_and(comes_to_it);
        if is_sorted {
            (
                "body_key_order",
                "with its members sorted by name".to_owned(),
            )
        } else {
            (
                "body_rewritten",
                "with numbers in another form, or with empty lists for empty objects".to_owned(),
            )
        }
    } else if difference.spacing.is_some() {
        ("body_rewritten", how.join(", "))
    } else {
        ("body_escapes", how.join(", "))
    };
    Finding {
        mistake,
        cause: format!("the body's JSON was written anew: the sender signed it {how}"),
        ..finding
    }
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    // A signature that is missing or malformed says nothing about the body.
    if ruling.stage() != Stage::Proof {
        return Vec::new();
    }
    let Some(document) = Document::read(&case.body) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let own_manner = recognised(&case.headers)
        .iter()
        .map(|sender| sender.provider)
        .chain([&*case.provider])
        .filter_map(known::find)
        .any(|sender| sender.indents);
    if !own_manner && case.body.trim_ascii().contains(&b'\n') {
        found.push(Finding::sign(
            Confidence::Possible,
            "body_rewritten",
            "the body's JSON is indented, which few senders do: something may have parsed and written it",
            ADVICE,
        ));
    }
    let sorted = canonical::rfc8785(&case.body).ok();
    let members = case.body.iter().filter(|byte| **byte == b':').count();
    let is_sorted = sorted.is_some_and(|sorted| {
        let compact = document.written(&Layout::COMPACT, &Escapes::Kept);
        compact.is_ok_and(|compact| difference(&compact, &sorted).is_some_and(|it| !it.is_other))
    });
    if !own_manner && members >= FEW_MEMBERS && is_sorted {
        found.push(Finding::sign(
            Confidence::Possible,
            "body_key_order",
            "all members of the body are sorted by name: something may have parsed and written it",
            ADVICE,
        ));
    }
    found
}
