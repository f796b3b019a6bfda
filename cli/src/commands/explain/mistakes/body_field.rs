//! A MAC inside the body that it covers, as Facephi's. Tries every signing recipe with every reading of the secret,
//! and gives the builder's line.

use hookgate::{
    Rejection,
    keys::Encoding,
    schemes::{
        Digest, Recipe, SignatureEncoding,
        hmac_body_field::{HmacBodyFieldConfig, Signed, diagnose},
    },
};
use serde::Serialize;
use serde_json::json;

use super::{
    super::{
        case::{Case, NamedKey, Reading},
        court::Ruling,
        finding::{Confidence, Finding, Trial},
    },
    concerns_proof,
};
use crate::settings::members::OF_RECEIVER;

/// How a secret's text can be read: as it is, as base64, as hexadecimal.
const READINGS: usize = 3;

const FACEPHI: &str = "facephi";
const HMAC_BODY_FIELD: &str = "hmac-body-field";

/// The scheme's settings, those of the receiver first. Where they can be others, in every text form and with every
/// digest. `None` where the MAC is elsewhere.
fn schemes(case: &Case) -> Option<Vec<HmacBodyFieldConfig>> {
    match &*case.provider {
        FACEPHI => Some(vec![HmacBodyFieldConfig::new("signature")]),
        HMAC_BODY_FIELD => {
            let mut settings = case.settings()?;
            for of_receiver in OF_RECEIVER {
                settings.remove(of_receiver);
            }
            let own: HmacBodyFieldConfig = serde_json::from_value(settings.into()).ok()?;
            let mut schemes = vec![own.clone()];
            for digest in [Digest::Sha256, Digest::Sha512, Digest::Sha1] {
                for encoding in [SignatureEncoding::Base64, SignatureEncoding::Hex] {
                    let mut other = own.clone();
                    (other.digest, other.encoding) = (digest, encoding);
                    if other != own {
                        schemes.push(other);
                    }
                }
            }
            Some(schemes)
        }
        _ => None,
    }
}

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if !concerns_proof(ruling) {
        return Vec::new();
    }
    let mut trials = Vec::new();
    for (key, scheme, found, reading) in diagnoses(case) {
        let Signed::Recipe(recipe) = found else {
            continue;
        };
        let mut changed = case
            .with_keys(vec![NamedKey {
                reading,
                ..key.clone()
            }])
            .with_setting("recipe", json!(recipe));
        if case.provider == HMAC_BODY_FIELD {
            changed = changed
                .with_setting("encoding", json!(scheme.encoding))
                .with_setting("digest", json!(scheme.digest));
        }
        let mut beside = "";
        if recipe == Recipe::DataOnly {
            if case.setting("access").is_none() {
                changed = changed.with_setting("access", json!("none"));
            }
            beside = ", with an access rule: the envelope is not covered";
        }
        trials.push(Trial::proof(
            changed,
            mistake(case),
            format!(
                "{} signs {}{}, and the secret is {}",
                key.name,
                in_words(recipe, &scheme),
                form_in_words(case, &scheme),
                reading.in_words()
            ),
            format!(
                "build the pack with {}{beside}",
                builder_line(case, &scheme, recipe, reading)
            ),
        ));
    }
    trials
}

