//! [`SnsSimulator`]: what Amazon SNS sends.

use std::fmt;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    providers::known::sns::ROW,
    schemes::{MessageType, SnsConfig},
    setup::BuildError,
    simulator::{Sent, SignError, Signer},
    time::UnixTime,
};

/// Sends what Amazon SNS sends to one subscribed endpoint, signed by SHA-256 with a private key of yours.
///
/// The receiver takes the certificate of that key: with [`AmazonSns::signed_by`](super::AmazonSns::signed_by), or from a
/// mirror that a test serves.
///
/// ```no_run
/// use hookgate::{UnixTime, providers::sns::SnsSimulator};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sns = SnsSimulator::new("arn:aws:sns:us-east-1:123456789012:orders", std::fs::read("key.pem")?)?;
/// let sent = sns.notification("26858270-545e-5848-82a2-e05566af3dcf", UnixTime::from_secs(1_700_000_000), "{}")?;
/// assert_eq!(sent.header("x-amz-sns-message-type"), Some("Notification"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SnsSimulator {
    signer: Signer,
    path: String,
    certificate_url: Option<String>,
    subject: Option<String>,
}

impl SnsSimulator {
    /// Messages of the topic, signed with an RSA key in PEM or DER.
    ///
    /// # Errors
    ///
    /// When the topic is not the whole ARN of one, or the key is none of RSA.
    pub fn new(
        topic: impl Into<String>,
        private_key: impl AsRef<[u8]>,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            signer: Signer::new(SnsConfig::new([topic]), private_key)?,
            path: "/".to_owned(),
            certificate_url: None,
            subject: None,
        })
    }

    /// Sends to this path.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Names this certificate. Default: one of the topic's region, whose id is 32 zeros.
    #[must_use]
    pub fn certificate_url(mut self, url: impl Into<String>) -> Self {
        self.certificate_url = Some(url.into());
        self
    }

    /// Gives notifications this subject. Default: none.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// `message`, published at `at`. `id` is its UUID, or becomes one.
    ///
    /// # Errors
    ///
    /// When the subject has a line end, or another control character.
    pub fn notification(
        &self,
        id: &str,
        at: UnixTime,
        message: impl Into<String>,
    ) -> Result<Sent, SignError> {
        let mut members = self.members(MessageType::Notification);
        members.insert("Message".to_owned(), message.into().into());
        if let Some(subject) = &self.subject {
            members.insert("Subject".to_owned(), subject.as_str().into());
        }
        let unsubscribe = "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe";
        members.insert("UnsubscribeURL".to_owned(), unsubscribe.into());
        self.sent(members, id, at)
    }

    /// Asks whether a subscription is to begin.
    ///
    /// # Errors
    ///
    /// None: whoever signs has no choice of its members.
    pub fn subscription_confirmation(&self, id: &str, at: UnixTime) -> Result<Sent, SignError> {
        self.sent(self.members(MessageType::SubscriptionConfirmation), id, at)
    }

    /// Says that a subscription has ended, and how it is taken up again.
    ///
    /// # Errors
    ///
    /// As those of [`subscription_confirmation`](Self::subscription_confirmation).
    pub fn unsubscribe_confirmation(&self, id: &str, at: UnixTime) -> Result<Sent, SignError> {
        self.sent(self.members(MessageType::UnsubscribeConfirmation), id, at)
    }

    fn members(&self, kind: MessageType) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("Type".to_owned(), kind.name().into());
        if let Some(url) = &self.certificate_url {
            members.insert("SigningCertURL".to_owned(), url.as_str().into());
        }
        members
    }

    fn sent(&self, members: Map<String, Value>, id: &str, at: UnixTime) -> Result<Sent, SignError> {
        let body = Bytes::from(Value::from(members).to_string());
        self.signer
            .sign(Sent::post(&self.path, ROW.content_type, body), id, at)
    }
}

impl fmt::Debug for SnsSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnsSimulator").finish_non_exhaustive()
    }
}
