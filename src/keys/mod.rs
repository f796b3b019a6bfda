//! Keys: one [`Secret`], a [`Keyring`] of live ones, and the keys of signed tokens.

mod constant_time;
#[cfg(feature = "jwt")]
pub(crate) mod jose;
mod keyring;
mod secret;

#[cfg(feature = "jwt")]
pub use self::jose::{TokenAlgorithm, TokenKey};
pub(crate) use self::{
    constant_time::{KeyedMac, SecretDigest},
    keyring::DigestKind,
};
pub use self::{
    keyring::{Key, Keyring, LiveKeys},
    secret::{Encoding, Secret},
};
pub use crate::{identity::KeyId, setup::SecretError};
