//! What the pack of Amazon SNS leaves open, as `settings` say it.

use hookgate::{keys::JwsAlgorithm, providers::sns::AmazonSns, schemes::SnsConfig};

use crate::settings::{key_ids::ring_of, public_key::named_key, refused::Refused, text::Text};

/// The pack under these certificates. The command fetches none.
pub(crate) fn pack(config: SnsConfig, keys: &[Text<'_>]) -> Result<AmazonSns, Refused> {
    let ring = ring_of(keys, &[], |text, id, _| {
        named_key(text, id, &[JwsAlgorithm::Rs256], None)
    })?;
    Ok(AmazonSns::signed_by(config.topics, ring).signature(config.signature))
}
