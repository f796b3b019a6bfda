//! Flexport.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "apidocs.flexport.com/v2/tag/Webhook-Endpoints";

/// Flexport.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "flexport",
    title: "Flexport",
    page: Fact::known(
        "https://apidocs.flexport.com/v2/tag/Webhook-Endpoints",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hub-signature-256", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("FLEXPORT_WEBHOOK_SECRET")
            .shown_in("chosen with the endpoint in the account's settings"),
    ),
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &[
            "/shipment#created",
            "/shipment_leg#departed",
            "/shipment_container#delivered",
        ],
        body: r#"{"id":"$eventid","_object":"/event","version":2,"created_at":"$time","type":$type,"occurred_at":"$time","data":{"resource":{"_object":"/shipment","id":$number}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Flexport: `x-hub-signature-256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    /// - `x-hub-signature`, with SHA-1, is not read.
    flexport
}
