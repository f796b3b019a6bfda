//! CircleCI.

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "circleci.com/docs/guides/integration/outbound-webhooks";
const REFERENCE: &str = "circleci.com/docs/reference/outbound-webhooks-reference";

/// CircleCI.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "circleci",
    title: "CircleCI",
    page: Fact::known(
        "https://circleci.com/docs/guides/integration/outbound-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("circleci-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: None,
                })
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/type"), REFERENCE),
    secret: Some(
        SecretForm::text("CIRCLECI_WEBHOOK_SECRET")
            .shown_in("Project Settings, Webhooks, Secret token"),
    ),
    timeout: Fact::known(secs(10), PAGE),
    marks: &["circleci-signature", "circleci-event-type"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["workflow-completed", "job-completed", "ping"],
        body: r#"{"id":"$eventuuid","type":$type,"happened_at":"$time","webhook":{"id":"00000000-0000-4000-8000-000000000001","name":"demo"},"project":{"slug":"github/demo/demo"},"workflow":{"id":"$uuid","status":"success"}}"#,
        headers: &[
            ("user-agent", "CircleCI-Webhook/1.0"),
            ("circleci-event-type", "$name"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// CircleCI: `circleci-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event.
    /// - For webhooks with a secret. Signatures of later versions are passed over.
    /// - Known: CircleCI waits 10 s. It is assumed to send again.
    circleci
}
