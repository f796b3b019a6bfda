//! Jumpseller.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "jumpseller.com/support/webhooks";

/// Jumpseller.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "jumpseller",
    title: "Jumpseller",
    page: "https://jumpseller.com/support/webhooks",
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("jumpseller-hmac-sha256", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Header("jumpseller-event"), PAGE),
    secret: Some(SecretForm::text("JUMPSELLER_HOOKS_TOKEN")),
    timeout: Fact::known(secs(15), PAGE),
    marks: &[
        "jumpseller-hmac-sha256",
        "jumpseller-event",
        "jumpseller-store-code",
    ],
    sample: Some(Sample {
        types: &["order_paid", "order_created"],
        body: r#"{"order":{"id":$number,"status":"Paid","currency":"CLP","total":1000.0}}"#,
        headers: &[("jumpseller-store-code", "demo")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Jumpseller: `jumpseller-hmac-sha256` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `jumpseller-event` is not signed. The type is a [`claimed_type`](crate::delivery::Delivery::claimed_type).
    jumpseller
}
