//! [`Notification`]: a message of a topic. [`Confirmation`]: what SNS asks of the endpoint.

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::{
    json::{Json, Payload},
    request::Unsigned,
    time::UnixTime,
};

/// A message that was published to a topic.
///
/// `Debug` shows ids and times alone.
#[derive(Clone)]
#[non_exhaustive]
pub struct Notification {
    /// A UUID, the same for each attempt.
    pub message_id: String,
    /// The topic: one of those that the pack was given.
    pub topic_arn: String,
    /// What its publisher gave as its subject.
    pub subject: Option<String>,
    /// What was published, as text.
    pub message: String,
    /// When it was published.
    pub published_at: UnixTime,
    /// What stands beside it and nothing signs.
    pub beside: Unsigned<Beside>,
}

impl Notification {
    /// The message as a type of yours: services of AWS, such as S3 and SES, publish JSON. What does not fit is there as it
    /// came.
    ///
    /// ```
    /// use hookgate::{json::Payload, providers::sns::Notification};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct S3Event {
    ///     #[serde(rename = "Records", default)]
    ///     records: Vec<Record>,
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Record {
    ///     #[serde(rename = "eventName")]
    ///     event_name: String,
    /// }
    ///
    /// fn names(notification: &Notification) -> Vec<String> {
    ///     match notification.json::<S3Event>() {
    ///         Payload::Known(event) => event.records.into_iter().map(|it| it.event_name).collect(),
    ///         Payload::Unrecognized { .. } => Vec::new(),
    ///     }
    /// }
    /// # let _ = names;
    /// ```
    pub fn json<T: DeserializeOwned>(&self) -> Payload<T> {
        Payload::read(&Bytes::from(self.message.clone()))
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("message_id", &self.message_id)
            .field("topic_arn", &self.topic_arn)
            .field("published_at", &self.published_at)
            .finish_non_exhaustive()
    }
}

/// What stands beside a message, and nothing signs. Whoever could send it could write it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Beside {
    /// Who calls it ends the subscription. Do not call it: it may be anybody's address.
    pub unsubscribe_url: Option<String>,
    /// The attributes that the publisher gave, as JSON.
    pub message_attributes: Option<Json>,
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beside").finish_non_exhaustive()
    }
}

/// A verified question of SNS: whether the endpoint wants the messages of a topic, or wants them back.
///
/// `Debug` shows no address and no token: who has one can answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct Confirmation {
    /// Whether a subscription is to begin. If not, one has ended, and confirming takes it up again.
    pub begins: bool,
    /// A UUID, the same for each attempt.
    pub message_id: String,
    /// The topic: one of those that the pack was given.
    pub topic_arn: String,
    /// Who calls it confirms. It is signed, and what it names was not looked at: compare its host with that of SNS in the
    /// topic's region before you call it.
    pub subscribe_url: String,
    /// What `ConfirmSubscription` of the SNS API takes in the place of a call.
    pub token: String,
    /// When it was sent.
    pub sent_at: UnixTime,
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmation")
            .field("begins", &self.begins)
            .field("message_id", &self.message_id)
            .field("topic_arn", &self.topic_arn)
            .finish_non_exhaustive()
    }
}
