//! Another provider than the one that the receiver is built for.

use hookgate::providers::known::{self, KnownSender};

use super::{
    super::{
        case::{Case, NamedKey, Reading},
        court::Ruling,
        finding::{Confidence, Finding, Trial},
        signing::recognised,
    },
    concerns_proof,
};
use crate::settings::cloud_events::NAME;

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let mut trials = Vec::new();
    for sender in recognised(&case.headers) {
        if signs_alike(sender.provider, &case.provider) {
            continue;
        }
        for reading in [None, Some(Reading::Whsec), Some(Reading::Utf8)] {
            let keys = case.keys.iter().map(|key| NamedKey {
                reading: reading.unwrap_or(key.reading),
                ..key.clone()
            });
            trials.push(Trial::proof(
                case.for_provider(sender.provider).with_keys(keys.collect()),
                "wrong_provider",
                cause(case, sender.provider, sender.by),
                advice(sender.provider),
            ));
        }
    }
    trials
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let senders = recognised(&case.headers);
    if senders
        .iter()
        .any(|sender| signs_alike(sender.provider, &case.provider))
    {
        return Vec::new();
    }
    // Where senders share a mark, the others would be guesses.
    senders
        .into_iter()
        .filter(|sender| has_mark_of_its_own(case, sender.provider))
        // Every sender of CloudEvents writes their media type.
        .filter(|sender| case.provider != NAME || sender.by != "content-type")
        .take(1)
        .map(|sender| {
            Finding::sign(
                Confidence::Likely,
                "wrong_provider",
                cause(case, sender.provider, sender.by),
                advice(sender.provider),
            )
        })
        .collect()
}

/// Whether the request has a mark of this sender that is no header of the receiver's own scheme. Senders share names such
/// as `webhook-signature`.
fn has_mark_of_its_own(case: &Case, provider: &str) -> bool {
    let own = known::find(&case.provider).and_then(KnownSender::scheme);
    let own = own.iter();
    let own: Vec<_> = own
        .flat_map(|it| [it.signature_headers(), it.covered_headers()].concat())
        .collect();
    let is_own = |mark: &str| own.iter().any(|name| name.eq_ignore_ascii_case(mark));
    let is_there = |mark: &str| {
        let mut headers = case.headers.iter();
        headers.any(|(name, _)| name.eq_ignore_ascii_case(mark))
    };
    known::find(provider).is_none_or(|sender| {
        let mut marks = sender.marks.iter();
        sender.marks.is_empty() || marks.any(|mark| is_there(mark) && !is_own(mark))
    })
}

/// Whether requests of both are signed in the same way, under headers of the same names. Those of senders that follow
/// Standard Webhooks are: nothing but the key tells them apart.
fn signs_alike(one: &str, other: &str) -> bool {
    let scheme = |provider| known::find(provider).and_then(KnownSender::scheme);
    one == other || scheme(one).is_some_and(|one| Some(one) == scheme(other))
}

fn cause(case: &Case, provider: &str, by: &str) -> String {
    format!(
        "the request comes from {provider} (it has {by}), and the receiver is built for {}",
        case.provider
    )
}

fn advice(provider: &str) -> String {
    format!("point the sender at its own endpoint, or build this one for {provider}")
}
