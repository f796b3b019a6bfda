//! Bridge API.

use crate::{
    provider::Retries,
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::hours},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.bridgeapi.io/docs/secure-your-webhooks";
const WEBHOOKS: &str = "docs.bridgeapi.io/docs/webhooks";

/// Bridge API.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "bridge-api",
    title: "Bridge API",
    page: Fact::known("https://docs.bridgeapi.io/docs/secure-your-webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("bridgeapi-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: None,
                })
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), WEBHOOKS),
    secret: Some(
        SecretForm::text("BRIDGE_WEBHOOK_SECRET")
            .shown_in("shown once, when the webhook is created or its secret replaced"),
    ),
    retries: Fact::known(Retries::For(hours(48)), WEBHOOKS),
    marks: &["bridgeapi-signature"],
    sample: Some(Sample {
        types: &[
            "item.refreshed",
            "payment.transaction.updated",
            "user.deleted",
        ],
        body: r#"{"type":$type,"content":{"item_id":$number,"user_uuid":"$uuid","status":0},"timestamp":$millis}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Bridge API: `bridgeapi-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - Bridge of bridgeapi.io, not of bridge.xyz. It writes hexadecimal in capitals.
    /// - Known: for a day after a secret is replaced, both sign. Bridge sends again for one to two days.
    bridge_api
}
