//! [`Sns`]: a message of Amazon SNS, signed by the key of a certificate that it names (feature `public-keys`).
//!
//! | member of the body | signed |
//! | --- | --- |
//! | `Type`, `MessageId`, `TopicArn`, `Message`, `Timestamp` | yes |
//! | `Subject` | of a notification, where it has one |
//! | `SubscribeURL`, `Token` | of a confirmation |
//! | `SigningCertURL`, `SignatureVersion`, `Signature` | no: they say how the rest is |
//! | `UnsubscribeURL`, `MessageAttributes`, all others | no |
//!
//! Sources: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages" and "HTTP/HTTPS notification JSON
//! format"; AWS's validators for PHP, JavaScript and Java.

mod config;
mod envelope;
mod forms;
mod message;
#[cfg(feature = "simulator")]
mod sign;
mod topic;
mod verify;

use std::borrow::Cow;

pub use self::config::{SnsConfig, SnsSignature};
pub(crate) use self::message::MessageType;
#[cfg(feature = "simulator")]
pub(crate) use self::sign::SIGNATURE;
#[cfg(feature = "sns")]
pub(crate) use self::topic::CertificateUrl;
use self::topic::Topic;
use super::{Scheme, Signs, Verified};
use crate::{
    keys::{Key, KeyKind, LiveKeys},
    request::RawRequest,
    setup::{BuildError, Finding, Severity},
    verdict::Rejection,
};

/// A message of Amazon SNS, ready to verify. Made from an [`SnsConfig`] with `try_from`. The pack
/// [`AmazonSns`](crate::providers::sns::AmazonSns) uses it.
///
/// What it [covers](super::Coverage) is the JSON object of the signed members. All that follows reads that, also a
/// handler that takes the body: what nothing signs is not in it.
///
/// # Security
///
/// SNS signs for everybody with one key, so the topic binds a message to its receiver: it is signed, and must be one of
/// those that are set. The certificate's address is not signed. It must be `https`, at the host of the topic's region and
/// partition, and of the one path that SNS uses. It is compared as a text. Nothing is fetched for any other.
///
/// A certificate that has ended, or is not valid yet, proves nothing. Its key is an RSA key of at least 2,048 bits.
///
/// A confirmation is no [event](Scheme::is_event). Its `Timestamp` is when it was sent; that of a notification belongs to
/// the event, and [`Preset::custom`](crate::providers::preset::Preset::custom) does not look at it.
///
/// A signature of version 1 is by SHA-1. It is refused unless [`SnsSignature`] names it.
///
/// Headers (`x-amz-sns-…`) are not signed. They decide nothing.
///
/// # Examples
///
/// With a certificate at hand:
///
/// ```no_run
/// use hookgate::{
///     keys::{JwsAlgorithm, VerifyingKey},
///     providers::preset::Preset,
///     schemes::{Sns, SnsConfig},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = SnsConfig::new(["arn:aws:sns:us-east-1:123456789012:orders"]);
/// let certificate = VerifyingKey::pem(std::fs::read("sns.pem")?, [JwsAlgorithm::Rs256]);
/// let pack = Preset::custom("orders", Sns::try_from(config)?, certificate);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Sns {
    topics: Vec<Topic>,
    signature: SnsSignature,
}

impl Scheme for Sns {
    fn signs(&self) -> Signs {
        Signs {
            id: true,
            ..Signs::body()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Public
    }

    fn check_key(&self, key: &Key) -> Result<(), BuildError> {
        if key.public_key().is_some_and(verify::is_of_rsa) {
            return Ok(());
        }
        Err(BuildError::UnfitKey(
            "messages of Amazon SNS are signed by RSA: give the certificate for `JwsAlgorithm::Rs256`",
        ))
    }

    /// Whether signatures by SHA-1 are taken.
    fn findings(&self) -> Vec<Finding> {
        Vec::from_iter(self.takes_sha1())
    }

    fn names_keys(&self) -> bool {
        true
    }

    /// `SigningCertURL`, of a message of one of the topics. Anything else is refused here, so that nothing is looked up
    /// for it.
    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        Ok(Some(self.envelope(request)?.certificate_url))
    }

    /// A confirmation is SNS's question whether the endpoint wants its messages.
    fn is_event(&self, signed: &[u8]) -> bool {
        message_type(signed) == Some(MessageType::Notification)
    }

    /// Proves the members that are signed.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.prove(request, keys)
    }
}

impl Sns {
    /// The address that confirms a subscription of one of the topics, as SNS writes it. `None` for another topic, or what is no
    /// token of SNS.
    #[cfg(feature = "sns")]
    pub(crate) fn confirmation_url(&self, arn: &str, token: &str) -> Option<String> {
        let topic = self.topics.iter().find(|topic| topic.arn() == arn)?;
        let is_token = (1..=LONGEST_TOKEN).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_token.then(|| {
            let host = topic.host();
            format!("https://{host}/?Action=ConfirmSubscription&TopicArn={arn}&Token={token}")
        })
    }

    fn takes_sha1(&self) -> Option<Finding> {
        let found = |advice| {
            Finding::new(
                Severity::Warning,
                "sns_sha1",
                "signatures of Amazon SNS by SHA-1 are taken: who can make two texts with one digest has one for both",
                advice,
            )
        };
        match self.signature {
            SnsSignature::Sha256 => None,
            SnsSignature::Sha1 => Some(found(
                "set the attribute `SignatureVersion` of the topics to 2, and take SHA-256",
            )),
            SnsSignature::Sha1OrSha256 => Some(found(
                "once the attribute `SignatureVersion` of all topics is 2, take SHA-256 alone",
            )),
        }
    }
}

/// Of a confirmation, in characters. Recorded ones have up to 256.
#[cfg(feature = "sns")]
const LONGEST_TOKEN: usize = 1024;

/// The type of a message that was proved.
fn message_type(signed: &[u8]) -> Option<MessageType> {
    #[derive(serde::Deserialize)]
    struct Typed<'a> {
        #[serde(rename = "Type", borrow)]
        name: Cow<'a, str>,
    }
    let typed: Typed<'_> = serde_json::from_slice(signed).ok()?;
    MessageType::of(&typed.name)
}
