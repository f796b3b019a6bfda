//! [`Key`]: one key of a ring.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

#[cfg(feature = "public-keys")]
use super::VerifyingKey;
use super::{KeyedMac, Secret, SecretDigest};
use crate::{identity::KeyId, setup::BuildError, time::UnixTime};

/// One key of a [`Keyring`](super::Keyring): a secret that both ends have, or a public key.
///
/// ```
/// use hookgate::{Key, Secret, UnixTime};
///
/// # fn main() -> Result<(), hookgate::keys::SecretError> {
/// let key = Key::new("2026-10", Secret::utf8("KuTfHunMohVwBwAwwwBLbBOst7vmb7S1")?)
///     .until(UnixTime::from_secs(1_796_083_200));
/// assert_eq!(&**key.id(), "2026-10");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Key {
    id: KeyId,
    material: Material,
    until: Option<UnixTime>,
}

/// What a [`Key`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// A secret that both ends have, for MACs.
    Secret,
    /// A key that verifies signatures (feature `public-keys`).
    Public,
}

#[derive(Clone)]
enum Material {
    Secret(Arc<Shared>),
    #[cfg(feature = "public-keys")]
    Public(Arc<VerifyingKey>),
}

/// A secret and its keyed MACs, made once a key: preparing one costs two blocks of hashing, a fifth of verifying a small
/// body.
pub(crate) struct Shared {
    secret: Secret,
    sha1: OnceLock<KeyedMac<Hmac<Sha1>>>,
    sha256: OnceLock<KeyedMac<Hmac<Sha256>>>,
    sha384: OnceLock<KeyedMac<Hmac<Sha384>>>,
    sha512: OnceLock<KeyedMac<Hmac<Sha512>>>,
}

/// A digest whose keyed MAC a [`Key`] keeps ready.
pub(crate) trait DigestKind: Mac + KeyInit + Clone {
    fn prepared(shared: &Shared) -> &OnceLock<KeyedMac<Self>>;
}

macro_rules! digest_kind {
    ($mac:ty, $field:ident) => {
        impl DigestKind for $mac {
            fn prepared(shared: &Shared) -> &OnceLock<KeyedMac<Self>> {
                &shared.$field
            }
        }
    };
}

digest_kind!(Hmac<Sha1>, sha1);
digest_kind!(Hmac<Sha256>, sha256);
digest_kind!(Hmac<Sha384>, sha384);
digest_kind!(Hmac<Sha512>, sha512);

impl Key {
    /// A shared secret, without an end.
    pub fn new(id: impl Into<KeyId>, secret: Secret) -> Self {
        Self::of(
            id.into(),
            Material::Secret(Arc::new(Shared {
                secret,
                sha1: OnceLock::new(),
                sha256: OnceLock::new(),
                sha384: OnceLock::new(),
                sha512: OnceLock::new(),
            })),
        )
    }

    /// A key that verifies signatures, without an end (feature `public-keys`).
    ///
    /// `id` is the receiver's own name of the key, which deliveries and logs show. Which `kid` what is signed may name,
    /// [`VerifyingKey::with_id`] says.
    #[cfg(feature = "public-keys")]
    pub fn public(id: impl Into<KeyId>, key: VerifyingKey) -> Self {
        Self::of(id.into(), Material::Public(Arc::new(key)))
    }

    fn of(id: KeyId, material: Material) -> Self {
        Self {
            id,
            material,
            until: None,
        }
    }

    /// From `end` on, the key verifies nothing.
    #[must_use]
    pub fn until(mut self, end: UnixTime) -> Self {
        self.until = Some(end);
        self
    }

    /// Ends it at `end`, unless it ends sooner.
    #[cfg(feature = "token")]
    pub(super) fn until_at_most(self, end: UnixTime) -> Self {
        let end = self.until.map_or(end, |sooner| sooner.min(end));
        self.until(end)
    }

    /// The id.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// What it is.
    pub fn kind(&self) -> KeyKind {
        match &self.material {
            Material::Secret(_) => KeyKind::Secret,
            #[cfg(feature = "public-keys")]
            Material::Public(_) => KeyKind::Public,
        }
    }

    /// The secret, of a key that is one.
    pub fn secret(&self) -> Option<&Secret> {
        match &self.material {
            Material::Secret(shared) => Some(&shared.secret),
            #[cfg(feature = "public-keys")]
            Material::Public(_) => None,
        }
    }

    /// The key that verifies signatures, of a key that is one (feature `public-keys`).
    #[cfg(feature = "public-keys")]
    pub fn public_key(&self) -> Option<&VerifyingKey> {
        match &self.material {
            Material::Public(key) => Some(key),
            Material::Secret(_) => None,
        }
    }

    /// The keyed MAC, ready to be cloned. `None` of a public key, and if the MAC refused the secret's length, which
    /// HMAC never does.
    pub(super) fn mac<M: DigestKind>(&self) -> Option<&KeyedMac<M>> {
        #[cfg_attr(
            not(feature = "public-keys"),
            allow(irrefutable_let_patterns, reason = "there is no other kind then")
        )]
        let Material::Secret(shared) = &self.material else {
            return None;
        };
        let slot = M::prepared(shared);
        if let Some(ready) = slot.get() {
            return Some(ready);
        }
        let made = KeyedMac::new(shared.secret.expose())?;
        Some(slot.get_or_init(|| made))
    }

    /// Whether it can verify anything. A secret was checked when it was made.
    pub(crate) fn validate(&self) -> Result<(), BuildError> {
        match &self.material {
            Material::Secret(_) => Ok(()),
            #[cfg(feature = "public-keys")]
            Material::Public(key) => key.validate(),
        }
    }

    /// Whether both are the same secret. Time does not tell how much of them is.
    pub(super) fn has_secret_of(&self, other: &Self) -> bool {
        let digest = |key: &Self| key.secret().map(|it| SecretDigest::of(&[it.expose()]));
        match (digest(self), digest(other)) {
            (Some(own), Some(other)) => own.ct_eq(&other).into(),
            _ => false,
        }
    }

    pub(super) fn is_live(&self, now: UnixTime) -> bool {
        self.until.is_none_or(|end| now < end)
    }
}

#[cfg(feature = "public-keys")]
impl From<VerifyingKey> for Key {
    /// With the id of its `kid`, or `0`.
    fn from(key: VerifyingKey) -> Self {
        let id: KeyId = key.id().unwrap_or("0").into();
        Self::public(id, key)
    }
}

impl From<Secret> for Key {
    /// With the id `0`.
    fn from(secret: Secret) -> Self {
        Self::new("0", secret)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}
