//! [`LiveKeys`]: the keys that may verify a request now.

#[cfg(feature = "public-keys")]
use super::VerifyingKey;
use super::{DigestKind, Key, KeyedMac, Secret};
use crate::{identity::KeyId, time::UnixTime};

/// The most public keys that one signature is tried against. Where several may be meant, it must say which one by its
/// `kid` (OpenID Connect Core, section 10.1). So only a signer that names none of its keys needs more than one trial.
/// It has the present key, the next and a few that have ended. Beyond, what a stranger sends would cost a verification
/// for each key.
#[cfg(feature = "public-keys")]
pub(crate) const MAX_TRIALS: usize = 8;

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

    /// The time that decides which of them are live.
    #[cfg(feature = "public-keys")]
    pub(crate) fn now(&self) -> UnixTime {
        self.now
    }

    /// The live keys, in the ring's order.
    pub fn iter(&self) -> impl Iterator<Item = &'a Key> + Clone + use<'a> {
        let now = self.now;
        self.keys.iter().filter(move |key| key.is_live(now))
    }

    /// The live secrets with their keys' ids, in the ring's order.
    pub fn secrets(&self) -> impl Iterator<Item = (&'a KeyId, &'a Secret)> + Clone + use<'a> {
        self.iter()
            .filter_map(|key| Some((key.id(), key.secret()?)))
    }

    /// The live public keys with their ids, in the ring's order (feature `public-keys`).
    #[cfg(feature = "public-keys")]
    pub fn public_keys(
        &self,
    ) -> impl Iterator<Item = (&'a KeyId, &'a VerifyingKey)> + Clone + use<'a> {
        self.iter()
            .filter_map(|key| Some((key.id(), key.public_key()?)))
    }

    /// The live secrets, each as a MAC that is ready to be cloned.
    pub(crate) fn macs<M: DigestKind + 'a>(
        &self,
    ) -> impl Iterator<Item = (&'a KeyId, &'a KeyedMac<M>)> + use<'a, M> {
        self.iter()
            .filter_map(|key| Some((key.id(), key.mac::<M>()?)))
    }

    /// The public keys that may have made a signature. Where it names the key `named`: that one first, then those
    /// without a name. Where it names none: each that `fits`. At most [`MAX_TRIALS`].
    #[cfg(feature = "public-keys")]
    pub(crate) fn that_may_have_signed<'n>(
        &self,
        named: Option<&'n str>,
        fits: impl Fn(&VerifyingKey) -> bool + 'n,
    ) -> impl Iterator<Item = (&'a KeyId, &'a VerifyingKey)> + 'n
    where
        'a: 'n,
    {
        let keys = self.public_keys();
        let is_named = move |key: &VerifyingKey| key.id().is_some() && key.id() == named;
        keys.clone()
            .filter(move |(_, key)| is_named(key))
            .chain(keys.filter(move |(_, key)| !is_named(key) && key.may_be(named)))
            .filter(move |(_, key)| fits(key))
            .take(MAX_TRIALS)
    }

    /// How many public keys are for one algorithm, at most: all of them fit a signature that names none.
    #[cfg(feature = "public-keys")]
    pub(crate) fn max_for_one_algorithm(&self) -> usize {
        let keys = self.public_keys();
        let algorithms = keys.clone().flat_map(|(_, key)| key.algorithms());
        let fitting = |algorithm| {
            let keys = keys.clone();
            keys.filter(|(_, key)| key.algorithms().contains(algorithm))
                .count()
        };
        algorithms.map(fitting).max().unwrap_or_default()
    }
}
