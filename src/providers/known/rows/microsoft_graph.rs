//! Microsoft Graph.

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::AccessTokenConfig,
};

const PAGE: &str = "learn.microsoft.com, \"Receive change notifications through webhooks\"";
const STATE: &str = "learn.microsoft.com, \"subscription resource type\"";

/// Microsoft Graph.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "microsoft-graph",
    title: "Microsoft Graph",
    page: Fact::known(
        "https://learn.microsoft.com/graph/change-notifications-delivery-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::each_of("/value", "/clientState").into()),
        STATE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::assumed(EventTypeAt::Nowhere),
    // "Receive change notifications through webhooks", section "notificationUrl validation": an opaque text, which has
    // blanks and a colon where it was recorded.
    challenges: &[Question::unsigned(
        "POST",
        TextAt::Query("validationToken"),
        Shape::words(1, 512),
        AnswerAs::Text,
    )],
    secret: Some(
        SecretForm::text("MICROSOFT_GRAPH_CLIENT_STATE")
            .shown_in("the `clientState` of the request that made the subscription"),
    ),
    equal_bodies: Some("one resource changes twice, and the notifications have no `id`"),
    timeout: Fact::known(secs(10), PAGE),
    retries: Fact::known(Retries::For(hours(4)), PAGE),
    content_type: "application/json; charset=utf-8",
    sample: Some(Sample {
        types: &["updated", "created"],
        body: r#"{"value":[{"subscriptionId":"$uuid","clientState":"0","changeType":$type,"resource":"users/$hex/messages/$id","tenantId":"00000000-0000-4000-8000-000000000000","resourceData":{"id":"$id"}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Microsoft Graph: `clientState` of each item of `value` is the subscription's secret itself.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - Each item must have the right `clientState`. An empty list, one that is missing and one item that differs are refused.
    /// - `clientState` is in the event: handlers get it, and an inbox keeps it. Encrypt the inbox.
    /// - A request with several notifications is one event here. The digest of the body identifies it.
    /// - Before a subscription is made, Graph posts `validationToken` in the query, as `text/plain`. It wants that text back:
    ///   [`answer_challenge`](Self::answer_challenge).
    /// - Encrypted content and its `validationTokens` are not looked at: they are your handler's to check.
    /// - Known: Graph waits 10 s, and sends again for 4 hours.
    microsoft_graph
}
