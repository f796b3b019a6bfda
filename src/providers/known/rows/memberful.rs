//! Memberful.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "memberful.com/help/custom-development-and-api/webhooks";

/// Memberful.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "memberful",
    title: "Memberful",
    page: Fact::known(
        "https://memberful.com/help/custom-development-and-api/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-memberful-webhook-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    equal_bodies: Some("a member is changed back and forth"),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("MEMBERFUL_WEBHOOK_SECRET").shown_in("the webhook's page")),
    marks: &["x-memberful-webhook-signature"],
    sample: Some(Sample {
        types: &["member_signup", "order.purchased"],
        body: r#"{"event":$type,"member":{"id":$number,"email":"member@example.com","created_at":1700000000}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Memberful: `x-memberful-webhook-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    memberful
}
