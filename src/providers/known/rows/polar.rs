//! Polar.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    rows::standard_webhooks,
};

const SOURCE: &str = "polarsource/polar, `server/polar/webhook/tasks.py`";

/// Polar.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "polar",
    title: "Polar",
    page: Fact::assumed("https://polar.sh/docs/integrate/webhooks/delivery"),
    proof: Fact::known(
        Proof::Scheme(|| standard_webhooks::under("webhook")),
        SOURCE,
    ),
    identity: Fact::known(Identity::SignedId, SOURCE),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("POLAR_WEBHOOK_SECRET")),
    timeout: Fact::known(secs(10), SOURCE),
    sample: Some(Sample {
        types: &["order.created", "subscription.active", "checkout.updated"],
        body: r#"{"type":$type,"timestamp":"$time","data":{"id":"$uuid"}}"#,
        headers: &[("user-agent", "polar.sh webhooks")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Polar: Standard Webhooks, with the secret as text: its bytes are the key
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew. `webhook-id` is signed, and identifies the event over all attempts.
    /// - Known: Polar waits 10 s. It is assumed to give up after ten attempts.
    polar
}
