//! [`Account`]: what an API counts a question by, and when it may be asked.

use std::{pin::pin, sync::Arc, time::Duration};

use super::{
    Expectations, Rate, Turn,
    pauses::{LONGEST_ASKED_HOLD, Pause},
    shared::{CALL_TIMEOUT, PATIENCE, Shared},
};
use crate::{
    telemetry::{log, words},
    time::{Timer, within},
    verdict::StoreError,
};

/// Nothing is asked again sooner, whatever anybody says.
pub(super) const LEAST_PAUSE: Duration = Duration::from_millis(100);
/// The first pause where the API does not say how long it takes no more questions. It doubles, up to a minute.
const FIRST_HOLD: Duration = Duration::from_secs(1);
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// What an API counts a question by.
pub(super) struct Account<'a> {
    shared: &'a Shared,
    timer: &'a Arc<dyn Timer>,
    rate: Rate,
    pause: Arc<Pause>,
    /// Others may be asked while this one may not.
    is_of_many: bool,
}

/// A question has no turn. Exhaustive on purpose.
pub(super) enum NoTurn {
    /// It may come back after so long.
    Later(Duration),
    /// The store did not say.
    Unknown(StoreError),
}

impl<'a> Account<'a> {
    /// The one that questions of this tenant count for. The source names it: application code, which may panic.
    pub(super) fn of(shared: &'a Shared, tenant: Option<&str>, timer: &'a Arc<dyn Timer>) -> Self {
        let name = shared.source.account(tenant);
        let rate = &shared.rate;
        Self {
            rate: name
                .as_ref()
                .map_or_else(|| rate.clone(), |it| rate.of_account(it)),
            pause: shared.pauses.of(name.as_ref(), shared.clock().monotonic()),
            is_of_many: name.is_some(),
            shared,
            timer,
        }
    }

    /// Waits for a turn to ask.
    pub(super) async fn turn(&self) -> Result<(), NoTurn> {
        // Where others are asked meanwhile, nothing kept it from being leased.
        self.unless_held()?;
        let turn = self.shared.expectations.turn(&self.rate, PATIENCE);
        let turn = within(self.timer, CALL_TIMEOUT, pin!(turn)).await;
        match turn.unwrap_or(Err(StoreError::Timeout)) {
            Ok(Turn::In(wait)) => self.timer.sleep(wait).await,
            Ok(Turn::Later(wait)) => {
                // A server's clock that was set back must not stop the fallback for as long.
                let by = wait.saturating_sub(PATIENCE);
                return Err(self.later(by.clamp(LEAST_PAUSE, LONGEST_ASKED_HOLD)));
            }
            Err(error) => return Err(NoTurn::Unknown(error)),
        }
        // The API may have said meanwhile that it takes no more.
        self.unless_held()
    }

    fn unless_held(&self) -> Result<(), NoTurn> {
        let held = self.pause.held(self.shared.clock().monotonic());
        if held.is_zero() {
            Ok(())
        } else {
            Err(self.later(held))
        }
    }

    /// Whatever else is due would get no turn either: where all count together, it is not even looked at.
    fn later(&self, by: Duration) -> NoTurn {
        let now = self.shared.clock().monotonic();
        if self.is_of_many {
            return NoTurn::Later(self.pause.park(now, by, self.rate.pause()));
        }
        self.shared.pauses.rest(now.saturating_add(by));
        NoTurn::Later(by)
    }

    /// The API took a question.
    pub(super) fn answered(&self) {
        self.pause.answered();
    }

    /// All who share the account wait: for so long.
    pub(super) async fn limited(&self, retry_after: Option<Duration>) -> Duration {
        let shared = self.shared;
        let now = || shared.clock().monotonic();
        let doubled = 2_u32
            .checked_pow(self.pause.limited(now()))
            .unwrap_or(u32::MAX);
        let own = FIRST_HOLD.saturating_mul(doubled).min(LONGEST_HOLD);
        let lasts = retry_after.map_or(own, |it| it.clamp(FIRST_HOLD, LONGEST_ASKED_HOLD));
        // At once: a store that is slow must not let more questions through here.
        let until = now().saturating_add(lasts);
        self.pause.hold(until);
        if !self.is_of_many {
            shared.pauses.rest(until);
        }
        let hold = shared.expectations.hold(&self.rate, lasts);
        let held = within(self.timer, CALL_TIMEOUT, pin!(hold)).await;
        if let Err(error) = held.unwrap_or(Err(StoreError::Timeout)) {
            log::fallback_store(shared.receiver.name(), words::NO_TURN, &error);
        }
        lasts
    }
}
