//! Signing as SNS does, with the text that [`verify`](super::verify) reads.

use std::borrow::Cow;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    Sns, SnsSignature, forms,
    message::{Message, MessageType},
};
use crate::{
    json::canonical::cut, keys::jose::PrivateKey, schemes::SignatureEncoding, time::UnixTime,
};

/// The member that carries the signature.
pub(crate) const SIGNATURE: &str = "Signature";
/// The certificate of a message that names none.
const CERTIFICATE_ID: &str = "00000000000000000000000000000000";

/// A message as SNS sends it.
pub(crate) struct SignedMessage {
    pub(crate) body: Vec<u8>,
    /// Those that say of it what nothing signs.
    pub(crate) headers: [(&'static str, String); 3],
}

impl Sns {
    /// Whether it takes what can be signed here: the cryptography that verifies SHA-1 does not sign by it.
    pub(crate) fn can_be_signed(&self) -> bool {
        self.signature != SnsSignature::Sha1
    }

    /// `body` as a message, signed. A JSON object with a `Type` of SNS is completed: `id` and `at` stand where it has no
    /// `MessageId` and no `Timestamp`. Any other text becomes the `Message` of a notification.
    pub(crate) fn signed(
        &self,
        body: &[u8],
        key: &PrivateKey,
        id: &str,
        at: UnixTime,
    ) -> Option<SignedMessage> {
        let mut members = members_of(body)?;
        let topic = self.topics.first()?;
        let kind = MessageType::of(members.get("Type")?.as_str()?)?;
        let mut complete = |name: &str, value: &dyn Fn() -> String| {
            let member = members.entry(name).or_insert(Value::Null);
            if member.is_null() {
                *member = value().into();
            }
        };
        complete("MessageId", &|| uuid_of(id));
        complete("Timestamp", &|| at.to_rfc3339());
        complete("TopicArn", &|| topic.arn().to_owned());
        complete("Message", &|| {
            "You have chosen to subscribe to the topic.".to_owned()
        });
        complete("SigningCertURL", &|| topic.certificate_url(CERTIFICATE_ID));
        if kind != MessageType::Notification {
            let token = || const_hex::encode(Sha256::digest(id));
            let (host, arn) = (topic.host(), topic.arn());
            complete("Token", &token);
            complete("SubscribeURL", &|| {
                let token = token();
                format!("https://{host}/?Action=ConfirmSubscription&TopicArn={arn}&Token={token}")
            });
        }
        let message = message_of(&members, kind)?;
        let signature = key
            .sign(message.signed_text().as_bytes())
            .unwrap_or_default();
        let headers = [
            ("x-amz-sns-message-type", kind.name().to_owned()),
            ("x-amz-sns-message-id", message.id.to_owned()),
            ("x-amz-sns-topic-arn", message.topic.clone().into_owned()),
        ];
        let signature = SignatureEncoding::Base64.encode(&signature);
        members.insert("SignatureVersion".to_owned(), "2".into());
        members.insert(SIGNATURE.to_owned(), signature.into());
        Some(SignedMessage {
            body: Value::from(members).to_string().into_bytes(),
            headers,
        })
    }

    /// `body` without its signature.
    pub(crate) fn unsigned(&self, body: &[u8]) -> Vec<u8> {
        match cut(body, SIGNATURE) {
            Ok(at) => at.pieces(body).concat(),
            Err(_) => body.to_vec(),
        }
    }
}

/// The members of a message, or of a new one about a text.
fn members_of(body: &[u8]) -> Option<Map<String, Value>> {
    if let Ok(Value::Object(members)) = serde_json::from_slice(body)
        && members
            .get("Type")
            .and_then(Value::as_str)
            .and_then(MessageType::of)
            .is_some()
    {
        return Some(members);
    }
    let text = std::str::from_utf8(body).ok()?;
    let members = [
        ("Type", MessageType::Notification.name()),
        ("Message", text),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), Value::from(value)));
    Some(members.into_iter().collect())
}

/// What is signed of it, if that is all there and in form.
fn message_of(members: &Map<String, Value>, kind: MessageType) -> Option<Message<'_>> {
    let text = |name: &str| members.get(name)?.as_str();
    let asks = || Some((text("SubscribeURL")?.into(), text("Token")?.into()));
    let is_notification = kind == MessageType::Notification;
    let message = Message {
        kind,
        id: text("MessageId")?,
        topic: text("TopicArn")?.into(),
        timestamp: text("Timestamp")?.into(),
        message: text("Message")?.into(),
        subject: text("Subject").filter(|_| is_notification).map(Cow::from),
        asks: if is_notification { None } else { Some(asks()?) },
    };
    forms::check(&message).ok()?;
    Some(message)
}

/// A UUID: `id` where it is one, else one that is made of it.
fn uuid_of(id: &str) -> String {
    if forms::is_uuid(id) {
        return id.to_owned();
    }
    let digest = const_hex::encode(Sha256::digest(id));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    let parts = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ];
    parts.join("-")
}
