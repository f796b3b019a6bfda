//! Stripe.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SIGNATURE: &str = "docs.stripe.com, \"Resolve webhook signature verification errors\"";
const PAGE: &str = "docs.stripe.com, \"Receive Stripe events in your webhook endpoint\"";
const EVENT: &str = "docs.stripe.com, \"The Event object\"";

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
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "stripe",
    title: "Stripe",
    page: Fact::known("https://docs.stripe.com/webhooks", SIGNATURE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("stripe-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        SIGNATURE,
    ),
    identity: Fact::known(Identity::Member("/id"), EVENT),
    event_type: Fact::known(EventTypeAt::Member("/type"), EVENT),
    signed_anew: Fact::known(true, SIGNATURE),
    secret: Some(SecretForm::text("STRIPE_WEBHOOK_SECRET").shown_in("Workbench, Webhooks, the destination, Reveal secret").several(
        "each endpoint of Stripe has a secret of its own, and so have its command-line tool, and test and live mode",
    )),
    indents: true,
    retries: Fact::known(Retries::For(hours(3 * 24)), PAGE),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    content_type: "application/json; charset=utf-8",
    marks: &["stripe-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["invoice.paid", "customer.created", "charge.refunded"],
        body: r#"{"id":"evt_$eventid","object":"event","created":$secs,"data":{"object":{"id":"obj_$id"}},"livemode":false,"type":$type}"#,
        headers: &[
            (
                "user-agent",
                "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            ),
            ("accept", "*/*; q=0.5, application/xml"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Stripe: `stripe-signature` over `{timestamp}.{body}`. Each attempt is signed anew; the body's
    /// `id` identifies the event over all attempts.
    ///
    /// The endpoint's secret is taken as text, its `whsec_` included
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)): it is no base64, as those of Standard Webhooks are.
    ///
    /// - Signatures under `v0`, which Stripe adds in test mode, are passed over.
    /// - Known: Stripe sends again for 3 days in live mode. How long it waits is not published; the
    ///   default of 8 s for handlers is an assumption.
    stripe
}
