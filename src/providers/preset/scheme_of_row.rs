//! The scheme of a row.

#[cfg(feature = "public-keys")]
use crate::schemes::ByKind;
use crate::{
    providers::known::KnownSender,
    schemes::{Scheme, SchemeConfig},
    setup::BuildError,
};

/// The scheme of a row, whose own settings are `config`.
pub(super) fn scheme_of(
    sender: &KnownSender,
    config: SchemeConfig,
) -> Result<Box<dyn Scheme>, BuildError> {
    #[cfg(feature = "public-keys")]
    if let (Some(by_key), SchemeConfig::HmacHeader(config)) = (sender.or_by_key, &config) {
        return Ok(Box::new(ByKind {
            mac: config.clone().try_into()?,
            signature: by_key().try_into()?,
        }));
    }
    #[cfg(not(feature = "public-keys"))]
    let _ = sender;
    config.try_into()
}
