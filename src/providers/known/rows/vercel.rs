//! Vercel.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "vercel.com/docs/webhooks";

/// Vercel.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "vercel",
    title: "Vercel",
    page: Fact::known("https://vercel.com/docs/webhooks/webhooks-api", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-vercel-signature", SignatureEncoding::Hex)
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("VERCEL_WEBHOOK_SECRET")
            .shown_in("the team, Settings, Webhooks, as the webhook is made")
            .several("an integration's webhooks are signed with its client secret"),
    ),
    marks: &["x-vercel-signature"],
    sample: Some(Sample {
        types: &[
            "deployment.created",
            "deployment.succeeded",
            "project.created",
        ],
        body: r#"{"id":"$eventid","type":$type,"createdAt":$millis,"region":"sfo1","payload":{"deployment":{"id":"dpl_$id","name":"demo"},"team":{"id":"team_1"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Vercel: `x-vercel-signature` over the body alone, with SHA-1. Log drains are signed in the same way. The
    /// secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` identifies an event, which is assumed.
    vercel
}
