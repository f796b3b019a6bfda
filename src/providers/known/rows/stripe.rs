//! Stripe.

use std::time::Duration;

use super::{
    Fact, JSON, KnownSender, Repeats, Sample, SecretForm,
    repeats::{hours, minutes, secs},
};
use crate::provider::Retries;

const PAGE: &str = "docs.stripe.com, \"Receive Stripe events in your webhook endpoint\"";

/// For 3 days with growing gaps, which are assumed.
const GAPS: &[Duration] = &[
    minutes(1),
    minutes(10),
    hours(1),
    hours(6),
    hours(12),
    hours(24),
];

/// Stripe.
pub(crate) const STRIPE: KnownSender = KnownSender {
    name: "stripe",
    title: "Stripe",
    secret: Some(SecretForm::text("STRIPE_WEBHOOK_SECRET")),
    timeout: Fact::assumed(secs(10)),
    retries: Fact::known(Retries::For(hours(3 * 24)), PAGE),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    media_types: JSON,
    largest_body: None,
    warning: None,
    marks: &["stripe-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["invoice.paid", "customer.created", "charge.refunded"],
        body: r#"{"id":"evt_$id","object":"event","created":$secs,"data":{"object":{"id":"obj_$id"}},"livemode":false,"type":$type}"#,
        headers: &[
            (
                "user-agent",
                "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            ),
            ("accept", "*/*; q=0.5, application/xml"),
        ],
    }),
};
