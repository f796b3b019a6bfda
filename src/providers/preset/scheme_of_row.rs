//! The scheme of a row, and what of it a preset can set.

use super::Preset;
#[cfg(feature = "public-keys")]
use crate::schemes::ByKind;
use crate::{
    providers::known::KnownSender,
    schemes::{Scheme, SchemeConfig, Signs},
    setup::BuildError,
};

impl<T> Preset<T> {
    /// Keeps how the sender's tokens bind the body, where they do.
    pub(super) fn note_tokens(&mut self, sender: &KnownSender) {
        #[cfg(feature = "jwt")]
        if let Some(SchemeConfig::JwtBodyHash(config)) = sender.scheme() {
            self.tokens = Some(config);
        }
        let _ = sender;
    }
}

#[cfg(feature = "jwt")]
impl<T> Preset<T> {
    /// For whom the sender's tokens are, such as your app's id there: `aud` of each must be it, or have it. Call again for another.
    /// Senders whose tokens all have one build no receiver without, such as [`Preset::sign_in_with_apple`].
    ///
    /// It is for rows whose tokens bind the body. For another preset, `build()` is a [`BuildError`].
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        let tokens = self.tokens.take().map(|it| it.audience(audience));
        self.scheme = match tokens.clone() {
            Some(config) => SchemeConfig::from(config).try_into(),
            None => Err(BuildError::Pack(
                "`audience` is for senders whose tokens bind the body: leave it out",
            )),
        };
        self.tokens = tokens;
        self
    }
}

/// Whether its tokens are each for one of the sender's customers, and no receiver is built that does not say which.
pub(super) fn needs_audience(config: &SchemeConfig) -> bool {
    match config {
        #[cfg(feature = "jwt")]
        SchemeConfig::JwtBodyHash(config) => config.needs_audience,
        _ => false,
    }
}

/// What the scheme of a row covers, whether a receiver can be built of it yet or not.
pub(super) fn signs_of(sender: &KnownSender) -> Signs {
    let config = sender.scheme().map(|config| match config {
        #[cfg(feature = "jwt")]
        SchemeConfig::JwtBodyHash(mut config) => {
            config.needs_audience = false;
            config.into()
        }
        other => other,
    });
    let scheme: Option<Box<dyn Scheme>> = config.and_then(|it| it.try_into().ok());
    scheme.map_or_else(Signs::body, |scheme| scheme.signs())
}

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
