//! Primer.

use crate::{
    provider::TimeKind,
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "primer.io/docs, \"Configure webhooks\"";

/// Primer.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "primer",
    title: "Primer",
    page: Fact::known(
        "https://primer.io/docs/api-reference/get-started/configure-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-signature-primary", SignatureEncoding::Base64)
                .or_signed_in("x-signature-secondary")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::DigestWithout(&["signedAt"])),
    event_type: Fact::known(EventTypeAt::Member("/eventType"), PAGE),
    body_time: Some(Fact::known(
        BodyTime {
            at: "/signedAt",
            form: TimestampForm::Seconds,
            kind: TimeKind::SentAt,
        },
        PAGE,
    )),
    secret: Some(SecretForm::text("PRIMER_WEBHOOK_SECRET")),
    marks: &["x-signature-primary", "x-signature-secondary"],
    sample: Some(Sample {
        types: &["PAYMENT.STATUS", "PAYMENT.REFUND", "DISPUTE.OPENED"],
        body: r#"{"eventType":$type,"date":"$time","signedAt":$secs,"notificationConfig":{"id":"$uuid","description":"demo"},"version":"2.4","payment":{"id":"$id","amount":100,"currencyCode":"EUR","status":"AUTHORIZED"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Primer: `x-signature-primary` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `signedAt` in the body says when the request was signed, and must be there. The digest of the body
    ///   without it identifies the event, which is assumed.
    /// - For a day after a rotation `x-signature-secondary` carries one under the old secret. Both headers
    ///   are read, so the receiver may hold either secret.
    primer
}
