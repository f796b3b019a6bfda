//! Todoist.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm, repeats::minutes,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "Doist/todoist-sdk-typescript, `verifyWebhookSignature`";

const GAPS: &[Duration] = &[minutes(15), minutes(15), minutes(15)];

/// Todoist.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "todoist",
    title: "Todoist",
    page: Fact::assumed("https://developer.todoist.com/api/v1/#tag/Webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-todoist-hmac-sha256", SignatureEncoding::Base64).into()
        }),
        SDK,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event_name")),
    secret: Some(
        SecretForm::text("TODOIST_CLIENT_SECRET")
            .shown_in("the app's page in the App Management Console, Client secret"),
    ),
    retries: Fact::assumed(Retries::For(minutes(46))),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    marks: &["x-todoist-hmac-sha256", "x-todoist-delivery-id"],
    sample: Some(Sample {
        types: &["item:added", "item:completed", "note:added"],
        body: r#"{"event_name":$type,"user_id":"1","version":"10","initiator":{"id":"1"},"triggered_at":"$time","event_data":{"id":"$id","content":"Buy milk"}}"#,
        headers: &[
            ("user-agent", "Todoist-Webhooks"),
            ("x-todoist-delivery-id", "$uuid"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Todoist: `x-todoist-hmac-sha256` over the body alone, under the client secret of the app. The secret is
    /// taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `x-todoist-delivery-id` is not signed. The digest of the body identifies an event, which is assumed.
    todoist
}
