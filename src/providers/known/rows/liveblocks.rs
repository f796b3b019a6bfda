//! Liveblocks.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::{self, under},
};

const CODE: &str = "github.com/liveblocks/liveblocks, `WebhookHandler`";

/// Liveblocks.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "liveblocks",
    title: "Liveblocks",
    page: Fact::assumed("https://liveblocks.io/docs/platform/webhooks"),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), CODE),
    identity: Fact::known(Identity::SignedId, CODE),
    event_type: Fact::known(EventTypeAt::Member("/type"), CODE),
    secret: Some(SecretForm::whsec("LIVEBLOCKS_WEBHOOK_SECRET")),
    marks: &[],
    sample: Some(Sample {
        types: &["userEntered", "storageUpdated"],
        body: r#"{"type":$type,"data":{"appId":"demo","roomId":"$uuid","updatedAt":"$time"}}"#,
        headers: &[],
    }),
    ..standard_webhooks::ROW
};

preset! {
    /// Liveblocks: [Standard Webhooks](Self::standard_webhooks), signed by Liveblocks.
    liveblocks
}
