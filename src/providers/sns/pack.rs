//! [`AmazonSns`]: the pack.

use std::{borrow::Cow, fmt, sync::Arc};

#[cfg(feature = "sns")]
use super::{SnsCertificates, confirming::Confirming};
use super::{
    decode::{self, Message},
    event::{Confirmation, Notification},
};
use crate::{
    identity::{EventType, KeyParts},
    keys::{Keyring, LiveKeys},
    provider::{Authenticated, Contents, Decoded, Provider, SenderProfile, Undecodable},
    providers::known::sns::ROW,
    request::RawRequest,
    schemes::{MessageType, Scheme, Sns, SnsConfig, SnsSignature, Verified},
    setup::{BuildError, Finding},
    telemetry::{caught, log},
    tenants::Keys,
    time::UnixTime,
    verdict::Rejection,
};

/// Messages of Amazon SNS.
///
/// # Defaults
///
/// | what | value | status |
/// | --- | --- | --- |
/// | signature | version 2 alone, RSA by SHA-256; [`signature`](Self::signature) takes version 1 | known. Topics send version 1 unless their attribute `SignatureVersion` is 2 |
/// | topics | those that are given, whole | ours: SNS signs for everybody's topics |
/// | certificate | at the host of the topic's region, under the one path that SNS uses, over `https` | known |
/// | media types | `text/plain`, `application/json` | known: the first one, unless a delivery policy names the other |
/// | event key | `MessageId` | known: the same for each attempt |
/// | signed time | `Timestamp`, when the message was published; refused where it is too old to be remembered | known; that a further attempt has the same is assumed |
/// | retention | 7 days | ours |
/// | SNS waits | 15 s, then takes the attempt for failed | known |
/// | SNS sends again | 3 times, 20 s apart, after a 5xx or no answer. A delivery policy may do so for up to 3,600 s | known |
/// | a 4xx | SNS takes it for a delivery, and the message is lost | known |
///
/// # Confirmations
///
/// Before SNS sends anything to an endpoint, it sends a `SubscriptionConfirmation`. It is verified as a notification is,
/// answered 200 and counted as not of interest. Its handler does not run. A line of the log says that it came, and
/// [`on_confirmation`](Self::on_confirmation) is told. `confirm_by_call` (feature `sns`) is the named choice that answers it.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "sns")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use hookgate::{
///     Receiver,
///     dedup::MemoryStore,
///     providers::sns::{AmazonSns, SnsCertificates},
/// };
///
/// let topics = ["arn:aws:sns:us-east-1:123456789012:orders"];
/// let receiver = Receiver::new("orders", AmazonSns::new(topics, SnsCertificates::trusting_the_fetch()))
///     .dedup(MemoryStore::new())
///     .build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sns"))]
/// # fn main() {}
/// ```
pub struct AmazonSns {
    config: SnsConfig,
    /// Made of the configuration, or why there is none. Such a pack builds no receiver.
    scheme: Result<Sns, BuildError>,
    keys: Result<Keys, BuildError>,
    asked: Option<Arc<Asked>>,
    #[cfg(feature = "sns")]
    confirming: Option<Result<Arc<Confirming>, &'static str>>,
}

/// Is told of a confirmation.
type Asked = dyn Fn(&Confirmation) + Send + Sync;

impl AmazonSns {
    /// Messages of these topics, under the certificates that they name.
    #[cfg(feature = "sns")]
    pub fn new(
        topics: impl IntoIterator<Item = impl Into<String>>,
        certificates: SnsCertificates,
    ) -> Self {
        Self::with(SnsConfig::new(topics), certificates.into_keys())
    }

