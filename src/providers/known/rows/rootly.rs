//! Rootly.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.rootly.com/configuration/webhooks";

/// Rootly.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "rootly",
    title: "Rootly",
    page: Fact::known("https://docs.rootly.com/configuration/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-rootly-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp:10}{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(
        Identity::Member("/event/id"),
        "simstudioai/sim, apps/sim/lib/webhooks/providers/rootly.ts",
    ),
    event_type: Fact::known(
        EventTypeAt::Member("/event/type"),
        "simstudioai/sim, apps/sim/lib/webhooks/providers/rootly.ts",
    ),
    secret: Some(
        SecretForm::text("ROOTLY_WEBHOOK_SECRET").shown_in("Settings, Webhooks, the webhook"),
    ),
    marks: &["x-rootly-signature"],
    id_at: Some("/event/id"),
    sample: Some(Sample {
        types: &["incident.created", "incident.resolved", "alert.created"],
        body: r#"{"event":{"id":"$eventuuid","type":$type,"issued_at":"$time"},"data":{"id":"$uuid","status":"started"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Rootly: `x-rootly-signature` over its time, then the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `event.id` in the body identifies an event.
    rootly
}
