//! From authenticated bytes to a message.

use serde::Deserialize;

use super::event::{Beside, Confirmation, Notification};
use crate::{
    json::Json,
    provider::{Authenticated, Undecodable},
    request::Unsigned,
    schemes::MessageType,
    time::UnixTime,
};

/// What the scheme wrote of the signed members.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Signed {
    r#type: String,
    message_id: String,
    topic_arn: String,
    message: String,
    subject: Option<String>,
    timestamp: String,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    token: Option<String>,
}

/// Members of the body that nothing signs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NotSigned {
    #[serde(default, rename = "UnsubscribeURL")]
    unsubscribe_url: Option<Json>,
    #[serde(default)]
    message_attributes: Option<Json>,
}

/// A message, by its type.
pub(super) enum Message {
    Notification(Notification),
    Confirmation(Confirmation),
}

pub(super) fn message(authenticated: &Authenticated<'_>) -> Result<Message, Undecodable> {
    const UNREADABLE: Undecodable = Undecodable("it is no message of Amazon SNS");
    let signed: Signed = serde_json::from_slice(authenticated.bytes).map_err(|_| UNREADABLE)?;
    let kind = MessageType::of(&signed.r#type).ok_or(UNREADABLE)?;
    let time = UnixTime::from_rfc3339(&signed.timestamp).ok_or(UNREADABLE)?;
    Ok(match kind {
        MessageType::Notification => Message::Notification(Notification {
            message_id: signed.message_id,
            topic_arn: signed.topic_arn,
            subject: signed.subject,
            message: signed.message,
            published_at: time,
            beside: Unsigned::new(beside(authenticated)),
        }),
        MessageType::SubscriptionConfirmation | MessageType::UnsubscribeConfirmation => {
            Message::Confirmation(Confirmation {
                begins: kind == MessageType::SubscriptionConfirmation,
                message_id: signed.message_id,
                topic_arn: signed.topic_arn,
                subscribe_url: signed.subscribe_url.ok_or(UNREADABLE)?,
                token: signed.token.ok_or(UNREADABLE)?,
                sent_at: time,
            })
        }
    })
}

/// What cannot be read of it is left out: it refuses nothing that is signed.
fn beside(authenticated: &Authenticated<'_>) -> Beside {
    let body = authenticated.body.trust_unsigned();
    let read: NotSigned = serde_json::from_slice(body).unwrap_or_default();
    Beside {
        unsubscribe_url: read.unsubscribe_url.and_then(|url| url.parse().ok()),
        message_attributes: read.message_attributes,
    }
}