    /// Messages of these topics, signed by the key of one of these certificates, whatever they name. Nothing is fetched.
    ///
    /// AWS changes its certificates every few months, without a notice. So this is for tests, and for who saves the new
    /// ones in time.
    ///
    /// ```no_run
    /// use hookgate::{keys::{JwsAlgorithm, VerifyingKey}, providers::sns::AmazonSns};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let certificate = VerifyingKey::pem(std::fs::read("sns.pem")?, [JwsAlgorithm::Rs256]);
    /// let pack = AmazonSns::signed_by(["arn:aws:sns:us-east-1:123456789012:orders"], certificate);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    pub fn signed_by(
        topics: impl IntoIterator<Item = impl Into<String>>,
        certificates: impl Into<Keyring>,
    ) -> Self {
        Self::with(SnsConfig::new(topics), Ok(Keys::Ring(certificates.into())))
    }

    fn with(config: SnsConfig, keys: Result<Keys, BuildError>) -> Self {
        Self {
            scheme: config.clone().try_into(),
            config,
            keys,
            asked: None,
            #[cfg(feature = "sns")]
            confirming: None,
        }
    }

    /// Which signatures are taken. Default: [`SnsSignature::Sha256`].
    #[must_use]
    pub fn signature(self, signature: SnsSignature) -> Self {
        let config = self.config.signature(signature);
        Self {
            scheme: config.clone().try_into(),
            config,
            ..self
        }
    }

    /// Is told of each verified confirmation, on the road: return quickly, and hand the call that confirms to a task. The
    /// same one may come more than once. A panic is caught.
    ///
    /// ```no_run
    /// use hookgate::{keys::{JwsAlgorithm, VerifyingKey}, providers::sns::AmazonSns};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let certificate = VerifyingKey::pem(std::fs::read("sns.pem")?, [JwsAlgorithm::Rs256]);
    /// let (sender, asked) = std::sync::mpsc::channel();
    /// let pack = AmazonSns::signed_by(["arn:aws:sns:us-east-1:123456789012:orders"], certificate)
    ///     .on_confirmation(move |confirmation| _ = sender.send(confirmation.clone()));
    /// # let _ = (pack, asked);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on_confirmation(
        mut self,
        asked: impl Fn(&Confirmation) + Send + Sync + 'static,
    ) -> Self {
        self.asked = Some(Arc::new(asked));
        self
    }

    /// Confirms a subscription of one of the topics by a call of the address that its message names. Feature `sns`. Default:
    /// nothing is called.
    ///
    /// Only an address of SNS in the topic's region is called, which is written as SNS writes it, with the topic and the token
    /// that were signed. The call is over `https`, follows no redirect, and has 10 s. A line of the log says how it ended.
    /// The end of a subscription is not called back. Needs tokio.
    ///
    /// Whoever may subscribe an endpoint to one of the topics then has it subscribed.
    #[cfg(feature = "sns")]
    #[must_use]
    pub fn confirm_by_call(mut self) -> Self {
        self.confirming = Some(Ok(Arc::new(Confirming::default())));
        self
    }

    /// As [`confirm_by_call`](Self::confirm_by_call), at this address in the place of SNS's: an emulator. Only `https`, or
    /// `http` to the own machine.
    #[cfg(feature = "sns")]
    #[must_use]
    pub fn confirm_by_call_at(mut self, address: impl AsRef<str>) -> Self {
        let url = crate::access::checked(address.as_ref()).map_err(|_| {
            "the address that confirms subscriptions must be https, or of the own machine, without user and password"
        });
        self.confirming = Some(url.map(|emulator| Arc::new(Confirming::at(emulator))));
        self
    }

    /// The one place that learns of a verified confirmation.
    fn tell(&self, confirmation: &Confirmation) {
        log::confirmation(if confirmation.begins {
            MessageType::SubscriptionConfirmation.name()
        } else {
            MessageType::UnsubscribeConfirmation.name()
        });
        #[cfg(feature = "sns")]
        if let (Some(Ok(confirming)), Ok(scheme)) = (&self.confirming, &self.scheme) {
            confirming.confirm(scheme, confirmation);
        }
        if let Some(asked) = &self.asked {
            // The sender's answer is none of its business, and what was thrown may be personal.
            let _ = caught(|| asked(confirmation));
        }
    }
}

impl Provider for AmazonSns {
    type Event = Notification;

    fn name(&self) -> &str {
        ROW.name
    }

    fn profile(&self) -> SenderProfile {
        ROW.known_in(SenderProfile::unknown())
    }

    fn keys(&self) -> Keys {
        self.keys.clone().unwrap_or(Keys::NotNeeded)
    }

    fn validate(&self) -> Result<(), BuildError> {
        let scheme = self.scheme.as_ref().map_err(Clone::clone)?;
        let keys = self.keys.as_ref().map_err(Clone::clone)?;
        #[cfg(feature = "sns")]
        if let Some(Err(why)) = &self.confirming {
            return Err(BuildError::Access(why));
        }
        keys.check(|kind| scheme.takes(kind))?;
        keys.check_each(|key| scheme.check_key(key))
    }

    fn findings(&self, _now: UnixTime) -> Vec<Finding> {
        let scheme = self.scheme.as_ref();
        scheme.map_or_else(|_| Vec::new(), |scheme| scheme.findings())
    }

    fn names_keys(&self) -> bool {
        true
    }

    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        self.scheme().and_then(|scheme| scheme.key_name(request))
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.scheme()
            .and_then(|scheme| scheme.verify(request, keys))
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<Notification>, Undecodable> {
        match decode::message(authenticated)? {
            Message::Notification(notification) => {
                let published_at = notification.published_at;
                let parts = KeyParts::of(&notification.message_id);
                Ok(Decoded::new(parts, notification)
                    .event_type(EventType::known(MessageType::Notification.name()))
                    .occurred_at(Some(published_at))
                    .into())
            }
            Message::Confirmation(confirmation) => {
                self.tell(&confirmation);
                Ok(Contents::Events(Vec::new()))
            }
        }
    }
}

impl AmazonSns {
    /// No receiver is built without one.
    fn scheme(&self) -> Result<&Sns, Rejection> {
        self.scheme.as_ref().map_err(|_| Rejection::NoLiveKey)
    }
}

impl fmt::Debug for AmazonSns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AmazonSns")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
