//! Fourthwall.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.fourthwall.com/webhooks/signature-verification";

/// Fourthwall.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "fourthwall",
    title: "Fourthwall",
    page: Fact::known(
        "https://docs.fourthwall.com/webhooks/signature-verification",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-fourthwall-hmac-sha256", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("FOURTHWALL_WEBHOOK_SECRET").shown_in("Settings, For developers"),
    ),
    marks: &["x-fourthwall-hmac-sha256"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["ORDER_PLACED", "DONATION", "SUBSCRIPTION_PURCHASED"],
        body: r#"{"testMode":true,"id":"weve_$eventid","webhookId":"wcon_demo","shopId":"sh_demo","type":$type,"apiVersion":"V1","createdAt":"$time","data":{"id":"$uuid"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Fourthwall: `x-fourthwall-hmac-sha256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    /// - For a shop. Platform apps sign in `x-fourthwall-hmac-apps-sha256`.
    fourthwall
}
