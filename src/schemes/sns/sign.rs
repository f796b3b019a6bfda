//! Signing as SNS does, with the text that [`verify`](super::verify) reads.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Sns, SnsSignature, envelope::SIGNATURE_BYTES, forms, message::MessageType};
use crate::{
    json::canonical::cut,
    keys::jose::PrivateKey,
    request::{Head, RawRequest},
    schemes::SignatureEncoding,
    time::UnixTime,
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
        let text = |name: &str| members.get(name)?.as_str().map(str::to_owned);
        let headers = [
            ("x-amz-sns-message-type", kind.name().to_owned()),
            ("x-amz-sns-message-id", text("MessageId")?),
            ("x-amz-sns-topic-arn", text("TopicArn")?),
        ];
        members.insert("SignatureVersion".to_owned(), "2".into());
        let mut with = |signature: &[u8]| {
            let signature = SignatureEncoding::Base64.encode(signature);
            members.insert(SIGNATURE.to_owned(), signature.into());
            serde_json::to_vec(&members).ok()
        };
        let text = self.signed_text(&with(&[0; *SIGNATURE_BYTES.start()])?)?;
        let body = with(&key.sign(text.as_bytes())?)?;
        Some(SignedMessage { body, headers })
    }

    /// What is signed of a message, as whoever verifies it reads it. Its signature may be any of the right length.
    fn signed_text(&self, body: &[u8]) -> Option<String> {
        let headers = Vec::<(&str, &str)>::new();
        let head = Head::new("POST", "/", &headers);
        let envelope = self.envelope(&RawRequest::new(head, body)).ok()?;
        Some(envelope.message.signed_text())
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
