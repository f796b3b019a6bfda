//! What the pack of Amazon SNS leaves open, as `settings` say it.

use hookgate::{keys::JwsAlgorithm, providers::sns::AmazonSns, schemes::SnsConfig};

use crate::settings::{
    public_key::{public_key, ring_of},
    refused::Refused,
    text::Text,
};

/// The pack under these certificates. The command fetches none.
pub(crate) fn pack(config: SnsConfig, keys: &[Text<'_>]) -> Result<AmazonSns, Refused> {
    let ring = ring_of(keys, &[], |text| public_key(text, &[JwsAlgorithm::Rs256]))?;
    Ok(AmazonSns::signed_by(config.topics, ring).signature(config.signature))
}
