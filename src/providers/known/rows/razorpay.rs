//! Razorpay.

use crate::{
    provider::{Retries, TimeKind},
    providers::known::{
        BodyTime, EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::hours,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const SDK: &str = "razorpay/razorpay-python, `verify_webhook_signature` and its tests";
const PAGE: &str = "razorpay.com/docs/webhooks/best-practices";

/// Razorpay.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "razorpay",
    title: "Razorpay",
    page: Fact::known("https://razorpay.com/docs/webhooks/best-practices", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-razorpay-signature", SignatureEncoding::Hex).into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), SDK),
    body_time: Some(Fact::assumed(BodyTime {
        at: "/created_at",
        form: TimestampForm::Seconds,
        kind: TimeKind::OccurredAt,
    })),
    secret: Some(SecretForm::text("RAZORPAY_WEBHOOK_SECRET")),
    retries: Fact::known(Retries::For(hours(24)), PAGE),
    marks: &["x-razorpay-signature", "x-razorpay-event-id"],
    sample: Some(Sample {
        types: &["payment.captured", "payment.failed", "refund.processed"],
        body: r#"{"entity":"event","account_id":"acc_demo","event":$type,"contains":["payment"],"payload":{"payment":{"entity":{"id":"pay_$id","entity":"payment","amount":10000,"currency":"INR"}}},"created_at":$secs}"#,
        headers: &[("x-razorpay-event-id", "$hex")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Razorpay: `x-razorpay-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `x-razorpay-event-id` is not signed. The digest of the body identifies an event, which is assumed.
    /// - `created_at` in the body says when it occurred.
    /// - Known: Razorpay repeats for 24 hours.
    razorpay
}
