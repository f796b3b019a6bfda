//! [`FallbackBuilder`]: what can be set.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use event_listener::Event;

use super::{
    Backoff, BoxExpectations, Expectations, Fallback, GaveUp, Rate, StatusSource,
    gave_up::{self, Heard},
    pauses::Pauses,
    shared::{BESIDE_THE_ANSWER, Shared},
    source::DynSource,
};
use crate::{
    dedup::OwnerTokens,
    delivery::Delivery,
    limits::Allowance,
    receiver::Receiver,
    road::{Handler, handler_of, misfit, nobody},
    setup::BuildError,
    telemetry::{Level, log},
    time::RETENTION_MARGIN,
    verdict::{Ack, Nack},
};

/// An id that no sender gives, with which `build` tries what the pack reads.
const SAMPLE_ID: &str = "00000000-0000-0000-0000-000000000000";

/// Settings of a [`Fallback`].
#[must_use = "a fallback is only had from `build`"]
pub struct FallbackBuilder {
    receiver: Receiver,
    source: Arc<dyn DynSource>,
    expectations: BoxExpectations,
    handler: Option<Handler>,
    heard: Option<Heard>,
    first_after: Duration,
    give_up_after: Duration,
    backoff: Backoff,
    rate: Option<Rate>,
    places: usize,
    lease: Duration,
    ask_timeout: Duration,
    grace: Duration,
    path: Option<Box<str>>,
}

impl FallbackBuilder {
    pub(super) fn new(
        receiver: &Receiver,
        source: impl StatusSource,
        expectations: impl Expectations,
    ) -> Self {
        Self {
            receiver: receiver.clone(),
            source: Arc::new(source),
            expectations: BoxExpectations::new(expectations),
            handler: None,
            heard: None,
            first_after: Duration::from_secs(10),
            give_up_after: Duration::from_secs(24 * 3600),
            backoff: Backoff::default(),
            rate: None,
            places: 16,
            lease: Duration::from_secs(60),
            ask_timeout: Duration::from_secs(20),
            grace: Duration::from_secs(20),
            path: None,
        }
    }