/// The library's own search: every recipe with every reading of each key.
pub(super) fn searched(case: &Case, ruling: &Ruling) -> usize {
    let Some(schemes) = schemes(case).filter(|_| concerns_proof(ruling)) else {
        return 0;
    };
    let keys = case.keys.len().saturating_add(case.other_keys.len());
    [schemes.len(), READINGS, Recipe::ALL.len()]
        .into_iter()
        .fold(keys, usize::saturating_mul)
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let Some(scheme) = schemes(case).filter(|_| concerns_proof(ruling)) else {
        return Vec::new();
    };
    let member = scheme.first().map_or("signature", |scheme| &*scheme.member);
    let mut found = Vec::new();
    for (key, _, signed, _) in diagnoses(case) {
        if let Signed::Attributes { members, .. } = signed {
            found.push(Finding::sign(
                Confidence::Certain,
                "facephi_attributes",
                format!("{} signs {} alone, and none of the data", key.name, members.join(", ")),
                "ask the sender for a signature over the data: no receiver takes this one, since anyone could change what \
                 it says",
            ));
        }
    }
    match ruling {
        Ruling::Rejected(Rejection::MissingSignature) => found.push(Finding::sign(
            Confidence::Certain,
            "signature_missing",
            format!("the event has no member `{member}`"),
            "switch the event signature on where the destination is configured",
        )),
        Ruling::Rejected(Rejection::MalformedSignature(why)) => found.push(Finding::sign(
            Confidence::Certain,
            "signature_malformed",
            format!("the member `{member}`: {why}"),
            "compare the captured body with what was sent",
        )),
        _ => {}
    }
    found
}

fn mistake(case: &Case) -> &'static str {
    match &*case.provider {
        FACEPHI => "facephi_recipe",
        _ => "scheme_recipe",
    }
}

/// A match: the key, the scheme, what is signed, and how the key's text is read.
fn diagnoses(case: &Case) -> Vec<(&NamedKey, HmacBodyFieldConfig, Signed, Reading)> {
    let mut all = Vec::new();
    for scheme in schemes(case).unwrap_or_default() {
        for key in case.keys.iter().chain(&case.other_keys) {
            for found in diagnose(&case.body, &key.text, &scheme).unwrap_or_default() {
                let reading = match found.secret {
                    Encoding::Utf8 => Reading::Utf8,
                    Encoding::Base64 => Reading::Base64,
                    Encoding::Hex => Reading::Hex,
                    _ => continue,
                };
                all.push((key, scheme.clone(), found.signed, reading));
            }
        }
    }
    all
}

fn in_words(recipe: Recipe, scheme: &HmacBodyFieldConfig) -> String {
    match recipe {
        Recipe::WithoutMember => "the event without its signature".to_owned(),
        Recipe::EmptyMember => "the event with an empty signature".to_owned(),
        Recipe::NullMember => "the event with null as its signature".to_owned(),
        Recipe::SortedKeys => "the event without its signature, its members sorted".to_owned(),
        Recipe::DataOnly => format!("the member {} alone", scheme.data_member),
        _ => "something else".to_owned(),
    }
}

/// The digest and the text form, where they are settings.
fn form_in_words(case: &Case, scheme: &HmacBodyFieldConfig) -> String {
    if case.provider == FACEPHI {
        return String::new();
    }
    format!(
        " with {}, written as {}",
        word(&scheme.digest),
        word(&scheme.encoding)
    )
}

/// As settings spell it.
fn word(setting: &impl Serialize) -> String {
    let text = serde_json::to_value(setting).unwrap_or_default();
    text.as_str().unwrap_or_default().to_owned()
}

fn builder_line(
    case: &Case,
    scheme: &HmacBodyFieldConfig,
    recipe: Recipe,
    reading: Reading,
) -> String {
    let variant = match recipe {
        Recipe::WithoutMember => None,
        Recipe::EmptyMember => Some("EmptyMember"),
        Recipe::NullMember => Some("NullMember"),
        Recipe::SortedKeys => Some("SortedKeys"),
        Recipe::DataOnly => Some("DataOnly"),
        _ => None,
    };
    let recipe = variant.map_or_else(String::new, |name| format!(".recipe(Recipe::{name})"));
    let secret = format!("{}(text)?", reading.constructor());
    match &*case.provider {
        FACEPHI => format!("Facephi::new({secret}){recipe}"),
        _ => format!(
            "Preset::custom(name, HmacBodyField::try_from(config)?{recipe}, {secret}), where the config has \
             Digest::{:?} and SignatureEncoding::{:?}",
            scheme.digest, scheme.encoding
        ),
    }
}
