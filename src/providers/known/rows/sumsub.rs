//! Sumsub.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.sumsub.com/docs/webhook-manager";

/// Four times. Those of applicant actions come sooner.
const GAPS: &[Duration] = &[minutes(5), hours(1), hours(5), hours(18)];

/// Sumsub.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "sumsub",
    title: "Sumsub",
    page: Fact::known("https://docs.sumsub.com/docs/webhook-manager", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-payload-digest", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("SUMSUB_WEBHOOK_SECRET")
            .shown_in("Dev space, Webhooks, the webhook: Secret key")
            .several("each webhook of Sumsub has a secret of its own"),
    ),
    timeout: Fact::known(secs(5), PAGE),
    retries: Fact::known(Retries::For(minutes(1445)), PAGE),
    repeats: Fact::known(Repeats::after(GAPS), PAGE),
    marks: &["x-payload-digest", "x-payload-digest-alg"],
    sample: Some(Sample {
        types: &["applicantReviewed", "applicantCreated", "applicantPending"],
        body: r#"{"applicantId":"$id","inspectionId":"$id","correlationId":"$hex","externalUserId":"demo","levelName":"basic-kyc-level","type":$type,"reviewResult":{"reviewAnswer":"GREEN"},"reviewStatus":"completed","createdAtMs":"$time"}"#,
        headers: &[("x-payload-digest-alg", "HMAC_SHA256_HEX")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Sumsub: `x-payload-digest` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with HMAC_SHA256_HEX, which the webhook's form sets. `x-payload-digest-alg` is not signed, and
    ///   not read.
    /// - Known: Sumsub waits 5 s and sends again after 5 minutes, an hour, 5 hours and 18 hours.
    sumsub
}
