//! Jira.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developer.atlassian.com/cloud/jira/platform/webhooks";

/// Jira.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "jira",
    title: "Jira",
    page: Fact::known(
        "https://developer.atlassian.com/cloud/jira/platform/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hub-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/webhookEvent")),
    secret: Some(SecretForm::text("JIRA_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    marks: &["x-atlassian-webhook-identifier"],
    sample: Some(Sample {
        types: &[
            "jira:issue_created",
            "jira:issue_updated",
            "comment_created",
        ],
        body: r#"{"timestamp":$millis,"webhookEvent":$type,"user":{"accountId":"demo"},"issue":{"id":"$number","key":"DEMO-1"}}"#,
        headers: &[
            ("user-agent", "Atlassian Webhook HTTP Client"),
            ("x-atlassian-webhook-identifier", "$uuid"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Jira: `x-hub-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a secret. `x-atlassian-webhook-identifier` is not signed.
    /// - Jira names its method before the signature, and may choose another than `sha256` one day. It is refused then.
    jira
}
