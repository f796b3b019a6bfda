//! Cronofy.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "cronofy/cronofy-ruby, `hmac_valid?` and its tests";

/// Cronofy.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "cronofy",
    title: "Cronofy",
    page: Fact::assumed("https://docs.cronofy.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("cronofy-hmac-sha256", SignatureEncoding::Base64)
                .layout(SignatureLayout::List)
                .into()
        }),
        SDK,
    ),
    equal_bodies: Some("they have no `changes_since`, as when one profile is disconnected twice"),
    event_type: Fact::assumed(EventTypeAt::Member("/notification/type")),
    secret: Some(
        SecretForm::text("CRONOFY_CLIENT_SECRET").shown_in("the application's client secret"),
    ),
    marks: &["cronofy-hmac-sha256"],
    sample: Some(Sample {
        types: &["change", "profile_disconnected"],
        body: r#"{"notification":{"type":$type,"changes_since":"$time"},"channel":{"channel_id":"chn_$id","callback_url":"https://example.com/cronofy","filters":{}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Cronofy: `cronofy-hmac-sha256` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The header is a list while the application has two client secrets. One of the signatures has to match.
    /// - A notification says that something has changed since a time, and nothing else. Read the changes from the API.
    /// - The digest of the body identifies an event, which is assumed. No time is signed.
    cronofy
}
