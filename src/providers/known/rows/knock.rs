//! Knock.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SIGNATURE: &str = "github.com/hookdeck/webhook-skills, knock-webhooks";
const EVENTS: &str = "docs.knock.app/developer-tools/outbound-webhooks";

/// Knock.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "knock",
    title: "Knock",
    page: Fact::known(
        "https://docs.knock.app/developer-tools/outbound-webhooks",
        EVENTS,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-knock-signature", SignatureEncoding::Base64)
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
    event_type: Fact::known(EventTypeAt::Member("/type"), EVENTS),
    secret: Some(SecretForm::text("KNOCK_WEBHOOK_SECRET")),
    marks: &[
        "x-knock-signature",
        "x-knock-event",
        "x-knock-environment-id",
    ],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["message.sent", "message.delivered", "workflow.committed"],
        body: r#"{"__typename":"WebhookEvent","id":"$eventuuid","type":$type,"created_at":"$time","data":{"id":"$uuid","status":"sent"}}"#,
        headers: &[
            ("x-knock-event", "$name"),
            ("x-knock-environment-id", "$uuid"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Knock: `x-knock-signature` holds a time, and signs it with the body, under the secret as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - `id` in the body identifies an event, which is assumed.
    knock
}
