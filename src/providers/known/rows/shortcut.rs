//! Shortcut.

use crate::{
    providers::known::{Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.shortcut.com/api/webhook/v1";

/// Shortcut.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "shortcut",
    title: "Shortcut",
    page: Fact::known("https://developer.shortcut.com/api/webhook/v1", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("payload-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    secret: Some(SecretForm::text("SHORTCUT_WEBHOOK_SECRET")),
    marks: &["payload-signature"],
    sample: Some(Sample {
        types: &["update"],
        body: r#"{"id":"$eventuuid","changed_at":"$time","version":"v1","primary_id":$number,"actions":[{"id":$number,"entity_type":"story","action":$type,"name":"A story"}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Shortcut: `payload-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` identifies an event, which is assumed.
    shortcut
}
