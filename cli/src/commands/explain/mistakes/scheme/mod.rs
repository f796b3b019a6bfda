//! The settings of `hmac-header`: what is signed, where its parts stand, with which digest, in which text form. Tries
//! every order of the parts with each separator.

mod parts;
mod search;

use hookgate::schemes::{HmacHeader, HmacHeaderConfig, SignatureLayout, TimestampForm};

use self::{
    parts::shown,
    search::{Found, search, texts},
};
use super::{
    super::{
        case::Case,
        court::Ruling,
        finding::{Finding, Trial},
        signing::{scheme_of, without_time},
    },
    Trials, concerns_proof,
    time_form::form_read,
};

const HMAC_HEADER: &str = "hmac-header";
const MISTAKE: &str = "scheme_template";

pub(super) fn trials<'c>(case: &'c Case, ruling: &'c Ruling) -> Trials<'c> {
    let none = Box::new(std::iter::empty());
    if case.provider != HMAC_HEADER || !concerns_proof(ruling) {
        return none;
    }
    let Some(scheme) = scheme_of(case) else {
        return none;
    };
    let found = search(case, &scheme);
    let trials: Vec<Trial> = found
        .into_iter()
        .map(|found| trial(case, &scheme, &found))
        .collect();
    Box::new(trials.into_iter())
}

/// The number of texts that the search goes through by itself.
pub(super) fn searched(case: &Case, ruling: &Ruling) -> usize {
    if case.provider != HMAC_HEADER || !concerns_proof(ruling) {
        return 0;
    }
    scheme_of(case).map_or(0, |scheme| texts(case, &scheme))
}

fn trial(case: &Case, scheme: &HmacHeaderConfig, found: &Found<'_>) -> Trial {
    let (config, is_taken) = config_of(case, scheme, found);
    let changed = with_config(case, &config).with_keys(vec![found.key.clone()]);
    let Finding {
        mistake,
        cause,
        advice,
        ..
    } = words(scheme, &config, found, is_taken);
    let mut trial = Trial::proof(changed, mistake, cause, advice);
    trial.beside.extend(found.key_finding.clone());
    trial
}

/// The configuration that verifies it, and whether it has all of the parts in their places: a receiver of it then takes
/// the sender's next request as well.
fn config_of(
    case: &Case,
    scheme: &HmacHeaderConfig,
    found: &Found<'_>,
) -> (HmacHeaderConfig, bool) {
    let candidate = &found.candidate;
    let mut config = scheme.clone();
    found
        .signature
        .header
        .clone_into(&mut config.signature_header);
    config.digest = found.signature.digest;
    config.encoding = found.signature.encoding;
    if let Some(prefix) = &found.signature.prefix {
        config.layout = SignatureLayout::Single {
            prefix: prefix.clone(),
        };
        config.separator = None;
    }
    let value = case.value(found.signature.header).unwrap_or_default();
    config.id_header = candidate.id_header();
    if candidate.is_time_in_layout() {
        config.timestamp_header = None;
    } else {
        config.timestamp_header = candidate.time_header();
        without_time(&mut config, value);
    }
    let mut reads_time = true;
    if let Some(time) = candidate.time() {
        let is_whole = time.bytes().all(|byte| byte.is_ascii_digit());
        config.timestamp_form = match form_read(time) {
            Some((form, _)) => form,
            None if time.len() > 11 => TimestampForm::Milliseconds,
            None => TimestampForm::Seconds,
        };
        reads_time = is_whole || form_read(time).is_some();
    }
    config.template = candidate.with_address();
    config.url = candidate.url().map(str::to_owned);
    if reads_time && HmacHeader::try_from(config.clone()).is_ok() {
        return (config, true);
    }
    // The same text, all of it but the body as it stands in this request.
    config.template = candidate.literal();
    (config.id_header, config.timestamp_header, config.url) = (None, None, None);
    without_time(&mut config, value);
    (config, false)
}

