//! Paystack.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const LIBRARY: &str = "yabacon/paystack-php, `Event::validFor`";

/// Paystack.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "paystack",
    title: "Paystack",
    page: Fact::assumed("https://paystack.com/docs/payments/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-paystack-signature", SignatureEncoding::Hex)
                .digest(Digest::Sha512)
                .into()
        }),
        LIBRARY,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), LIBRARY),
    secret: Some(SecretForm::text("PAYSTACK_SECRET_KEY")),
    marks: &["x-paystack-signature"],
    sample: Some(Sample {
        types: &["charge.success", "transfer.success", "subscription.create"],
        body: r#"{"event":$type,"data":{"id":$number,"domain":"test","status":"success","reference":"$hex","amount":10000,"paid_at":"$time","currency":"NGN"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Paystack: `x-paystack-signature` over the body alone, with SHA-512, under the secret key of the
    /// integration, which also calls its API. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No id and no time of the delivery are signed. The digest of the body identifies an event, which is
    ///   assumed.
    paystack
}
