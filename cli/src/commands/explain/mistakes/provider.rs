//! Another provider than the one that the receiver is built for.

use hookgate::providers::known::{self, KnownSender};

use super::{
    super::{
        case::{Case, NamedKey, Reading},
        court::Ruling,
        finding::{Confidence, Finding, Trial},
        signing::{Recognised, recognised},
    },
    concerns_proof,
};

/// The other senders that the headers show. A header that the receiver's own scheme reads gives nobody else away: senders
/// that send through Svix have its headers.
fn others(case: &Case) -> Vec<Recognised> {
    let scheme = known::find(&case.provider).and_then(KnownSender::scheme);
    let own = scheme
        .as_ref()
        .map_or(Vec::new(), |scheme| scheme.headers());
    let is_own = |mark: &str| own.iter().any(|name| name.eq_ignore_ascii_case(mark));
    let is_there = |mark: &str| {
        let mut headers = case.headers.iter();
        headers.any(|(name, _)| name.eq_ignore_ascii_case(mark))
    };
    let gives_away = |sender: Recognised| {
        let marks = known::find(sender.provider).map_or(&[][..], |sender| sender.marks);
        let by = match marks {
            [] => sender.by,
            _ => marks
                .iter()
                .copied()
                .find(|mark| is_there(mark) && !is_own(mark))?,
        };
        Some(Recognised { by, ..sender })
    };
    let senders = recognised(&case.headers).into_iter();
    let senders = senders.filter(|sender| sender.provider != case.provider);
    senders.filter_map(gives_away).collect()
}

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let mut trials = Vec::new();
    for sender in others(case) {
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
        .any(|sender| sender.provider == case.provider)
    {
        return Vec::new();
    }
    // Where senders share a mark, the others would be guesses.
    others(case)
        .into_iter()
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

fn cause(case: &Case, provider: &str, by: &str) -> String {
    format!(
        "the request comes from {provider} (it has {by}), and the receiver is built for {}",
        case.provider
    )
}

fn advice(provider: &str) -> String {
    format!("point the sender at its own endpoint, or build this one for {provider}")
}
