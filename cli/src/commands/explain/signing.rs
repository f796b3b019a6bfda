//! How a provider signs in headers, as its row or its settings say. Also what a request's headers say about its
//! sender.

use std::{cmp::Reverse, mem};

use hookgate::{
    providers::known::{self, KnownSender},
    schemes::{
        AccessTokenConfig, Digest, HmacHeaderConfig, JwtBodyHashConfig, PublicKeySignatureConfig,
        SchemeConfig, SignatureLayout, TimestampForm,
    },
};
use serde_json::{Map, Value};

use super::case::Case;
use crate::settings::{
    cloud_events::{
        SCHEME, SIGNED, {self},
    },
    key_ids::KEY_IDS,
    members::OF_RECEIVER,
    of_row::RowSettings,
    signed_request::SignedRequestRule,
};

/// The scheme of `case`'s provider, where it is a MAC in a header: with the names of headers that the request has.
pub(crate) fn scheme_of(case: &Case) -> Option<HmacHeaderConfig> {
    match configured(case)? {
        SchemeConfig::HmacHeader(scheme) => Some(as_sent(scheme, case)),
        _ => None,
    }
}

/// The scheme of `case`'s provider, where the signature covers an address and a form, or some members of the body.
pub(crate) fn parts_of(case: &Case) -> Option<SchemeConfig> {
    configured(case).filter(|scheme| {
        matches!(
            scheme,
            SchemeConfig::SignedForm(_) | SchemeConfig::SignedMembers(_)
        )
    })
}

/// How the headers of the signature are read, of a MAC or by a private key: with the names that the request has.
pub(crate) fn reading_of(case: &Case) -> Option<HmacHeaderConfig> {
    let reading = match configured(case)? {
        SchemeConfig::HmacHeader(scheme) => scheme,
        SchemeConfig::PublicKeySignature(scheme) => as_of_a_mac(scheme),
        _ => return None,
    };
    Some(as_sent(reading, case))
}

/// How the provider's tokens bind the body, where they do.
pub(crate) fn tokens_of(case: &Case) -> Option<JwtBodyHashConfig> {
    match configured(case)? {
        SchemeConfig::JwtBodyHash(scheme) => Some(scheme),
        _ => None,
    }
}

/// How the sender shows a token that is one of the keys, where it does.
pub(crate) fn token_of(case: &Case) -> Option<AccessTokenConfig> {
    match configured(case)? {
        SchemeConfig::AccessToken(token) => Some(token),
        _ => None,
    }
}

fn configured(case: &Case) -> Option<SchemeConfig> {
    if case.provider != cloud_events::NAME {
        return scheme_in(&case.provider, case.settings());
    }
    let Some(Value::Object(mut signed)) = case.settings()?.remove(SIGNED) else {
        return None;
    };
    let scheme = signed.remove(SCHEME)?;
    scheme_in(scheme.as_str()?, Some(signed))
}

/// The scheme of `provider`, where it is one, or one of a sender's row.
fn scheme_in(provider: &str, settings: Option<Map<String, Value>>) -> Option<SchemeConfig> {
    let of_settings = || {
        let mut settings = settings?;
        for of_others in OF_RECEIVER.into_iter().chain([KEY_IDS]) {
            settings.remove(of_others);
        }
        Some(settings)
    };
    if let Some(sender) = known::find(provider) {
        if !sender.has_open_settings() {
            return sender.scheme();
        }
        let settings: RowSettings = serde_json::from_value(of_settings()?.into()).ok()?;
        return sender.scheme_with(&settings.open).ok()?;
    }
    let mut settings = of_settings()?;
    if provider == "signed-request" {
        let rule: SignedRequestRule = serde_json::from_value(settings.into()).ok()?;
        return Some(SchemeConfig::SignedRequest(rule.config()));
    }
    // The other schemes have their names in records too.
    settings.insert("scheme".to_owned(), provider.into());
    serde_json::from_value(settings.into()).ok()
}

/// Both kinds of signatures stand in headers alike.
fn as_of_a_mac(scheme: PublicKeySignatureConfig) -> HmacHeaderConfig {
    let mut mac = HmacHeaderConfig::new(scheme.signature_header, scheme.encoding);
    mac.layout = scheme.layout;
    mac.separator = scheme.separator;
    mac.more_signature_headers = scheme.more_signature_headers;
    mac.template = scheme.template;
    mac.id_header = scheme.id_header;
    mac.timestamp_header = scheme.timestamp_header;
    mac.timestamp_form = scheme.timestamp_form;
    mac.or_headers = scheme.or_headers;
    mac.url = scheme.url;
    // As long as an Ed25519 signature, and one of P-256 in its fixed form. Others have no length that tells them.
    mac.digest(Digest::Sha512)
}

/// With one family of headers and one header of signatures, as the library chooses them. A change to the scheme then
/// changes the one that counts.
fn as_sent(mut scheme: HmacHeaderConfig, case: &Case) -> HmacHeaderConfig {
    let is_there = |name: &String| case.value(name).is_some();
    if let Some(other) = scheme.or_headers.take() {
        let any = |signature, others: [&Option<String>; 2]| {
            is_there(signature) || others.into_iter().flatten().any(is_there)
        };
        let own = any(
            &scheme.signature_header,
            [&scheme.id_header, &scheme.timestamp_header],
        );
        if !own
            && any(
                &other.signature_header,
                [&other.id_header, &other.timestamp_header],
            )
        {
            scheme.signature_header = other.signature_header;
            scheme.id_header = other.id_header;
            scheme.timestamp_header = other.timestamp_header;
        }
    }
    let mut further = mem::take(&mut scheme.more_signature_headers).into_iter();
    if !is_there(&scheme.signature_header)
        && let Some(name) = further.find(is_there)
    {
        scheme.signature_header = name;
    }
    scheme
}

