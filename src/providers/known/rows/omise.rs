//! Omise.

use crate::{
    keys::Encoding,
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const RECEIVERS: &str = "public receivers that agree";

/// Omise.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "omise",
    title: "Omise",
    page: Fact::assumed("https://docs.omise.co/api-webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("omise-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::List)
                .timestamp("omise-signature-timestamp", TimestampForm::Seconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        RECEIVERS,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/key")),
    secret: Some(SecretForm::of(Encoding::Base64, "OMISE_WEBHOOK_SECRET")),
    marks: &["omise-signature", "omise-signature-timestamp"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["charge.complete", "refund.create", "transfer.pay"],
        body: r#"{"object":"event","id":"evnt_$eventid","livemode":false,"created_at":"$time","key":$type,"data":{"object":"charge","id":"chrg_$id","status":"successful"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Omise (Opn Payments): `omise-signature` over `omise-signature-timestamp`, a dot and the body. The secret is
    /// taken in base64 ([`Secret::base64`](crate::keys::Secret::base64)).
    ///
    /// - The header is a list while a secret is replaced. One of the signatures has to match.
    /// - How it signs is taken from public receivers that agree, and not from a page or a program of Omise.
    /// - `id` in the body identifies an event, which is assumed.
    omise
}
