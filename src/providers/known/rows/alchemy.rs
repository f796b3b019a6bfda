//! Alchemy.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::hours,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "alchemy.com/docs/reference/notify-api-quickstart";
const OVERVIEW: &str = "alchemy.com/docs/reference/webhooks-overview";

/// Alchemy.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "alchemy",
    title: "Alchemy",
    page: Fact::known(
        "https://alchemy.com/docs/reference/notify-api-quickstart",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-alchemy-signature", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("ALCHEMY_SIGNING_KEY")
            .shown_in("Notify dashboard, top right of the webhook")
            .several("each webhook of Alchemy has a signing key of its own"),
    ),
    retries: Fact::known(Retries::For(hours(1)), OVERVIEW),
    marks: &["x-alchemy-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["ADDRESS_ACTIVITY", "MINED_TRANSACTION", "GRAPHQL"],
        body: r#"{"webhookId":"wh_demo","id":"whevt_$eventid","createdAt":"$time","type":$type,"event":{"network":"ETH_MAINNET","activity":[]}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Alchemy: `x-alchemy-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    /// - Known: Alchemy sends again for 10 minutes, and for an hour in its enterprise plan.
    alchemy
}
