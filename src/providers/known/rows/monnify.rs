//! Monnify.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developers.monnify.com/docs/webhooks";

/// Monnify.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "monnify",
    title: "Monnify",
    page: Fact::known("https://developers.monnify.com/docs/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("monnify-signature", SignatureEncoding::Hex)
                .digest(Digest::Sha512)
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/eventType"), PAGE),
    secret: Some(
        SecretForm::text("MONNIFY_SECRET_KEY").shown_in("the dashboard, Developer, Secret Key"),
    ),
    marks: &["monnify-signature"],
    sample: Some(Sample {
        types: &["SUCCESSFUL_TRANSACTION", "SUCCESSFUL_DISBURSEMENT"],
        body: r#"{"eventData":{"transactionReference":"MNFY|$number","paymentReference":"$uuid","paidOn":"$time","amountPaid":78000,"currency":"NGN","paymentStatus":"PAID"},"eventType":$type}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Monnify: `monnify-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - Its key is that of the API.
    monnify
}
