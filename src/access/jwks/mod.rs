//! [`Jwks`]: the keys that an issuer of tokens publishes (RFC 7517).

mod fetcher;
mod flight;
mod https;
mod key_set;

use std::{
    fmt,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use tokio::runtime::Handle;

use self::{
    fetcher::DynFetcher,
    flight::{Flight, Ticket},
    key_set::KeySet,
};
pub use self::{
    fetcher::{JwksDocument, JwksError, JwksFetcher},
    https::HttpsFetcher,
};
use super::{Denied, Preparing};
use crate::{
    keys::{
        JwsAlgorithm, Key, LiveKeys,
        jose::{self, Jwt},
    },
    setup::BuildError,
    telemetry::log,
    time::{Clock, SystemClock, Timer, TokioTimer, within},
};

/// For how long a set is good, where its issuer does not say.
const FRESH_FOR: Duration = Duration::from_secs(5 * 60);
/// The bounds of what the issuer may say.
const LEAST_FRESH: Duration = Duration::from_secs(60);
const MOST_FRESH: Duration = Duration::from_secs(60 * 60);
/// Tokens live for about an hour, and senders get no new ones from an issuer that is down. Keys that go on for longer
/// than that open the endpoint only to those who stole one.
const STALE_FOR: Duration = Duration::from_secs(60 * 60);
const COOL_DOWN: Duration = Duration::from_secs(10);
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// The keys that an issuer of tokens publishes, fetched when they are needed and kept. Feature `jwks`.
///
/// Use it with [`Bearer::from_jwks`](super::Bearer::from_jwks), or give it to a pack as the keys of a sender that signs its
/// requests ([`Keys::Published`](crate::tenants::Keys)). Clones share their keys, so give one to all receivers that trust
/// the issuer.
///
/// | when | what |
/// | --- | --- |
/// | no set yet | the delivery waits for the fetch, at most [`store_timeout`](crate::receiver::ReceiverBuilder::store_timeout), else 503 |
/// | the set is fresh | it judges, and nothing waits. How long it is fresh, `Cache-Control` says, within [`fresh_for`](Self::fresh_for) |
/// | the set is no longer fresh, or a token names a key that is not in it | the delivery waits for a new set in the same way |
/// | a fetch failed, or what came is no key set | the last good set goes on, at most [`stale_for`](Self::stale_for) after it was fresh; a token under a key that is not in it is 503, since nobody knows whether it is right |
/// | a set came without a key that can be used | the issuer has withdrawn all of its keys: the last good set ends at once |
/// | nothing good is left | 503, and an error line |
///
/// One fetch runs at a time, in a task of its own, so that no sender that hangs up ends it. A
/// [`cool_down`](Self::cool_down) follows each. In it, a key that the new set lacks does not exist: 401. Only a token
/// that would open the endpoint, were it signed, causes a fetch: wrong issuers and audiences and expired tokens do not.
/// Any signed request that names a key causes one too, once in a cool-down.
///
/// # Security
///
/// The algorithms that a key may be used for are fixed here: the token and the document can only narrow them. Shared
/// secrets in a set are ignored. The address is fixed too: `jku` and the like in a token are not read.
///
/// A token is tried against eight keys at most: those that its `kid` names, then those without one. An issuer with more
/// keys for one algorithm must name the key in its tokens (OpenID Connect Core, section 10.1).
///
/// # Examples
///
/// ```
/// use hookgate::{access::{Bearer, Jwks}, keys::JwsAlgorithm};
///
/// let jwks = Jwks::new("https://id.example/oauth2/jwks", [JwsAlgorithm::Rs256]);
/// let access = Bearer::from_jwks(jwks)
///     .issuer("https://id.example")
///     .audience("https://hooks.example/webhooks/facephi");
/// # let _ = access;
/// ```
#[derive(Clone)]
pub struct Jwks {
    fetcher: Arc<dyn DynFetcher>,
    algorithms: Arc<[JwsAlgorithm]>,
    clock: Arc<dyn Clock>,
    fresh_for: (Duration, Duration),
    stale_for: Duration,
    cool_down: Duration,
    fetch_timeout: Duration,
    last_good: Arc<ArcSwapOption<Kept>>,
    flight: Arc<Flight>,
    /// The log has said that tokens must name their keys.
    told: Arc<AtomicBool>,
}

/// A set, and until when it is good for what. All monotonic.
struct Kept {
    set: KeySet,
    /// Until then, a key that is not in it does not exist.
    complete_until: Duration,
    fresh_until: Duration,
    usable_until: Duration,
}

impl Kept {
    fn is_usable(&self, now: Duration) -> bool {
        now < self.usable_until
    }
}

/// A set as it was at one moment.
pub(crate) struct PublishedKeys {
    kept: Arc<Kept>,
    /// Whether what none of these keys signed is wrong. If not, nobody knows.
    pub(crate) is_complete: bool,
}

impl PublishedKeys {
    /// The keys. None of them has an end: the set as a whole has one.
    pub(crate) fn keys(&self) -> &[Key] {
        self.kept.set.keys()
    }

    fn live(&self) -> LiveKeys<'_> {
        self.kept.set.live()
    }
}

