//! The secret: how it is read, what stands around it, and the other keys.

mod escapes;
mod readings;
mod strays;
mod variants;

use hookgate::providers::known;

pub(super) use self::readings::bytes_of;
use self::variants::variants;
use super::{
    super::{
        case::{Case, NamedKey, Reading},
        court::{Ruling, Stage},
        finding::{Confidence, Finding, Trial},
    },
    concerns_proof,
    signed_request::takes_certificates,
};

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    // The key of an access rule is not one of these.
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let variants = key_variants(case).into_iter();
    variants
        .map(|(key, finding)| {
            Trial::proof(
                case.with_keys(vec![key]),
                finding.mistake,
                finding.cause,
                finding.advice,
            )
        })
        .collect()
}

/// The keys that may be meant, each with what is wrong if it is the right one.
pub(super) fn key_variants(case: &Case) -> Vec<(NamedKey, Finding)> {
    let certain =
        |mistake, cause, advice| Finding::sign(Confidence::Certain, mistake, cause, advice);
    let mut found = Vec::new();
    for key in &case.other_keys {
        for key in readings_of(key) {
            let finding = certain(
                "other_key",
                format!(
                    "the request is signed with {} (read as {}), which is not a key of this receiver",
                    key.name,
                    key.reading.in_words()
                ),
                format!(
                    "configure {}, or add it beside the present key while keys are rotated",
                    key.name
                ),
            );
            found.push((key, finding));
        }
    }
    for key in case.keys.iter().filter(|key| !key.reading.is_public()) {
        for variant in variants(key) {
            let finding = certain(
                variant.mistake,
                format!("{}: {}", key.name, variant.cause),
                variant.advice,
            );
            found.push((key.of_bytes(&variant.bytes), finding));
        }
    }
    found
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let several = known::find(&case.provider)
        .and_then(|sender| sender.secret)
        .and_then(|secret| secret.several);
    if let Some(sentence) = several
        && ruling.stage() == Stage::Proof
        && case.other_keys.is_empty()
    {
        return vec![Finding::sign(
            Confidence::Possible,
            "other_secret",
            sentence,
            "compare the endpoint that the request came from, and name the other secrets with --other-key-env",
        )];
    }
    // A certificate's own family says what is wrong with it.
    let is_certificate = || case.keys.iter().any(|key| key.reading.is_public());
    if !matches!(ruling, Ruling::BadKey) || (takes_certificates(case) && is_certificate()) {
        return Vec::new();
    }
    let (mistake, cause, advice) = if case.keys.is_empty() {
        (
            "no_key",
            "no key was given, and this provider signs",
            "name it: --key-env VARIABLE, --key-file FILE or --key-stdin",
        )
    } else {
        (
            "bad_key",
            "a key cannot be decoded in its encoding, is empty, or has white space or quotes around it",
            "copy the secret exactly, and say how it is written: --key-as",
        )
    };
    vec![Finding::sign(Confidence::Certain, mistake, cause, advice)]
}

/// The key in each way of reading its text.
fn readings_of(key: &NamedKey) -> Vec<NamedKey> {
    let rest = [Reading::Utf8, Reading::Base64, Reading::Hex, Reading::Whsec];
    let rest = if key.reading.is_public() {
        &[]
    } else {
        &rest[..]
    };
    let others = rest
        .iter()
        .copied()
        .filter(|reading| *reading != key.reading);
    std::iter::once(key.reading)
        .chain(others)
        .map(|reading| NamedKey {
            reading,
            text: key.text.trim().to_owned(),
            ..key.clone()
        })
        .collect()
}
