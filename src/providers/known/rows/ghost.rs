//! Ghost.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const CODE: &str = "TryGhost/Ghost, ghost/core/core/server/services/webhooks/WebhookTrigger.js";

/// Ghost.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "ghost",
    title: "Ghost",
    page: Fact::assumed("https://ghost.org/docs/webhooks/"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-ghost-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "sha256".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{body}{timestamp:13}")
                .into()
        }),
        CODE,
    ),
    equal_bodies: Some("both are `site.changed`, which says nothing else"),
    event_type: Fact::known(EventTypeAt::Member("/event"), CODE),
    signed_anew: Fact::known(false, CODE),
    secret: Some(
        SecretForm::text("GHOST_WEBHOOK_SECRET")
            .shown_in("Settings, Integrations, the custom integration, the webhook"),
    ),
    timeout: Fact::known(secs(2), CODE),
    marks: &["x-ghost-signature"],
    sample: Some(Sample {
        types: &["post.published", "post.edited", "member.added"],
        body: r#"{"event":$type,"post":{"current":{"id":"$id","status":"published","updated_at":"$time"},"previous":{"status":"draft"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Ghost: `x-ghost-signature` over the body, then its time. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Without a secret Ghost signs nothing. Older versions sign the body alone, and are refused.
    /// - The digest of the body identifies an event, which is assumed. `site.changed` has no content, so its second one is
    ///   taken for a copy: subscribe to what has changed instead.
    /// - Known: Ghost waits 2 s. It deletes a webhook that is answered with 410.
    ghost
}