/// A receiver of this configuration, with what its settings say beside the scheme.
pub(super) fn with_config(case: &Case, config: &HmacHeaderConfig) -> Case {
    let mut settings = serde_json::to_value(config).unwrap_or_default();
    if let (Some(members), Some(own)) = (settings.as_object_mut(), case.settings()) {
        let of_scheme: Vec<String> = members.keys().cloned().collect();
        let scheme_alone = [
            "id_header",
            "timestamp_header",
            "timestamp_unit",
            "separator",
            "more_signature_headers",
            "or_headers",
            "url",
        ];
        members.extend(own.into_iter().filter(|(name, _)| {
            !of_scheme.contains(name) && !scheme_alone.contains(&name.as_str())
        }));
    }
    let mut changed = case.clone();
    HMAC_HEADER.clone_into(&mut changed.provider);
    changed.settings = Some(settings.to_string());
    changed
}

fn words(
    scheme: &HmacHeaderConfig,
    config: &HmacHeaderConfig,
    found: &Found<'_>,
    is_taken: bool,
) -> Finding {
    let candidate = &found.candidate;
    let digest = word(&config.digest);
    let encoding = word(&config.encoding);
    let template = candidate.template();
    let mut places = String::new();
    for (part, header) in candidate.headers() {
        places.push_str(&format!(", with the {part} in {}", shown(header)));
    }
    let sets = to_set(scheme, config, found, is_taken);
    let same_text = template == scheme.template && is_taken;
    let other_digest = config.digest != scheme.digest;
    let (mistake, cause) = if same_text && other_digest {
        (
            "scheme_digest",
            format!("the sender signs with {digest}, written as {encoding}"),
        )
    } else {
        (
            MISTAKE,
            format!("the sender signs {template}{places}, not the template that is set"),
        )
    };
    let advice = if is_taken {
        let address = if candidate.has_other_address() {
            "; in place of {host} and {path without its query} write what the sender has configured: a template has no \
             such placeholders"
        } else {
            ""
        };
        format!("set the scheme's {}{address}", sets.join(", "))
    } else {
        "no receiver takes that: a time in a form that no setting names, or nothing that parts a text from the body. \
         Ask the sender to sign seconds, parted by a dot, or read it in a Provider of your own"
            .to_owned()
    };
    Finding::sign(
        super::super::finding::Confidence::Certain,
        mistake,
        cause,
        advice,
    )
}

/// What has to be set for the scheme to be the one that was found.
fn to_set(
    scheme: &HmacHeaderConfig,
    config: &HmacHeaderConfig,
    found: &Found<'_>,
    is_taken: bool,
) -> Vec<String> {
    let template = found.candidate.template();
    let mut sets = Vec::new();
    if template != scheme.template || !is_taken {
        sets.push(format!("template to {template:?}"));
    }
    for (setting, now, before) in [
        ("id_header", &config.id_header, &scheme.id_header),
        (
            "timestamp_header",
            &config.timestamp_header,
            &scheme.timestamp_header,
        ),
    ] {
        if let Some(name) = now.as_ref().filter(|_| now != before) {
            sets.push(format!("{setting} to {}", shown(name)));
        }
    }
    if config.url != scheme.url {
        sets.push("url to the address as it was entered at the sender".to_owned());
    }
    if found.candidate.time().is_some() && config.timestamp_form != scheme.timestamp_form {
        sets.push(format!(
            "timestamp_unit to {}",
            word(&config.timestamp_form)
        ));
    }
    if config.signature_header != scheme.signature_header {
        sets.push(format!(
            "signature_header to {}",
            shown(&config.signature_header)
        ));
    }
    if config.digest != scheme.digest {
        sets.push(format!("digest to {}", word(&config.digest)));
    }
    if config.encoding != scheme.encoding {
        sets.push(format!("encoding to {}", word(&config.encoding)));
    }
    if config.layout != scheme.layout && found.signature.prefix.is_some() {
        sets.push("layout to the one that the header has".to_owned());
    }
    sets
}

/// As settings spell it.
fn word(setting: &impl serde::Serialize) -> String {
    let text = serde_json::to_value(setting).unwrap_or_default();
    text.as_str().unwrap_or_default().to_owned()
}
