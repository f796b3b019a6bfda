//! ClickUp.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.clickup.com/docs/webhooksignature";

/// ClickUp.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "clickup",
    title: "ClickUp",
    page: "https://developer.clickup.com/docs/webhooksignature",
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), PAGE),
    secret: Some(
        SecretForm::text("CLICKUP_WEBHOOK_SECRET")
            .shown_in("`webhook.secret` in the answer that creates the webhook"),
    ),
    sample: Some(Sample {
        types: &["taskCreated", "taskUpdated", "listCreated"],
        body: r#"{"webhook_id":"00000000-0000-4000-8000-000000000001","event":$type,"task_id":"$id","history_items":[{"id":"$number","date":"$millis"}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// ClickUp: `x-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    clickup
}
