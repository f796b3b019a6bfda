//! [`SnsConfig`]: whose messages of Amazon SNS are taken.

use serde::{Deserialize, Serialize};

use super::{Sns, topic::Topic};
use crate::setup::BuildError;

/// Which signatures of Amazon SNS are taken. A topic's attribute `SignatureVersion` says which one it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SnsSignature {
    /// Version 2 alone, by SHA-256. No topic has it by itself: set `SignatureVersion` to 2.
    #[default]
    Sha256,
    /// Version 1 alone, by SHA-1: what topics send unless they are told otherwise.
    ///
    /// Who can find two texts with one SHA-1 digest, and has SNS publish one of them, has a signature for the other.
    /// Such pairs have been made (SHAttered, 2017; a chosen prefix, 2020).
    Sha1,
    /// Both, while topics are changed from one to the other. It is as weak as the weaker one.
    Sha1OrSha256,
}

impl SnsSignature {
    pub(super) fn takes_sha1(self) -> bool {
        matches!(self, Self::Sha1 | Self::Sha1OrSha256)
    }

    pub(super) fn takes_sha256(self) -> bool {
        matches!(self, Self::Sha256 | Self::Sha1OrSha256)
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Whose messages of Amazon SNS are taken: the public, serialisable form of an [`Sns`].
///
/// ```
/// use hookgate::schemes::{Sns, SnsConfig, SnsSignature};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = SnsConfig::new(["arn:aws:sns:us-east-1:123456789012:orders"])
///     .signature(SnsSignature::Sha1OrSha256);
/// let scheme = Sns::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SnsConfig {
    /// The whole ARNs of the topics. A message of another topic is refused: anybody can have one, and SNS signs for all.
    pub topics: Vec<String>,
    /// Which signatures are taken.
    #[serde(default, skip_serializing_if = "SnsSignature::is_default")]
    pub signature: SnsSignature,
}

impl SnsConfig {
    /// Messages of these topics, with signatures by SHA-256.
    pub fn new(topics: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            topics: topics.into_iter().map(Into::into).collect(),
            signature: SnsSignature::default(),
        }
    }

    /// Which signatures are taken. Default: [`SnsSignature::Sha256`].
    #[must_use]
    pub fn signature(mut self, signature: SnsSignature) -> Self {
        self.signature = signature;
        self
    }
}

impl TryFrom<SnsConfig> for Sns {
    type Error = BuildError;

    /// # Errors
    ///
    /// When there is no topic, or one is not the whole ARN of a topic.
    fn try_from(config: SnsConfig) -> Result<Self, BuildError> {
        if config.topics.is_empty() {
            return Err(BuildError::Scheme(
                "messages of Amazon SNS need the ARNs of their topics: SNS signs for everybody's topics alike",
            ));
        }
        let topics = config.topics.iter().map(|arn| Topic::read(arn));
        Ok(Self {
            topics: topics.collect::<Result<_, _>>()?,
            signature: config.signature,
        })
    }
}