impl Jwks {
    /// The keys that are published at `url`, for tokens signed with one of `algorithms`.
    pub fn new(url: impl AsRef<str>, algorithms: impl IntoIterator<Item = JwsAlgorithm>) -> Self {
        Self::fetched_by(HttpsFetcher::new(url), algorithms)
    }

    /// The keys that `fetcher` brings: for an HTTP client of your own, with its proxies and certificates.
    pub fn fetched_by(
        fetcher: impl JwksFetcher,
        algorithms: impl IntoIterator<Item = JwsAlgorithm>,
    ) -> Self {
        Self {
            fetcher: Arc::new(fetcher),
            algorithms: algorithms.into_iter().collect(),
            clock: Arc::new(SystemClock::new()),
            fresh_for: (LEAST_FRESH, MOST_FRESH),
            stale_for: STALE_FOR,
            cool_down: COOL_DOWN,
            fetch_timeout: FETCH_TIMEOUT,
            last_good: Arc::default(),
            flight: Arc::default(),
            told: Arc::default(),
        }
    }

    /// For how long at least and at most a set is fresh, whatever `Cache-Control: max-age` says. Default: 1 min to 1 h;
    /// 5 min where the issuer says nothing.
    #[must_use]
    pub fn fresh_for(mut self, least: Duration, most: Duration) -> Self {
        self.fresh_for = (least, most);
        self
    }

    /// For how long a set goes on after it was fresh while no new one can be had. Default: 1 h. A key that its issuer
    /// has withdrawn is accepted for as long, if its issuer cannot be asked; a set without any key is an answer.
    #[must_use]
    pub fn stale_for(mut self, limit: Duration) -> Self {
        self.stale_for = limit;
        self
    }

    /// The pause after a fetch, whether it succeeded or not. Default: 10 s. A key that the issuer began to use without
    /// publishing it first is refused for as long.
    #[must_use]
    pub fn cool_down(mut self, pause: Duration) -> Self {
        self.cool_down = pause;
        self
    }

    /// How long one fetch may take, from connecting to the last byte. Default: 5 s.
    #[must_use]
    pub fn fetch_timeout(mut self, limit: Duration) -> Self {
        self.fetch_timeout = limit;
        self
    }

