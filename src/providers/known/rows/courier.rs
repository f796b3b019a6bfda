//! Courier.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const PAGE: &str = "courier.com/docs/platform/workspaces/outbound-webhooks";

/// Courier.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "courier",
    title: "Courier",
    page: Fact::known(
        "https://courier.com/docs/platform/workspaces/outbound-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("courier-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "signature".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    secret: Some(
        SecretForm::text("COURIER_WEBHOOK_SECRET").shown_in("Settings, Outbound Webhooks"),
    ),
    marks: &["courier-signature"],
    sample: Some(Sample {
        types: &[
            "message:updated",
            "notification:submitted",
            "audiences:updated",
        ],
        body: r#"{"type":$type,"data":{"id":"$uuid","status":"DELIVERED","delivered":$millis}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Courier: `courier-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. An event is identified by the digest of its body.
    /// - Its time is in milliseconds.
    courier
}
