//! Rewardful.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developers.rewardful.com/webhooks/signed-webhooks";

/// Rewardful.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "rewardful",
    title: "Rewardful",
    page: Fact::known(
        "https://developers.rewardful.com/webhooks/signed-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-rewardful-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/event/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/event/type")),
    secret: Some(
        SecretForm::text("REWARDFUL_SIGNING_SECRET")
            .shown_in("Dashboard, Webhooks, the endpoint, Signing Secret"),
    ),
    marks: &["x-rewardful-signature"],
    sample: Some(Sample {
        types: &["sale.created", "affiliate.created", "referral.converted"],
        body: r#"{"object":{"id":"$uuid","created_at":"$time"},"event":{"id":"$eventuuid","type":$type,"created_at":"$time","api_version":"v1"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Rewardful: `x-rewardful-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `event.id` identifies an event, which is assumed.
    rewardful
}
