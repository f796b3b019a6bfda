//! Blockfrost.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "@blockfrost/blockfrost-js, `verifyWebhookSignature`";

/// Blockfrost.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "blockfrost",
    title: "Blockfrost",
    page: Fact::assumed("https://blockfrost.dev/start-building/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("blockfrost-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/type"), SDK),
    secret: Some(
        SecretForm::text("BLOCKFROST_WEBHOOK_TOKEN")
            .shown_in("the webhook's auth token in the dashboard"),
    ),
    marks: &["blockfrost-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["block", "transaction", "delegation"],
        body: r#"{"id":"$eventuuid","webhook_id":"00000000-0000-4000-8000-000000000001","created":$secs,"api_version":1,"type":$type,"payload":{"height":$number}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Blockfrost: `blockfrost-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `id` identifies the event. That is
    ///   assumed.
    blockfrost
}
