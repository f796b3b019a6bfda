//! Facephi: every signing recipe with every reading of the secret, and the builder's line to use.

use hookgate::{
    Rejection,
    keys::Encoding,
    schemes::{
        Recipe,
        hmac_body_field::{HmacBodyFieldConfig, Signed, diagnose},
    },
};
use serde_json::json;

use super::{
    super::{
        case::{Case, NamedKey, Reading},
        court::Ruling,
        finding::{Confidence, Finding, Trial},
    },
    concerns_proof,
};

/// How a secret's text can be read: as it is, as base64, as hexadecimal.
const READINGS: usize = 3;

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if case.provider != "facephi" || !concerns_proof(ruling) {
        return Vec::new();
    }
    let mut trials = Vec::new();
    for (key, signed, reading) in diagnoses(case) {
        let Signed::Recipe(recipe) = signed else {
            continue;
        };
        let mut changed = case
            .with_keys(vec![NamedKey {
                reading,
                ..key.clone()
            }])
            .with_setting("recipe", json!(recipe));
        let mut beside = "";
        if recipe == Recipe::DataOnly {
            if case.setting("access").is_none() {
                changed = changed.with_setting("access", json!("none"));
            }
            beside = ", with an access rule: the envelope is not covered";
        }
        trials.push(Trial::proof(
            changed,
            "facephi_recipe",
            format!(
                "{} signs {}, and the secret is {}",
                key.name,
                in_words(recipe),
                reading.in_words()
            ),
            format!(
                "build the pack with {}{beside}",
                builder_line(recipe, reading)
            ),
        ));
    }
    trials
}

/// The library's own search: every recipe with every reading of each key.
pub(super) fn searched(case: &Case, ruling: &Ruling) -> usize {
    if case.provider != "facephi" || !concerns_proof(ruling) {
        return 0;
    }
    let keys = case.keys.len().saturating_add(case.other_keys.len());
    keys.saturating_mul(READINGS)
        .saturating_mul(Recipe::ALL.len())
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if case.provider != "facephi" || !concerns_proof(ruling) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (key, signed, _) in diagnoses(case) {
        if let Signed::Attributes { members, .. } = signed {
            found.push(Finding::sign(
                Confidence::Certain,
                "facephi_attributes",
                format!("{} signs {} alone, and none of the data", key.name, members.join(", ")),
                "ask Facephi for a signature over the data: no receiver takes this one, since anyone could change what \
                 it says",
            ));
        }
    }
    match ruling {
        Ruling::Rejected(Rejection::MissingSignature) => found.push(Finding::sign(
            Confidence::Certain,
            "signature_missing",
            "the event has no member `signature`",
            "switch the event signature on where the destination is configured",
        )),
        Ruling::Rejected(Rejection::MalformedSignature(why)) => found.push(Finding::sign(
            Confidence::Certain,
            "signature_malformed",
            format!("the member `signature`: {why}"),
            "compare the captured body with what was sent",
        )),
        _ => {}
    }
    found
}

/// What matches, with the key and how its text is read.
fn diagnoses(case: &Case) -> Vec<(&NamedKey, Signed, Reading)> {
    let config = HmacBodyFieldConfig::new("signature");
    let keys = case.keys.iter().chain(&case.other_keys);
    keys.flat_map(|key| {
        diagnose(&case.body, &key.text, &config)
            .unwrap_or_default()
            .into_iter()
            .filter_map(move |found| {
                let reading = match found.secret {
                    Encoding::Utf8 => Reading::Utf8,
                    Encoding::Base64 => Reading::Base64,
                    Encoding::Hex => Reading::Hex,
                    _ => return None,
                };
                Some((key, found.signed, reading))
            })
    })
    .collect()
}

fn in_words(recipe: Recipe) -> &'static str {
    match recipe {
        Recipe::WithoutMember => "the event without its signature",
        Recipe::EmptyMember => "the event with an empty signature",
        Recipe::NullMember => "the event with null as its signature",
        Recipe::SortedKeys => "the event without its signature, its members sorted",
        Recipe::DataOnly => "the member data alone",
        _ => "something else",
    }
}

fn builder_line(recipe: Recipe, reading: Reading) -> String {
    let variant = match recipe {
        Recipe::WithoutMember => None,
        Recipe::EmptyMember => Some("EmptyMember"),
        Recipe::NullMember => Some("NullMember"),
        Recipe::SortedKeys => Some("SortedKeys"),
        Recipe::DataOnly => Some("DataOnly"),
        _ => None,
    };
    let recipe = variant.map_or_else(String::new, |name| format!(".recipe(Recipe::{name})"));
    format!("Facephi::new({}(text)?){recipe}", reading.constructor())
}
