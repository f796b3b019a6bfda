//! Checkout.com.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "checkout.com/docs/developer-resources/event-notifications/receive-webhooks";

/// Checkout.com.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "checkout-com",
    title: "Checkout.com",
    page: Fact::known(
        "https://checkout.com/docs/developer-resources/event-notifications/receive-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("cko-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("CHECKOUT_COM_SIGNATURE_KEY")
            .shown_in("the workflow's signature key in the dashboard"),
    ),
    marks: &["cko-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["payment_approved", "payment_captured", "dispute_received"],
        body: r#"{"id":"evt_$eventid","type":$type,"version":"1.0.1","created_on":"$time","data":{"id":"pay_$id","amount":1990,"currency":"EUR"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Checkout.com: `cko-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    checkout_com
}
