//! [`Keyring`]: several live keys, replaceable while running.

use std::{fmt, sync::Arc};

use arc_swap::{ArcSwap, Guard};

#[cfg(feature = "public-keys")]
use super::VerifyingKey;
use super::{Key, Secret};
use crate::setup::BuildError;
#[cfg(feature = "token")]
use crate::time::UnixTime;

/// A live handle on keys, secrets or public ones: clones share them, and [`Keyring::replace`] takes effect for the next
/// request, without a restart.
///
/// Secrets verify MACs. Public keys (feature `public-keys`) verify signed requests, and the tokens and assertions of senders that
/// log in. A ring of one is had from a [`Secret`] or a `VerifyingKey` by `into()`.
///
/// # Limits
///
/// A signature is tried against eight public keys at most: the one that its `kid` names, then those without a `kid` of
/// their own. The start-up check warns of a ring that has more for one algorithm.
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
///
/// Two certificates while one is renewed:
///
/// ```no_run
/// # #[cfg(feature = "public-keys")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use hookgate::{Key, Keyring, UnixTime, keys::{JwsAlgorithm, VerifyingKey}};
///
/// let certificate = |file: &str| {
///     std::fs::read(file).map(|pem| VerifyingKey::pem(pem, [JwsAlgorithm::Rs256]))
/// };
/// let ring = Keyring::new([
///     Key::public("new", certificate("new.crt")?),
///     Key::public("old", certificate("old.crt")?).until(UnixTime::from_secs(1_796_083_200)),
/// ])?;
/// # let _ = ring;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "public-keys"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct Keyring(Arc<ArcSwap<Vec<Key>>>);

impl Keyring {
    /// A ring of `keys`.
    ///
    /// # Errors
    ///
    /// When there is none, two have the same id, or a public key cannot be used.
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Result<Self, BuildError> {
        Ok(Self::holding(checked(keys)?))
    }

    fn holding(keys: Vec<Key>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(keys)))
    }

    /// Without a key: whoever has one adds the first.
    pub(crate) fn empty() -> Self {
        Self::holding(Vec::new())
    }

    /// Adds `key` behind the present ones.
    ///
    /// # Errors
    ///
    /// When it cannot be used, or one of the ring has its id or is the same secret. The ring stays as it was.
    pub(crate) fn add(&self, key: Key) -> Result<(), BuildError> {
        key.validate()?;
        let mut refused = None;
        self.0.rcu(|keys| {
            let twin = keys
                .iter()
                .position(|own| own.id() == key.id() || own.has_secret_of(&key));
            refused = twin.map(|_| BuildError::RepeatedKeyId {
                place: keys.len().saturating_add(1),
            });
            let added = refused.is_none().then(|| key.clone());
            keys.iter().cloned().chain(added).collect::<Vec<_>>()
        });
        refused.map_or(Ok(()), Err)
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

    /// Puts `key` first, and ends the others at `end` at the latest. Those that ended before `now` go.
    #[cfg(feature = "token")]
    pub(super) fn retire(&self, key: Key, now: UnixTime, end: UnixTime) {
        self.0.rcu(|keys| {
            let others = keys.iter().filter(|other| other.id() != key.id());
            let live = others.filter(|other| other.is_live(now));
            let retired = live.map(|other| other.clone().until_at_most(end));
            std::iter::once(key.clone())
                .chain(retired)
                .collect::<Vec<_>>()
        });
    }

    /// The keys as they are now, for one request.
    pub(crate) fn load(&self) -> Guard<Arc<Vec<Key>>> {
        self.0.load()
    }

    /// Asked at start, of a ring that was made of one key without a check.
    pub(crate) fn validate(&self) -> Result<(), BuildError> {
        self.load().iter().try_for_each(Key::validate)
    }

    /// Whether one of its keys is for an algorithm whose key both ends have.
    #[cfg(feature = "token")]
    pub(crate) fn has_shared_secret(&self) -> bool {
        let ring = self.load();
        let keys = ring.iter().filter_map(Key::public_key);
        let mut algorithms = keys.flat_map(VerifyingKey::algorithms);
        algorithms.any(|algorithm| algorithm.is_shared_secret())
    }

    /// As [`validate`](Self::validate), where only public keys can verify.
    #[cfg(feature = "jwt")]
    pub(crate) fn validate_public(&self) -> Result<(), BuildError> {
        self.validate()?;
        if self.load().iter().all(|key| key.public_key().is_some()) {
            return Ok(());
        }
        Err(BuildError::UnfitKey(
            "a ring for tokens has a secret in it, which signs none: give it as `VerifyingKey::secret`, or a public key",
        ))
    }
}

fn checked(keys: impl IntoIterator<Item = Key>) -> Result<Vec<Key>, BuildError> {
    let keys: Vec<Key> = keys.into_iter().collect();
    if keys.is_empty() {
        return Err(BuildError::NoKey);
    }
    for (place, key) in keys.iter().enumerate() {
        key.validate()?;
        if keys.iter().take(place).any(|other| other.id() == key.id()) {
            let place = place.saturating_add(1);
            return Err(BuildError::RepeatedKeyId { place });
        }
    }
    Ok(keys)
}

impl From<Secret> for Keyring {
    /// A ring of one key, with the id `0`.
    fn from(secret: Secret) -> Self {
        Key::from(secret).into()
    }
}

#[cfg(feature = "public-keys")]
impl From<VerifyingKey> for Keyring {
    /// A ring of one key, with the id of its `kid`, or `0`.
    fn from(key: VerifyingKey) -> Self {
        Key::from(key).into()
    }
}

impl From<Key> for Keyring {
    /// A ring of one key.
    fn from(key: Key) -> Self {
        Self::holding(vec![key])
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.load().iter()).finish()
    }
}
