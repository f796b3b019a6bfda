//! Dynamic.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "dynamic.xyz/docs/developer-dashboard/webhooks/setup";

/// Dynamic.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "dynamic",
    title: "Dynamic",
    page: Fact::known(
        "https://dynamic.xyz/docs/developer-dashboard/webhooks/setup",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-dynamic-signature-256", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/eventId")),
    event_type: Fact::assumed(EventTypeAt::Member("/eventName")),
    secret: Some(
        SecretForm::text("DYNAMIC_WEBHOOK_SECRET")
            .shown_in("the webhook's page in the developer dashboard"),
    ),
    marks: &["x-dynamic-signature-256"],
    id_at: Some("/eventId"),
    sample: Some(Sample {
        types: &["user.created", "wallet.linked", "ping"],
        body: r#"{"messageId":"$uuid","eventId":"$eventuuid","eventName":$type,"timestamp":"$time","webhookId":"00000000-0000-4000-8000-000000000001","environmentId":"00000000-0000-4000-8000-000000000002","environmentName":"sandbox","data":{"id":"$uuid"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Dynamic: `x-dynamic-signature-256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `eventId` identifies the event. That is
    ///   assumed.
    /// - The format is that of GitHub.
    dynamic
}
