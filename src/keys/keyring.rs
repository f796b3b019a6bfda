//! [`Keyring`]: several live keys, replaceable while running.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use arc_swap::{ArcSwap, Guard};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{KeyedMac, Secret};
use crate::{identity::KeyId, setup::BuildError, time::UnixTime};

/// One key of a ring.
#[derive(Clone)]
pub struct Key {
    id: KeyId,
    secret: Secret,
    until: Option<UnixTime>,
    prepared: Arc<Prepared>,
}

/// Keyed MACs, made once a key: preparing one costs two blocks of hashing, a fifth of verifying a
/// small body.
#[derive(Default)]
struct Prepared {
    sha1: OnceLock<KeyedMac<Hmac<Sha1>>>,
    sha256: OnceLock<KeyedMac<Hmac<Sha256>>>,
    sha512: OnceLock<KeyedMac<Hmac<Sha512>>>,
}

/// A digest whose keyed MAC a [`Key`] keeps ready.
pub(crate) trait DigestKind: Mac + KeyInit + Clone {
    fn prepared(key: &Key) -> &OnceLock<KeyedMac<Self>>;
}

macro_rules! digest_kind {
    ($mac:ty, $field:ident) => {
        impl DigestKind for $mac {
            fn prepared(key: &Key) -> &OnceLock<KeyedMac<Self>> {
                &key.prepared.$field
            }
        }
    };
}

digest_kind!(Hmac<Sha1>, sha1);
digest_kind!(Hmac<Sha256>, sha256);
digest_kind!(Hmac<Sha512>, sha512);

impl Key {
    /// A key without an end.
    pub fn new(id: impl Into<KeyId>, secret: Secret) -> Self {
        Self {
            id: id.into(),
            secret,
            until: None,
            prepared: Arc::default(),
        }
    }

    /// From `end` on, the key verifies nothing.
    #[must_use]
    pub fn until(mut self, end: UnixTime) -> Self {
        self.until = Some(end);
        self
    }

    /// The id.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The secret.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The keyed MAC, ready to be cloned; `None` only if the MAC refused the key's length, which
    /// HMAC never does.
    pub(crate) fn mac<M: DigestKind>(&self) -> Option<&KeyedMac<M>> {
        let slot = M::prepared(self);
        if let Some(ready) = slot.get() {
            return Some(ready);
        }
        let made = KeyedMac::new(self.secret.expose())?;
        Some(slot.get_or_init(|| made))
    }

    fn is_live(&self, now: UnixTime) -> bool {
        self.until.is_none_or(|end| now < end)
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

/// A live handle on the keys of one sender: clones share them, and [`Keyring::replace`] takes effect
/// for the next request, without a restart.
///
/// # Examples
///
/// ```
/// use hookgate::{Key, Keyring, Secret, UnixTime};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ring = Keyring::new([
///     Key::new("2026-11", Secret::utf8("QI5aCV9LHgznPkbQgBf7RotzjRnuiTAe")?),
///     Key::new("2026-10", Secret::utf8("KuTfHunMohVwBwAwwwBLbBOst7vmb7S1")?)
///         .until(UnixTime::from_secs(1_796_083_200)),
/// ])?;
/// # let _ = ring;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Keyring(Arc<ArcSwap<Vec<Key>>>);

impl Keyring {
    /// A ring of `keys`.
    ///
    /// # Errors
    ///
    /// When there is none, or two have the same id.
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Result<Self, BuildError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(checked(keys)?))))
    }

    /// Puts `keys` in the place of the present ones.
    ///
    /// # Errors
    ///
    /// As [`Keyring::new`]; the present keys then stay.
    pub fn replace(&self, keys: impl IntoIterator<Item = Key>) -> Result<(), BuildError> {
        self.0.store(Arc::new(checked(keys)?));
        Ok(())
    }

    /// The keys as they are now, for one request.
    pub(crate) fn load(&self) -> Guard<Arc<Vec<Key>>> {
        self.0.load()
    }
}

fn checked(keys: impl IntoIterator<Item = Key>) -> Result<Vec<Key>, BuildError> {
    let keys: Vec<Key> = keys.into_iter().collect();
    if keys.is_empty() {
        return Err(BuildError::NoKey);
    }
    for (place, key) in keys.iter().enumerate() {
        if keys.iter().take(place).any(|other| other.id == key.id) {
            let place = place.saturating_add(1);
            return Err(BuildError::RepeatedKeyId { place });
        }
    }
    Ok(keys)
}

impl From<Secret> for Keyring {
    /// A ring of one key, with the id `0`.
    fn from(secret: Secret) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(vec![Key::new("0", secret)])))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.load().iter()).finish()
    }
}

/// The keys that may verify a request now.
#[derive(Debug, Clone, Copy)]
pub struct LiveKeys<'a> {
    keys: &'a [Key],
    now: UnixTime,
}

impl<'a> LiveKeys<'a> {
    /// The keys of `keys` that have not ended at `now`.
    pub fn new(keys: &'a [Key], now: UnixTime) -> Self {
        Self { keys, now }
    }

    /// The live keys, in the ring's order.
    pub fn iter(&self) -> impl Iterator<Item = &'a Key> {
        let now = self.now;
        self.keys.iter().filter(move |key| key.is_live(now))
    }
}