    /// Handles what was asked for: give it the handler of the endpoint's route. Behind an inbox its worker handles it, and
    /// there is none here.
    pub fn handle<E, F, Fut>(mut self, handler: F) -> Self
    where
        E: Send + 'static,
        F: Fn(Delivery<E>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
    {
        self.handler = Some(handler_of(handler));
        self
    }

    /// Hears of each process that is given up. It hears of one again where it answers with an error, or the program ends
    /// before the end of the expectation is written.
    pub fn on_gave_up<F, Fut>(mut self, hear: F) -> Self
    where
        F: Fn(GaveUp) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
    {
        self.heard = Some(gave_up::erased(hear));
        self
    }

    /// How long after the start of a process it is first asked for. Default: 10 s, as IDCloud's documentation advises.
    pub fn first_after(mut self, delay: Duration) -> Self {
        self.first_after = delay;
        self
    }

    /// How long after its start a process is given up. Default: 24 h. The receiver's retention must be longer.
    pub fn give_up_after(mut self, deadline: Duration) -> Self {
        self.give_up_after = deadline;
        self
    }

    /// How long the fallback waits between two questions for one process.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// How often the API may be asked, by all processes and instances together. Default: once in 110 ms, in the endpoint's
    /// name. That is 9 a second: one below IDCloud's limit of 10, since questions are not under way for equally long.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// How many processes are worked on at once. Default: 16.
    pub fn places(mut self, count: usize) -> Self {
        self.places = count;
        self
    }

    /// How long a process is left to one instance: how soon another one takes over where that one died. Default: 60 s. A
    /// handler may run for longer: its claim then keeps the others out. A question may not: the lease is at least 37 s longer
    /// than [`ask_timeout`](Self::ask_timeout).
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long the API may take for one answer. Default: 20 s.
    pub fn ask_timeout(mut self, limit: Duration) -> Self {
        self.ask_timeout = limit;
        self
    }

    /// How long running questions and handlers have once the fallback is told to stop. Default: 20 s.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// The path at which the sender's deliveries come. Behind an inbox it must be given: a worker that goes through the
    /// application's routes finds the handler by it.
    ///
    /// All tenants have this one path. Where the path says whose delivery it is, give the worker the handler itself.
    pub fn path(mut self, path: impl Into<Box<str>>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Checks the settings. It does no IO.
    ///
    /// # Errors
    ///
    /// When a setting cannot be. When the receiver's pack cannot read what the source tells, as of another generation of
    /// bodies: what is sent and what is asked for would then be two events. When the dedup store forgets what the store of
    /// expectations keeps.
    pub fn build(self) -> Result<Fallback, BuildError> {
        for (what, is_zero) in [
            ("the fallback's first delay", self.first_after.is_zero()),
            ("the fallback's first wait", self.backoff.first.is_zero()),
            (
                "the fallback's longest wait",
                self.backoff.longest.is_zero(),
            ),
            ("the number of the fallback's places", self.places == 0),
            ("the fallback's lease", self.lease.is_zero()),
            ("the time limit of a question", self.ask_timeout.is_zero()),
        ] {
            if is_zero {
                return Err(BuildError::Zero(what));
            }
        }
        let rate = self.rate.clone();
        let rate =
            rate.unwrap_or_else(|| Rate::every(self.receiver.name(), Duration::from_millis(110)));
        if rate.pause().is_zero() {
            return Err(BuildError::Zero("the pause between two questions"));
        }
        self.check()?;
        let heard = self.heard.ok_or(BuildError::Fallback(
            "nobody hears of processes that are given up: call `.on_gave_up(…)`",
        ))?;
        let fallback = Fallback(Arc::new(Shared {
            handler: self.handler.unwrap_or_else(nobody),
            receiver: self.receiver,
            source: self.source,
            expectations: self.expectations,
            heard,
            owners: OwnerTokens::new()?,
            first_after: self.first_after,
            give_up_after: self.give_up_after,
            backoff: self.backoff,
            rate,
            lease: self.lease,
            ask_timeout: self.ask_timeout,
            grace: self.grace,
            path: self.path.unwrap_or_else(|| "/".into()),
            places: self.places,
            taken: Allowance::new(self.places, Level::unmetered()),
            pauses: Pauses::default(),
            freed: Event::new(),
            sooner: Event::new(),
        }));
        log::checked(fallback.0.receiver.name(), &fallback.check());
        Ok(fallback)
    }

    /// What has to fit the receiver.
    fn check(&self) -> Result<(), BuildError> {
        let path = self.path.as_deref();
        misfit(&self.receiver, self.handler.as_ref(), path).map_err(BuildError::Fallback)?;
        if self.receiver.serves_tenants() && !self.source.serves_tenants() {
            return Err(BuildError::Fallback(
                "the receiver has tenants, and the source asks by one account: implement `StatusSource` for many",
            ));
        }
        self.check_times()?;
        let (kept, marks) = (self.expectations.promises(), self.receiver.promises());
        let outlive = kept.survives_restart && !marks.survives_restart;
        if outlive || (kept.shared && !marks.shared) {
            return Err(BuildError::Fallback(
                "what is awaited is shared or survives a restart, and the dedup store does not: events would be handled twice. \
                 Give the receiver such a store",
            ));
        }
        self.check_ends()
    }

    fn check_times(&self) -> Result<(), BuildError> {
        if self.lease < self.ask_timeout.saturating_add(BESIDE_THE_ANSWER) {
            return Err(BuildError::Fallback(
                "a lease ends before its question may have: raise `lease` to 37 s more than `ask_timeout`, or lower that",
            ));
        }
        let remembered = self.receiver.retention().saturating_sub(RETENTION_MARGIN);
        if self.give_up_after >= remembered {
            return Err(BuildError::Fallback(
                "a process is given up later than its event is remembered: it could be handled twice. Shorten \
                 `give_up_after`, or raise the receiver's retention",
            ));
        }
        if self.give_up_after < self.first_after {
            return Err(BuildError::Fallback(
                "a process is given up before it is asked for: raise `give_up_after`",
            ));
        }
        Ok(())
    }

    /// That a process is one event, however its end is told.
    fn check_ends(&self) -> Result<(), BuildError> {
        let ends = self.source.ends(SAMPLE_ID);
        if ends.is_empty() {
            return Err(BuildError::Fallback(
                "the source names no state in which a process ends",
            ));
        }
        let judge = self.receiver.judge();
        let keys = ends.iter().map(|end| judge.key_of_asked(None, end));
        let Ok(mut keys) = keys.collect::<Result<Vec<_>, _>>() else {
            return Err(BuildError::Fallback(
                "the receiver's pack does not take the bodies that the source tells: choose the API's contract that \
                 belongs to the endpoint's generation of bodies",
            ));
        };
        let others = self.source.other_ends(SAMPLE_ID);
        let others = others
            .iter()
            .filter_map(|end| judge.key_of_asked(None, end).ok());
        let asked = keys.len();
        keys.extend(others);
        if keys.len() > asked && keys.iter().any(|key| Some(key) != keys.first()) {
            return Err(BuildError::Fallback(
                "the receiver takes both generations of bodies, and an end of a process is two events: name all statuses that \
                 end a process in its pack",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for FallbackBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FallbackBuilder")
            .field("endpoint", &self.receiver.name())
            .finish_non_exhaustive()
    }
}
