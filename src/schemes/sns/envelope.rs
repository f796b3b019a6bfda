//! [`Envelope`]: a message as its body says it, before anything of it is proved.

use std::borrow::Cow;

use http::HeaderName;
use serde::{Deserialize, de::IgnoredAny};

use super::{
    Sns, forms,
    message::{Message, MessageType},
};
use crate::{
    request::{RawRequest, Single},
    schemes::SignatureEncoding,
    verdict::Rejection,
};

/// Written by SNS where raw message delivery is on. It chooses the words of a refusal, and nothing else.
const RAW_DELIVERY: HeaderName = HeaderName::from_static("x-amz-sns-rawdelivery");
/// The bytes of an RSA signature by a key of 2,048 to 8,192 bits.
pub(super) const SIGNATURE_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// The members of a message. One that stands twice makes it unreadable, also where nothing signs it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Members<'a> {
    #[serde(borrow, default)]
    r#type: Cow<'a, str>,
    #[serde(borrow, default)]
    message_id: Cow<'a, str>,
    #[serde(borrow, default)]
    topic_arn: Cow<'a, str>,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    /// `null` stands for none, as in AWS's own validators.
    #[serde(borrow, default)]
    subject: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    timestamp: Cow<'a, str>,
    #[serde(borrow, default, rename = "SubscribeURL")]
    subscribe_url: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    token: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    signature: Cow<'a, str>,
    #[serde(borrow, default)]
    signature_version: Cow<'a, str>,
    #[serde(borrow, default, rename = "SigningCertURL")]
    signing_cert_url: Cow<'a, str>,
    #[serde(default, rename = "UnsubscribeURL")]
    _unsubscribe_url: Option<IgnoredAny>,
    #[serde(default, rename = "MessageAttributes")]
    _message_attributes: Option<IgnoredAny>,
}

/// Of which digest a signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Sha1,
    Sha256,
}

/// A message that may be one of ours, and its signature.
pub(super) struct Envelope<'a> {
    pub(super) message: Message<'a>,
    pub(super) version: Version,
    pub(super) signature: Vec<u8>,
    pub(super) certificate_url: Cow<'a, str>,
}

impl Sns {
    /// The message, where all that a stranger can see of it is right. So a certificate is looked for only where one of
    /// the topics may have sent it.
    pub(super) fn envelope<'a>(&self, request: &RawRequest<'a>) -> Result<Envelope<'a>, Rejection> {
        let members = serde_json::from_slice::<Members<'a>>(request.body);
        let members = members.map_err(|_| unsigned(request, malformed(NO_MESSAGE)))?;
        if members.signature.is_empty() {
            return Err(unsigned(request, Rejection::MissingSignature));
        }
        let topic = self.topics.iter().find(|it| it.arn() == members.topic_arn);
        let topic = topic.ok_or(malformed(OTHER_TOPIC))?;
        if !topic.may_be_signed_at(&members.signing_cert_url) {
            return Err(malformed(OTHER_HOST));
        }
        Ok(Envelope {
            version: self.version(&members.signature_version)?,
            signature: signature(&members.signature)?,
            certificate_url: members.signing_cert_url.clone(),
            message: message(members)?,
        })
    }

    fn version(&self, text: &str) -> Result<Version, Rejection> {
        match text {
            "2" if self.signature.takes_sha256() => Ok(Version::Sha256),
            "1" if self.signature.takes_sha1() => Ok(Version::Sha1),
            "1" => Err(malformed(IS_VERSION_1)),
            "2" => Err(malformed(IS_VERSION_2)),
            _ => Err(malformed("its version is neither 1 nor 2")),
        }
    }
}

fn message(members: Members<'_>) -> Result<Message<'_>, Rejection> {
    let kind =
        MessageType::of(&members.r#type).ok_or(malformed("its message has no known type"))?;
    // Escapes would make an owned text of it, and SNS writes none into a UUID.
    let id = match members.message_id {
        Cow::Borrowed(id) => id,
        Cow::Owned(id) if id.is_empty() => return Err(Rejection::MissingId),
        Cow::Owned(_) => return Err(Rejection::MalformedId("it is no UUID")),
    };
    let is_notification = kind == MessageType::Notification;
    let asks = members.subscribe_url.zip(members.token);
    if asks.is_none() && !is_notification {
        return Err(malformed(LACKS_MEMBER));
    }
    let message = Message {
        kind,
        id,
        topic: members.topic_arn,
        timestamp: members.timestamp,
        message: members.message.ok_or(malformed(LACKS_MEMBER))?,
        // Elsewhere nothing signs them.
        subject: members.subject.filter(|_| is_notification),
        asks: asks.filter(|_| !is_notification),
    };
    forms::check(&message)?;
    Ok(message)
}

fn signature(text: &str) -> Result<Vec<u8>, Rejection> {
    let signature = SignatureEncoding::Base64.decode(text.as_bytes());
    signature
        .filter(|it| SIGNATURE_BYTES.contains(&it.len()))
        .ok_or(malformed(
            "it is not in base64, or not as long as one of RSA",
        ))
}

/// Why a body without a signature is refused.
fn unsigned(request: &RawRequest<'_>, rejection: Rejection) -> Rejection {
    match request.head.single(&RAW_DELIVERY) {
        Single::Value(b"true") => malformed(RAW),
        _ => rejection,
    }
}

const fn malformed(why: &'static str) -> Rejection {
    Rejection::MalformedSignature(why)
}

const NO_MESSAGE: &str =
    "the body that should carry it is no message of Amazon SNS, or has a member twice";
const RAW: &str = "raw message delivery signs nothing: turn it off for the subscription";
const OTHER_TOPIC: &str = "it is of a topic that is not among those of the receiver";
const OTHER_HOST: &str = "its certificate does not stand where those of its topic's region do";
const LACKS_MEMBER: &str = "a member that it covers is missing";
const IS_VERSION_1: &str =
    "it is of version 1, by SHA-1: set the topic's attribute `SignatureVersion` to 2";
const IS_VERSION_2: &str = "it is of version 2, by SHA-256, and the receiver takes version 1 alone";
