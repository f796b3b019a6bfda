//! [`NamedKeys`]: keys that requests name, found by the application.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    KeySourceError,
    look_ups::{LookUps, MAX_NAME_BYTES},
};
use crate::{keys::Key, verdict::Rejection};

/// Names that are remembered. A sender has a handful of keys, or one for each of its customers that call here.
const CACHED_NAMES: usize = 1_000;

/// How long a key goes on without being looked up again.
const FRESH_FOR: Duration = Duration::from_secs(5 * 60);

/// How many names the source may be asked for in each [`SPELL`] that it does not know. Whoever makes names up causes no more
/// calls than that, to a service that may count them.
const UNKNOWN_IN_A_SPELL: u32 = 32;
const SPELL: Duration = Duration::from_secs(10);

/// Finds keys by the names that requests give (`kid`): in a table, or from the sender's own interface.
///
/// # Limits
///
/// The source is asked for a request that has passed everything in front of its signature: networks, access rule and body
/// limit. It is asked only for names of at most 256 bytes that are not remembered. 1,000 found ones are, for
/// [`fresh_for`](NamedKeys::fresh_for), and as many unknown ones, for 10 s. Each name has one look-up at a time, within
/// [`store_timeout`](crate::receiver::ReceiverBuilder::store_timeout).
///
/// At most 64 names that were not found before are looked up at once. In each spell of 10 s the source is asked for at most
/// 32 names that it does not know. A look-up that fails, or that nobody waits for to its end, counts as one. Beyond either
/// bound the answer is 503. A key that was found needs none of that.
///
/// # Security
///
/// A name is no proof, and chooses only among the keys that the source trusts. Where the name has a form, such as a UUID,
/// look at it before you send it anywhere.
///
/// Example: [`NamedKeys`].
pub trait NamedKeySource: Send + Sync + 'static {
    /// The key of this name; `None` when there is none, or no longer.
    fn key(&self, name: &str) -> impl Future<Output = Result<Option<Key>, KeySourceError>> + Send;
}

type Asking<'a> = Pin<Box<dyn Future<Output = Result<Option<Key>, KeySourceError>> + Send + 'a>>;

/// [`NamedKeySource`] with boxed futures.
trait DynNamedKeySource: Send + Sync {
    fn key<'a>(&'a self, name: &'a str) -> Asking<'a>;
}

impl<S: NamedKeySource> DynNamedKeySource for S {
    fn key<'a>(&'a self, name: &'a str) -> Asking<'a> {
        Box::pin(NamedKeySource::key(self, name))
    }
}

/// Keys that requests name, found by the application and remembered.
///
/// | the source says | answer |
/// | --- | --- |
/// | a key | the signature is verified with it, and with no other |
/// | that there is none | 401, as to a wrong signature |
/// | nothing: it fails, or takes too long | 503. A key that was found goes on until its time to be looked up again |
///
/// ```
/// # #[cfg(feature = "public-keys")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::HashMap;
/// use hookgate::{
///     Key,
///     keys::{JwsAlgorithm, VerifyingKey},
///     providers::preset::Preset,
///     schemes::{PublicKeySignature, PublicKeySignatureConfig, SignatureEncoding},
///     tenants::{KeySourceError, NamedKeySource, NamedKeys},
/// };
///
/// /// What the sender's interface has given so far. An error of it becomes a `KeySourceError::new(error)`.
/// struct Table(HashMap<&'static str, VerifyingKey>);
///
/// impl NamedKeySource for Table {
///     async fn key(&self, name: &str) -> Result<Option<Key>, KeySourceError> {
///         Ok(self.0.get(name).cloned().map(|key| Key::public(name, key)))
///     }
/// }
///
/// let text = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// let table = Table(HashMap::from([("2026-11", VerifyingKey::hex(text, [JwsAlgorithm::EdDsa]))]));
/// let config = PublicKeySignatureConfig::new(JwsAlgorithm::EdDsa, "x-signature", SignatureEncoding::Hex)
///     .key_id("x-key-id");
/// let pack = Preset::custom("acme", PublicKeySignature::try_from(config)?, NamedKeys::new(table));
/// # let _ = pack;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "public-keys"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct NamedKeys {
    source: Arc<dyn DynNamedKeySource>,
    look_ups: Arc<LookUps<Key>>,
    fresh_for: Duration,
    unknown: Arc<Mutex<Spell>>,
}

/// How many unknown names the source was asked for since this spell began.
#[derive(Default)]
struct Spell {
    began: Duration,
    unknown: u32,
}

impl NamedKeys {
    /// Keys that `source` finds.
    pub fn new(source: impl NamedKeySource) -> Self {
        Self {
            source: Arc::new(source),
            look_ups: Arc::new(LookUps::of(CACHED_NAMES)),
            fresh_for: FRESH_FOR,
            unknown: Arc::default(),
        }
    }

    /// How long a key is used before the source is asked again. A key that the sender has withdrawn is accepted for as
    /// long. Default: 5 min.
    #[must_use]
    pub fn fresh_for(mut self, time: Duration) -> Self {
        self.fresh_for = time;
        self
    }

    /// The key of this name. `now` is monotonic.
    pub(crate) async fn find(&self, name: &str, now: Duration) -> Result<Option<Key>, Rejection> {
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Ok(None);
        }
        let ask = async |was_found: bool| {
            let counted = match was_found {
                true => None,
                false => Some(self.count_as_unknown(now)?),
            };
            let key = self.source.key(name).await;
            let key = key.map_err(|_| Rejection::KeysUnavailable)?;
            if key.as_ref().is_some_and(|key| key.validate().is_err()) {
                return Err(Rejection::KeysUnavailable);
            }
            if let (Some(spell), Some(_)) = (counted, &key) {
                self.count_as_known(spell);
            }
            Ok(key)
        };
        let found = self.look_ups.find(name, now, self.fresh_for, ask).await?;
        Ok(found.0)
    }

    /// Counted before the source is asked, so that many at once are no more than that. Gives when the spell began.
    fn count_as_unknown(&self, now: Duration) -> Result<Duration, Rejection> {
        let mut spell = self.spell();
        if now.saturating_sub(spell.began) >= SPELL {
            *spell = Spell {
                began: now,
                unknown: 0,
            };
        }
        if spell.unknown >= UNKNOWN_IN_A_SPELL {
            return Err(Rejection::Overloaded);
        }
        spell.unknown = spell.unknown.saturating_add(1);
        Ok(spell.began)
    }

    /// `began` is when the spell did in which the name was counted. A later one owes it nothing.
    fn count_as_known(&self, began: Duration) {
        let mut spell = self.spell();
        if spell.began == began {
            spell.unknown = spell.unknown.saturating_sub(1);
        }
    }

    fn spell(&self) -> MutexGuard<'_, Spell> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for NamedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedKeys")
            .field("fresh_for", &self.fresh_for)
            .finish_non_exhaustive()
    }
}