/// Whether the signature covers something of the head that a body alone does not have.
pub(crate) fn covers_head(case: &Case) -> bool {
    let scheme = match configured(case) {
        Some(SchemeConfig::SignedRequest(scheme)) => SchemeConfig::SignedRequest(scheme),
        _ => match reading_of(case) {
            Some(scheme) => scheme.into(),
            None => return false,
        },
    };
    let template = match &scheme {
        SchemeConfig::HmacHeader(scheme) => &scheme.template,
        SchemeConfig::SignedRequest(scheme) => &scheme.template,
        _ => return false,
    };
    // A length may stand behind the names.
    let takes = ["{path", "{method"].iter().any(|it| template.contains(it));
    let mut headers = scheme.covered_headers().into_iter();
    takes || headers.any(|name| case.value(name).is_none())
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

/// The signed time of a request as its number.
pub(crate) struct SignedTime {
    pub(crate) number: i64,
    /// The form in which it is read.
    pub(crate) form: TimestampForm,
    /// The body's member that it stands in, where it is in no header.
    pub(crate) member: Option<&'static str>,
}

/// The signed time, in any unit: a member of the body where the sender's row says so, else what the scheme signs.
pub(crate) fn signed_time(case: &Case) -> Option<SignedTime> {
    if let Some(time) = known::find(&case.provider).and_then(|sender| sender.body_time) {
        let time = time.value();
        let body: Value = serde_json::from_slice(&case.body).ok()?;
        return Some(SignedTime {
            number: body.pointer(time.at)?.as_i64()?,
            form: time.form,
            member: Some(time.at),
        });
    }
    let scheme = reading_of(case)?;
    Some(SignedTime {
        number: time_of_scheme(case, &scheme)?,
        form: scheme.timestamp_form,
        member: None,
    })
}

fn time_of_scheme(case: &Case, scheme: &HmacHeaderConfig) -> Option<i64> {
    if let Some(header) = &scheme.timestamp_header {
        return case.value(header)?.parse().ok();
    }
    let value = case.value(&scheme.signature_header)?;
    scheme.time_in(value)?.parse().ok()
}

/// Takes the time out of the layout: the one of `value` then stands there as a prefix.
pub(crate) fn without_time(scheme: &mut HmacHeaderConfig, value: &str) {
    let time = scheme.time_in(value).unwrap_or_default().to_owned();
    match &mut scheme.layout {
        SignatureLayout::Pairs { timestamp, .. } => *timestamp = None,
        SignatureLayout::TimeAndSignature => {
            let separator = scheme.separator.take().unwrap_or('.');
            scheme.layout = SignatureLayout::after(format!("{time}{separator}"));
        }
        // What stands in the place of the time is then passed over.
        SignatureLayout::TimeAndList => scheme.layout = SignatureLayout::List,
        _ => {}
    }
}

/// The sender's own name, where it has a row.
pub(crate) fn title_of(provider: &str) -> &'static str {
    known::find(provider).map_or("the sender", |sender| sender.title)
}

/// A sender, and the header that gives it away.
pub(crate) struct Recognised {
    pub(crate) provider: &'static str,
    pub(crate) by: &'static str,
}

/// The senders that the headers show, the surest first: that of which most marks are there, then that of which fewest are
/// missing. Some senders share a mark.
pub(crate) fn recognised(headers: &[(String, String)]) -> Vec<Recognised> {
    let has = |name: &str| {
        headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let mut marked: Vec<_> = known::ALL
        .iter()
        .filter_map(|sender| {
            let present = sender.marks.iter().filter(|mark| has(mark)).count();
            let by = sender.marks.iter().copied().find(|mark| has(mark))?;
            let provider = sender.name;
            let missing = sender.marks.len() - present;
            Some(((Reverse(present), missing), Recognised { provider, by }))
        })
        .collect();
    marked.sort_by_key(|(rank, _)| *rank);
    let mut found: Vec<_> = marked.into_iter().map(|(_, sender)| sender).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of those that are recognised by these headers.
    fn by(headers: &[&str]) -> Vec<&'static str> {
        let headers: Vec<_> = headers
            .iter()
            .map(|name| ((*name).to_owned(), String::new()))
            .collect();
        let found = recognised(&headers).into_iter();
        found.map(|sender| sender.provider).collect()
    }

    #[test]
    fn the_sender_with_most_of_its_marks_is_the_surest() {
        assert_eq!(by(&["Linear-Event"]), ["linear"]);
        assert_eq!(
            by(&["x-slack-signature", "x-slack-request-timestamp", "svix-id"]),
            ["slack", "svix"]
        );
        assert_eq!(
            by(&["svix-signature", "svix-id", "x-slack-signature"]),
            ["svix", "slack"]
        );
        // One of each: of GitHub two more are missing.
        assert_eq!(
            by(&["x-hub-signature-256", "stripe-signature"]),
            ["stripe", "github"]
        );
        assert!(by(&["x-signature"]).is_empty());
    }
}
