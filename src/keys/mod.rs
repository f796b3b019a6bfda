//! Keys: a [`Secret`] or a public key, and a [`Keyring`] of live ones.

mod constant_time;
#[cfg(feature = "jwt")]
mod findings;
#[cfg(feature = "jwt")]
pub(crate) mod jose;
mod key;
mod keyring;
mod live_keys;
mod secret;

#[cfg(feature = "jwt")]
pub use self::jose::{JwsAlgorithm, VerifyingKey};
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