    /// The clock that the ages of sets are measured with. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Fetches now: at start, so that a wrong address shows early and the first delivery waits for nothing. Waits for a
    /// fetch that is under way, so that none brings older keys after newer ones. Needs tokio.
    ///
    /// # Errors
    ///
    /// Why there is no new set. After [`JwksError::NoUsableKey`] there is none at all: the issuer has withdrawn its keys.
    pub async fn refresh(&self) -> Result<(), JwksError> {
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer);
        let ticket = self.flight.next(&self.clock, self.cool_down).await;
        let replaced = self.replace(&timer).await;
        drop(ticket);
        replaced
    }

    async fn replace(&self, timer: &Arc<dyn Timer>) -> Result<(), JwksError> {
        let limit = self.fetch_timeout;
        let document = within(timer, limit, pin!(self.fetcher.fetch())).await;
        let document = document.unwrap_or(Err(JwksError::TooSlow { limit }))?;
        let set = KeySet::read(&document.body, &self.algorithms);
        if matches!(set, Err(JwksError::NoUsableKey)) {
            // The issuer was asked, and answered: whatever it published before, it has withdrawn.
            self.last_good.store(None);
        }
        let set = set?;
        if set.needs_key_ids() && !self.told.swap(true, Ordering::Relaxed) {
            log::many_keys(self.fetcher.issuer());
        }
        let (least, most) = self.fresh_for;
        let fresh_for = document.max_age.unwrap_or(FRESH_FOR).min(most).max(least);
        let now = self.clock.monotonic();
        let fresh_until = now.saturating_add(fresh_for);
        self.last_good.store(Some(Arc::new(Kept {
            set,
            complete_until: now.saturating_add(self.cool_down),
            fresh_until,
            usable_until: fresh_until.saturating_add(self.stale_for),
        })));
        Ok(())
    }

    /// Whether asking the issuer could change what is said of this token.
    pub(super) fn may_lack_key_of(&self, token: &Jwt<'_>) -> bool {
        self.algorithms.contains(&token.algorithm) && self.may_lack(token.key_id())
    }

    /// Whether asking the issuer could bring the key that is `named`, or another where none is.
    fn may_lack(&self, named: Option<&str>) -> bool {
        let kept = self.last_good.load();
        let has = |kept: &Kept| named.is_none_or(|id| kept.set.has(id));
        kept.as_ref()
            .is_none_or(|kept| self.clock.monotonic() >= kept.fresh_until || !has(kept))
    }

    /// The set in which to look for the key that is `named`, or for any key where none is named. Waits for the issuer,
    /// for `limit` at most, where it may know a key that is not at hand. `None` where no good set is left.
    pub(crate) async fn find(
        &self,
        named: Option<&str>,
        timer: &Arc<dyn Timer>,
        limit: Duration,
    ) -> Option<PublishedKeys> {
        if self.may_lack(named)
            && let Some(mut landed) = self.refreshed(timer)
        {
            // Past the limit, the keys at hand judge.
            let _ = within(timer, limit, landed.as_mut()).await;
        }
        self.at_hand(named)
    }

    fn at_hand(&self, named: Option<&str>) -> Option<PublishedKeys> {
        let now = self.clock.monotonic();
        let kept = self.last_good.load_full();
        let kept = kept.filter(|kept| kept.is_usable(now))?;
        let has = match named {
            Some(id) => kept.set.has(id),
            None => now < kept.fresh_until,
        };
        Some(PublishedKeys {
            is_complete: has || now < kept.complete_until,
            kept,
        })
    }

    /// Begins a fetch, or joins the one that is under way. `None` in the pause after one: there is nothing to wait for.
    pub(super) fn refreshed(&self, timer: &Arc<dyn Timer>) -> Option<Preparing> {
        let (ticket, landed) = self.flight.board(&self.clock, self.cool_down)?;
        if let Some(ticket) = ticket {
            let fetch = self.clone().fetch(timer.clone(), ticket);
            match Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn(fetch)),
                // A runtime that is not tokio: the delivery that asks brings the set itself.
                Err(_) => return Some(Box::pin(fetch)),
            }
        }
        Some(Box::pin(landed))
    }

    async fn fetch(self, timer: Arc<dyn Timer>, ticket: Ticket) {
        if let Err(error) = self.replace(&timer).await {
            let now = self.clock.monotonic();
            let kept = self.last_good.load();
            let is_left = kept.as_ref().is_some_and(|kept| kept.is_usable(now));
            log::no_new_keys(self.fetcher.issuer(), &error, is_left);
        }
        drop(ticket);
    }

    /// Whether one of the keys signed the token, as far as is known.
    pub(super) fn judge(&self, token: &Jwt<'_>) -> Result<(), Denied> {
        if !self.algorithms.contains(&token.algorithm) {
            return Err(Denied::Wrong);
        }
        let found = self.at_hand(token.key_id()).ok_or(Denied::Unavailable)?;
        if token.signer(found.live()).is_some() {
            Ok(())
        } else if found.is_complete {
            Err(Denied::Wrong)
        } else {
            Err(Denied::Unavailable)
        }
    }

    pub(crate) fn validate(&self) -> Result<(), BuildError> {
        self.fetcher.validate()?;
        if self.algorithms.is_empty() || self.algorithms.iter().any(|it| it.is_shared_secret()) {
            return Err(BuildError::Access(
                "published keys need the algorithms that they may be used for, and HS… is none of them: \
                 what is published is no shared secret",
            ));
        }
        let (least, most) = self.fresh_for;
        if least > most || self.cool_down.is_zero() || self.fetch_timeout.is_zero() {
            return Err(BuildError::Access(
                "published keys need a cool-down and a fetch limit above zero, and the least time that they are \
                 fresh for cannot be above the most",
            ));
        }
        jose::self_test()
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks")
            .field("issuer", &self.fetcher.issuer())
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}
