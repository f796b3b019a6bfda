//! Amazon SNS.

use std::time::Duration;

use crate::{
    keys::Encoding,
    provider::Retries,
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KeyOwner, KnownSender, Proof, Repeats, SecretForm,
        repeats::{hours, secs},
    },
    schemes::SnsConfig,
};

const FORMAT: &str = "docs.aws.amazon.com/sns, \"HTTP/HTTPS notification JSON format\"";
const VERIFYING: &str =
    "docs.aws.amazon.com/sns, \"Verifying the signatures of Amazon SNS messages\"";
const RETRIES: &str = "docs.aws.amazon.com/sns, \"Amazon SNS message delivery retries\"";
const READY: &str =
    "docs.aws.amazon.com/sns, \"Make sure your endpoint is ready to process Amazon SNS messages\"";
const POLICY: &str =
    "docs.aws.amazon.com/sns, \"Set the delivery policy for the Amazon SNS subscription\"";

/// Unless a delivery policy says otherwise.
const GAPS: &[Duration] = &[secs(20), secs(20), secs(20)];

/// See [`AmazonSns`](crate::providers::sns::AmazonSns).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "sns",
    title: "Amazon SNS",
    page: Fact::known(
        "https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html",
        FORMAT,
    ),
    // Whose topics they are, only their owner knows: without them it makes no scheme.
    proof: Fact::known(
        Proof::Scheme(|| SnsConfig::new(std::iter::empty::<String>()).into()),
        VERIFYING,
    ),
    identity: Fact::known(Identity::OfPack("MessageId"), FORMAT),
    event_type: Fact::known(EventTypeAt::Member("/Type"), FORMAT),
    body_time: Some(Fact::known(BodyTime::occurred_at("/Timestamp"), FORMAT)),
    secret: Some(
        SecretForm::of(Encoding::Utf8, "SNS_CERTIFICATE")
            .shown_in("each message names its certificate in `SigningCertURL`"),
    ),
    key_owner: KeyOwner::Sender {
        bound_by: "`TopicArn`, which must be one of the topics that are set",
    },
    timeout: Fact::known(secs(15), READY),
    // What a delivery policy can make of it at most.
    retries: Fact::known(Retries::For(hours(1)), RETRIES),
    repeats: Fact::known(Repeats::after(GAPS), POLICY),
    media_types: &["text/plain", "application/json"],
    content_type: "text/plain; charset=UTF-8",
    warning: Some(
        "Amazon SNS takes a 4xx for a delivery, and gives up a minute after a first 5xx: attach a dead-letter queue",
    ),
    assumed: &["that a message which is sent again keeps its `Timestamp`"],
    marks: &[
        "x-amz-sns-message-type",
        "x-amz-sns-message-id",
        "x-amz-sns-topic-arn",
    ],
    id_at: Some("/MessageId"),
    ..KnownSender::UNKNOWN
};
