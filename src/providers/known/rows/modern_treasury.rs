//! Modern Treasury.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/Modern-Treasury/modern-treasury-python, `Webhooks`";

/// Modern Treasury.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "modern-treasury",
    title: "Modern Treasury",
    page: Fact::assumed("https://docs.moderntreasury.com/platform/docs/webhooks-overview"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex).into()),
        CODE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("MODERN_TREASURY_WEBHOOK_KEY").shown_in("Developers, Webhooks")),
    sample: Some(Sample {
        types: &["created", "completed"],
        body: r#"{"event":$type,"data":{"id":"$uuid","object":"payment_order","live_mode":false,"created_at":"2023-11-14T22:13:20Z","updated_at":"$time","status":"pending"}}"#,
        headers: &[("x-topic", "payment_order")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Modern Treasury: `x-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    modern_treasury
}
