//! The scheme of a row.

#[cfg(feature = "public-keys")]
use crate::schemes::{ByKind, SchemeConfig};
use crate::{
    providers::known::{Identity, KeyOwner, KnownSender, OpenSettings},
    schemes::{Scheme, Signs},
    setup::BuildError,
};

/// The scheme of a row, with what it leaves open.
pub(super) fn scheme_of(
    sender: &KnownSender,
    open: &OpenSettings,
) -> Result<Box<dyn Scheme>, BuildError> {
    let config = sender.scheme_with(open)?;
    let config = match (config, sender.identity.value()) {
        (None, _) | (_, Identity::OfPack(_)) => {
            return Err(BuildError::Pack(
                "the row of this sender makes no preset: use the pack of its own",
            ));
        }
        // Otherwise a request that was made for another customer would pass for one of ours.
        (Some(config), _) if sender.key_owner != KeyOwner::Customer && !config.needs_audience() => {
            return Err(BuildError::Pack(
                "this sender signs for all of its customers with one key, and a preset binds no request to one of them",
            ));
        }
        (Some(config), _) => config,
    };
    if config.signs_address() && open.url.is_none() {
        return Err(BuildError::Pack(
            "this sender signs the address of the endpoint: say it with `Preset::address`",
        ));
    }
    #[cfg(feature = "public-keys")]
    if let (Some(by_key), SchemeConfig::HmacHeader(config)) = (sender.or_by_key, &config) {
        return Ok(Box::new(ByKind {
            mac: config.clone().try_into()?,
            signature: by_key().try_into()?,
        }));
    }
    config.try_into()
}

/// What the scheme of a row signs, whatever the owner sets.
pub(super) fn signs_of(sender: &KnownSender) -> Signs {
    let scheme = sender.scheme().and_then(|mut config| {
        // Which address or audience it is does not matter.
        if config.signs_address() {
            config = config.address("https://hooks.example/").ok()?;
        }
        if config.needs_audience() {
            config = config.audiences(["anybody"]).ok()?;
        }
        Box::<dyn Scheme>::try_from(config).ok()
    });
    scheme.map_or_else(Signs::body, |scheme| scheme.signs())
}
