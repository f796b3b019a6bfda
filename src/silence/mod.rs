//! Silence: no delivery comes, and nothing fails.
//!
//! A registration that somebody removed, an endpoint that the sender has switched off, a key that was rotated on one side: the
//! costliest outages of webhooks give no error. An endpoint that expects a delivery every so often hears of it.
//!
//! ```
//! use std::time::Duration;
//! use hookgate::{Receiver, Secret, dedup::MemoryStore, polling::MemoryExpectations, providers::logto::Logto};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let receiver = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?))
//!     .dedup(MemoryStore::new())
//!     .build()?;
//! let silence = receiver
//!     .expect_every(Duration::from_secs(3600), MemoryExpectations::new())
//!     .quiet(|at| (2..10).contains(&(at.as_secs() / 3600 % 24))) // 23:00 to 07:00 in São Paulo
//!     .build()?;
//! // Beside the server: `silence.run(stop).await`.
//! # let _ = silence;
//! # Ok(())
//! # }
//! ```

mod builder;

use std::{fmt, future::Future, pin::pin, sync::Arc, time::Duration};

pub use self::builder::SilenceBuilder;
use crate::{
    dedup::{OwnerToken, OwnerTokens},
    polling::{BoxExpectations, Expectations},
    receiver::Receiver,
    setup::{Finding, Severity},
    telemetry::{log, meter, words},
    time::{Timer, UnixTime, first_of, within},
    verdict::StoreError,
};

/// How long a call of the store may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// So many times is looked, and the time of the last delivery written at most, within the expected time.
const LOOKS: u32 = 10;
const CODE: &str = "silent";
/// Where hours are quiet, it is looked so often at least: the end of the expected time must not lie between two looks.
const MOST_APART: Duration = Duration::from_secs(60);
/// Quiet hours are looked at for so long, since holidays are some too.
const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);

type IsQuiet = Arc<dyn Fn(UnixTime) -> bool + Send + Sync>;

/// Hears that an endpoint takes no deliveries for longer than it should, and that it takes some again. Clones are one.
///
/// The time of the last accepted delivery is kept in the store of expectations. So instances of which each sees its share of
/// the traffic share it, and one of them tells, once. Where the store survives a restart, it does too.
///
/// A delivery counts that was verified, whatever became of it. Challenges and refusals do not count, since strangers can make
/// them. How many refusals there were is told beside the silence: a rotated key shows there.
#[derive(Clone)]
pub struct Silence(Arc<Inner>);

struct Inner {
    receiver: Receiver,
    store: BoxExpectations,
    every: Duration,
    is_quiet: Option<IsQuiet>,
    owners: OwnerTokens,
}

/// What is told once the store has it. Its answer may have been lost, so it is asked again under the same name.
struct Telling {
    is_silent: bool,
    owner: OwnerToken,
}

impl Silence {
    /// What an operator should know of it: that instances do not share what they hear. `build` logs it.
    pub fn check(&self) -> Vec<Finding> {
        let Inner {
            receiver, store, ..
        } = &*self.0;
        let instances = receiver.0.instances;
        if instances == 1 || store.promises().shared {
            return Vec::new();
        }
        let finding = Finding::new(
            Severity::Warning,
            "expectations_not_shared",
            format!(
                "{instances} instances run, and each hears of its own deliveries alone: it tells a silence while others take some"
            ),
            "give all instances one store of expectations, such as Postgres",
        );
        vec![finding.acknowledged_in(&receiver.judge().acknowledged)]
    }

    /// Listens until `stop` resolves, on tokio.
    #[cfg(feature = "tokio")]
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        self.run_on(crate::time::TokioTimer, stop).await;
    }

    /// The same with a timer of your own.
    pub async fn run_on(&self, timer: impl Timer, stop: impl Future<Output = ()> + Send) {
        let timer: Arc<dyn Timer> = Arc::new(timer);
        let mut stop = pin!(stop);
        let inner = &*self.0;
        let pause = inner.pause();
        // What came before counts from here on.
        let mut accepted = 0;
        let mut is_blind = false;
        let mut untold = None;
        loop {
            let arrivals = &inner.receiver.judge().arrivals;
            let now = arrivals.accepted();
            let looked = inner.look(&timer, now != accepted, &mut untold).await;
            match looked {
                Ok(()) => {
                    accepted = now;
                    is_blind = false;
                }
                Err(error) if !std::mem::replace(&mut is_blind, true) => {
                    log::fallback_store(inner.receiver.name(), words::SILENCE_UNSEEN, &error);
                }
                Err(_) => {}
            }
            let mut sleep = timer.sleep(pause);
            if first_of(&mut [&mut stop, &mut sleep]).await == 0 {
                return;
            }
        }
    }
}

