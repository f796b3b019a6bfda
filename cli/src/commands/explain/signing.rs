//! How a provider of a MAC in a header signs, as its row or its settings say. Also what a request's headers say about its
//! sender.

use hookgate::{
    providers::known::{self, KnownSender},
    schemes::{HmacHeaderConfig, SchemeConfig, SignatureLayout},
};

use super::case::Case;
use crate::settings::members::OF_RECEIVER;

/// The scheme of `case`'s provider, where it is a MAC in a header.
pub(crate) fn scheme_of(case: &Case) -> Option<HmacHeaderConfig> {
    if case.provider == "hmac-header" {
        let mut settings = case.settings()?;
        for of_receiver in OF_RECEIVER {
            settings.remove(of_receiver);
        }
        return serde_json::from_value(settings.into()).ok();
    }
    match known::find(&case.provider)?.scheme()? {
        SchemeConfig::HmacHeader(scheme) => Some(scheme),
        _ => None,
    }
}

/// What stands before each signature.
pub(crate) fn prefix_of(scheme: &HmacHeaderConfig) -> String {
    match &scheme.layout {
        SignatureLayout::Single { prefix } | SignatureLayout::SpaceSeparated { prefix } => {
            prefix.clone()
        }
        SignatureLayout::Pairs { signature, .. } => format!("{signature}="),
        _ => String::new(),
    }
}

/// The signed time as its number stands in the request, in any unit.
pub(crate) fn signed_time(case: &Case) -> Option<i64> {
    let scheme = scheme_of(case)?;
    if let Some(header) = &scheme.timestamp_header {
        return case.value(header)?.parse().ok();
    }
    let SignatureLayout::Pairs {
        timestamp: Some(name),
        ..
    } = &scheme.layout
    else {
        return None;
    };
    let pairs = case.value(&scheme.signature_header)?;
    pairs
        .split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| known == name)
        .and_then(|(_, value)| value.parse().ok())
}

/// A sender, and the header that gives it away.
pub(crate) struct Recognised {
    pub(crate) provider: &'static str,
    pub(crate) by: &'static str,
}

/// The senders that the headers show, the surest first.
pub(crate) fn recognised(headers: &[(String, String)]) -> Vec<Recognised> {
    let has = |name: &str| {
        headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let mut found: Vec<Recognised> = Vec::new();
    for sender in known::ALL {
        if let Some(by) = sender.marks.iter().copied().find(|mark| has(mark)) {
            let provider = sender.name;
            found.push(Recognised { provider, by });
        }
    }
    if found.is_empty() {
        found.extend(headers.iter().find_map(|(name, value)| {
            let sender = name
                .eq_ignore_ascii_case("content-type")
                .then(|| writer_of(value))??;
            Some(Recognised {
                provider: sender.name,
                by: "content-type",
            })
        }));
    }
    found
}

/// The sender without headers of its own that is the only one to write this media type.
fn writer_of(content_type: &str) -> Option<&'static KnownSender> {
    let media_type = content_type.split(';').next()?.trim().to_ascii_lowercase();
    let writes = |sender: &&KnownSender| sender.media_types.contains(&media_type.as_str());
    let mut writers = known::ALL.iter().copied().filter(writes);
    let sender = writers.next().filter(|sender| sender.marks.is_empty())?;
    writers.next().is_none().then_some(sender)
}
