//! Leaf.

use crate::{
    providers::known::{BodyTime, EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.withleaf.io/alerts/authentication";

/// Leaf.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "leaf",
    title: "Leaf",
    page: Fact::known("https://docs.withleaf.io/alerts/authentication", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-leaf-signature", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    body_time: Some(Fact::known(BodyTime::occurred_at("/timestamp"), PAGE)),
    secret: Some(
        SecretForm::text("LEAF_WEBHOOK_SECRET")
            .shown_in("chosen by you, when the webhook is created"),
    ),
    marks: &["x-leaf-signature"],
    sample: Some(Sample {
        types: &["fieldCreated", "operationUpdated"],
        body: r#"{"source":"REST","leafUserId":"$uuid","fieldId":"$uuid","timestamp":"$time","type":$type}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Leaf: `x-leaf-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `timestamp` in the body says when the event occurred.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    leaf
}