impl Inner {
    async fn look(
        &self,
        timer: &Arc<dyn Timer>,
        has_come: bool,
        untold: &mut Option<Telling>,
    ) -> Result<(), StoreError> {
        let endpoint = self.receiver.name();
        if has_come {
            let heard = within(timer, CALL_TIMEOUT, pin!(self.store.heard(endpoint))).await;
            heard.unwrap_or(Err(StoreError::Timeout))?;
        }
        let heard = within(timer, CALL_TIMEOUT, pin!(self.store.last_heard(endpoint))).await;
        let heard = heard.unwrap_or(Err(StoreError::Timeout))?;
        meter::silence(endpoint, heard.ago);
        let is_silent = heard.ago >= self.every;
        if untold.is_none() {
            if is_silent == heard.is_told || (is_silent && self.was_quiet()) {
                return Ok(());
            }
            let owner = self.owners.next();
            *untold = Some(Telling { is_silent, owner });
        }
        let Some(Telling { is_silent, owner }) = *untold else {
            return Ok(());
        };
        // One of all instances changes it, and tells.
        let tell = self.store.tell(endpoint, is_silent, self.every, owner);
        let is_first = within(timer, CALL_TIMEOUT, pin!(tell)).await;
        let is_first = is_first.unwrap_or(Err(StoreError::Timeout))?;
        *untold = None;
        if is_first {
            self.tell(is_silent, heard.ago);
        }
        Ok(())
    }

    /// Whether nothing was expected at any time within the expected time.
    fn was_quiet(&self) -> bool {
        let Some(is_quiet) = &self.is_quiet else {
            return false;
        };
        let now = self.receiver.0.clock().now();
        let pause = self.pause();
        let mut ago = Duration::ZERO;
        while ago <= self.every {
            if is_quiet(now.saturating_sub(ago)) {
                return true;
            }
            ago = ago.saturating_add(pause);
        }
        false
    }

    /// Between two looks.
    fn pause(&self) -> Duration {
        let pause = self.every / LOOKS;
        match self.is_quiet {
            Some(_) => pause.min(MOST_APART),
            None => pause,
        }
    }

    /// Whether there is a time without quiet hours that is long enough, and a look at its end.
    fn can_tell(&self) -> bool {
        let Some(is_quiet) = &self.is_quiet else {
            return true;
        };
        let pause = self.pause();
        let needed = self.every.saturating_add(pause.saturating_mul(2));
        let mut at = self.receiver.0.clock().now();
        let ends = at.saturating_add(YEAR.saturating_add(needed));
        let mut free = Duration::ZERO;
        while at < ends && free < needed {
            free = if is_quiet(at) {
                Duration::ZERO
            } else {
                free.saturating_add(pause)
            };
            at = at.saturating_add(pause);
        }
        free >= needed
    }

    fn tell(&self, is_silent: bool, ago: Duration) {
        let judge = self.receiver.judge();
        let endpoint = self.receiver.name();
        let refused = judge.arrivals.take_refused();
        if is_silent {
            let finding = Finding::new(
                Severity::Warning,
                CODE,
                format!(
                    "no delivery was accepted for {} min, and {refused} were refused here",
                    ago.as_secs() / 60
                ),
                "look at the sender's console: the registration, its state, its key",
            );
            log::found(endpoint, &finding.acknowledged_in(&judge.acknowledged));
            judge
                .told
                .tell(|observer| observer.silent(endpoint, ago, refused));
        } else {
            log::found_no_more(Some(endpoint), CODE);
            judge.told.tell(|observer| observer.heard_again(endpoint));
        }
    }
}

impl fmt::Debug for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Silence")
            .field("endpoint", &self.0.receiver.name())
            .field("every", &self.0.every)
            .finish_non_exhaustive()
    }
}
