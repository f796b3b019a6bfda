//! Azure Event Grid.

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::AccessTokenConfig,
};

const PAGE: &str = "learn.microsoft.com/azure/event-grid, \"Custom delivery properties\"";
const RETRY: &str =
    "learn.microsoft.com/azure/event-grid, \"Event Grid message delivery and retry\"";

/// Azure Event Grid, in its own schema.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "event-grid",
    title: "Azure Event Grid",
    page: Fact::known(
        "https://learn.microsoft.com/azure/event-grid/delivery-properties",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("authorization").into()),
        PAGE,
    ),
    // A list of one event, where its owner does not ask for more.
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::assumed(EventTypeAt::Nowhere),
    // "Endpoint validation with Event Grid event schema".
    challenges: &[Question::event(
        &[(
            "/eventType",
            "Microsoft.EventGrid.SubscriptionValidationEvent",
        )],
        TextAt::Body("/data/validationCode"),
        Shape::hex(32, 36),
        AnswerAs::Member("validationResponse"),
    )
    .in_list()],
    secret: Some(SecretForm::text("EVENT_GRID_AUTHORIZATION").shown_in(
        "the subscription's delivery properties: a static, secret header `Authorization`",
    )),
    timeout: Fact::known(secs(30), RETRY),
    retries: Fact::known(Retries::For(hours(24)), RETRY),
    repeats: Fact::known(
        Repeats::after(&[
            secs(10),
            secs(30),
            minutes(1),
            minutes(5),
            minutes(10),
            minutes(30),
            hours(1),
            hours(3),
            hours(6),
            hours(12),
        ]),
        RETRY,
    ),
    content_type: "application/json; charset=utf-8",
    marks: &["aeg-event-type"],
    assumed: &["the header of its delivery properties comes with the question too"],
    sample: Some(Sample {
        types: &[
            "Microsoft.Storage.BlobCreated",
            "Microsoft.Storage.BlobDeleted",
        ],
        body: r#"[{"id":"$eventuuid","topic":"/subscriptions/$uuid/resourceGroups/demo","subject":"/blobServices/default/containers/demo/blobs/$hex","eventType":$type,"eventTime":"$time","dataVersion":"","metadataVersion":"1","data":{"api":"PutBlob","contentType":"text/plain","contentLength":$number,"blobType":"BlockBlob","url":"https://demo.blob.core.windows.net/demo/$hex"}}]"#,
        headers: &[("aeg-event-type", "Notification")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Azure Event Grid, in its own schema: `Authorization` is the value that was given to the subscription's delivery
    /// properties. Under another header, make the scheme with
    /// [`AccessTokenConfig::header`](crate::schemes::AccessTokenConfig::header).
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the value can write any event.
    /// - A request is a list of one event, unless its owner asks for more. The digest of the body identifies it, and no type
    ///   is read.
    /// - Event Grid first posts a `SubscriptionValidationEvent`: [`answer_challenge`](Self::answer_challenge). It does not
    ///   follow the event's `validationUrl`.
    /// - Known: Event Grid waits 30 s and sends again for a day. After 400, 401, 403 and 413 it does not.
    event_grid
}
