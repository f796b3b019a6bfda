//! Outline.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SIGNATURE: &str = "github.com/outline/outline, `WebhookSubscription.signature`";
const DELIVERY: &str = "github.com/outline/outline, `DeliverWebhookTask`";

/// Outline.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "outline",
    title: "Outline",
    page: Fact::assumed("https://getoutline.com/developers"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("outline-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "s".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        SIGNATURE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/event"), SIGNATURE),
    secret: Some(SecretForm::text("OUTLINE_WEBHOOK_SECRET")),
    timeout: Fact::known(secs(5), DELIVERY),
    retries: Fact::known(Retries::Never, DELIVERY),
    repeats: Fact::known(Repeats::NEVER, DELIVERY),
    warning: Some("Outline never sends an event again by itself"),
    marks: &["outline-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["documents.create", "documents.update"],
        body: r#"{"id":"$eventuuid","actorId":"$uuid","webhookSubscriptionId":"$uuid","createdAt":"$time","event":$type,"payload":{"id":"$uuid","model":{"id":"$uuid","title":"demo"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Outline: `outline-signature` holds a time, and signs it with the body, under the secret as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` in the body identifies an event, which is assumed.
    /// - Known: Outline waits 5 s, and never sends again by itself.
    outline
}
