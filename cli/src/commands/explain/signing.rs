//! How each provider of a MAC in a header signs, as the scheme's own configuration. Also what a request's
//! headers say about its sender.

use hookgate::{
    providers::known,
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
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
    preset(&case.provider)
}

/// The scheme of a provider that leaves nothing to be set.
fn preset(provider: &str) -> Option<HmacHeaderConfig> {
    use SignatureEncoding::{Base64, Hex};
    let after = |prefix: &str| SignatureLayout::Single {
        prefix: prefix.to_owned(),
    };
    Some(match provider {
        "logto" => HmacHeaderConfig::new("logto-signature-sha-256", Hex),
        "github" => HmacHeaderConfig::new("x-hub-signature-256", Hex).layout(after("sha256=")),
        "shopify" => HmacHeaderConfig::new("x-shopify-hmac-sha256", Base64),
        "stripe" => HmacHeaderConfig::new("stripe-signature", Hex)
            .layout(SignatureLayout::Pairs {
                signature: "v1".to_owned(),
                timestamp: Some("t".to_owned()),
            })
            .template("{timestamp}.{body}"),
        "slack" => HmacHeaderConfig::new("x-slack-signature", Hex)
            .layout(after("v0="))
            .timestamp("x-slack-request-timestamp", TimestampForm::Seconds)
            .template("v0:{timestamp}:{body}"),
        "standard-webhooks" => standard_webhooks("webhook"),
        "svix" => standard_webhooks("svix"),
        _ => return None,
    })
}

fn standard_webhooks(prefix: &str) -> HmacHeaderConfig {
    HmacHeaderConfig::new(format!("{prefix}-signature"), SignatureEncoding::Base64)
        .layout(SignatureLayout::SpaceSeparated {
            prefix: "v1,".to_owned(),
        })
        .id(format!("{prefix}-id"))
        .timestamp(format!("{prefix}-timestamp"), TimestampForm::Seconds)
        .template("{id}.{timestamp}.{body}")
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
    let cloud_event = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type")
            && value
                .to_ascii_lowercase()
                .starts_with("application/cloudevents+json")
    });
    if found.is_empty() && cloud_event {
        found.push(Recognised {
            provider: "facephi",
            by: "content-type",
        });
    }
    found
}
