//! Plain.

use crate::{
    provider::TimeKind,
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const SDK: &str = "team-plain/typescript-sdk, `verifyPlainWebhook` and its tests";

/// Plain.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "plain",
    title: "Plain",
    page: Fact::assumed("https://www.plain.com/docs/api-reference/request-signing"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("plain-request-signature", SignatureEncoding::Hex).into()
        }),
        SDK,
    ),
    identity: Fact::known(Identity::Member("/id"), SDK),
    event_type: Fact::known(EventTypeAt::Member("/type"), SDK),
    body_time: Some(Fact::known(
        BodyTime {
            at: "/webhookMetadata/webhookDeliveryAttemptTimestamp",
            form: TimestampForm::Rfc3339,
            kind: TimeKind::SentAt,
        },
        SDK,
    )),
    secret: Some(SecretForm::text("PLAIN_WEBHOOK_SECRET").shown_in("the workspace's settings")),
    marks: &["plain-request-signature"],
    sample: Some(Sample {
        types: &[
            "thread.thread_created",
            "thread.thread_status_transitioned",
            "customer.customer_created",
        ],
        body: r#"{"timestamp":"$time","workspaceId":"w_$id","payload":{"eventType":$type,"thread":{"id":"th_$id"}},"id":"pEv_$eventid","webhookMetadata":{"webhookTargetId":"whTarget_1","webhookDeliveryAttemptId":"whAttempt_$id","webhookDeliveryAttemptNumber":1,"webhookDeliveryAttemptTimestamp":"$time"},"type":$type}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Plain: `plain-request-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` identifies an event over all attempts.
    /// - `webhookMetadata.webhookDeliveryAttemptTimestamp` in the body says when the attempt was sent, and must
    ///   be there.
    plain
}
