//! Keys: a [`Secret`] or a public key, and a [`Keyring`] of live ones.

mod constant_time;
#[cfg(feature = "public-keys")]
mod findings;
#[cfg(feature = "public-keys")]
pub(crate) mod jose;
mod key;
mod keyring;
mod live_keys;
mod secret;

#[cfg(feature = "public-keys")]
pub use self::jose::{EcdsaForm, JwsAlgorithm, VerifyingKey};
#[cfg(feature = "jwks")]
pub(crate) use self::live_keys::MAX_TRIALS;
pub(crate) use self::{
    constant_time::{KeyedMac, SecretDigest},
    key::DigestKind,
};
pub use self::{
    key::{Key, KeyKind},
    keyring::Keyring,
    live_keys::LiveKeys,
    secret::{Encoding, Secret},
};
pub use crate::{
    identity::KeyId,
    setup::{SecretError, Variable},
};
