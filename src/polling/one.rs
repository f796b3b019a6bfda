//! [`run`]: one process that is due, from its lease to what becomes of it.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    AskError, Due, Expectations, GaveUp, Question, Reply, Why,
    account::{Account, LEAST_PAUSE, NoTurn},
    contained::contained,
    shared::{CALL_TIMEOUT, HEAR_TIMEOUT, Place, Shared},
    source::label,
};
use crate::{
    dedup::{Settled, State},
    inbox::ProvedBy,
    judge::{AskedFor, NotAdmitted},
    road::{Asked, handle_asked},
    telemetry::{QuestionSpan, caught, log, meter, words, words::Words},
    time::{RETENTION_MARGIN, Timer, within},
    verdict::{Reason, StoreError},
};

const PANICKED: &str = "the source, or what names an order, panicked";

/// What becomes of a process that was due.
enum Next {
    /// It ended.
    End(&'static str),
    /// It is awaited on.
    Again { by: Duration, was_asked: bool },
    /// It is awaited no more.
    GiveUp(Why),
}

impl Next {
    /// The name in spans.
    const fn as_str(&self) -> &'static str {
        match self {
            Self::End(outcome) => outcome,
            Self::Again { .. } => "again",
            Self::GiveUp(_) => "gave_up",
        }
    }
}

/// Works on one process. `leased_at` is when its lease was asked for, in monotonic time.
pub(super) async fn run(
    shared: Arc<Shared>,
    place: Place,
    due: Due,
    leased_at: Duration,
    timer: Arc<dyn Timer>,
) {
    let one = One {
        shared: &shared,
        due: &due,
        leased_at,
        timer: &timer,
    };
    // The application's own code is in there, such as what names an order.
    let next = contained(|| Box::pin(one.next())).await;
    let next = next.unwrap_or_else(|| {
        log::question(shared.receiver.name(), words::QUESTION_FAILED, &PANICKED);
        one.again()
    });
    one.write(next).await;
    drop(place);
}

struct One<'a> {
    shared: &'a Shared,
    due: &'a Due,
    leased_at: Duration,
    timer: &'a Arc<dyn Timer>,
}

impl One<'_> {
    /// Whether it was handled is looked up first: nearly all were, and no question is spent on them.
    async fn next(&self) -> Next {
        let shared = self.shared;
        let Ok(ends) = caught(|| shared.source.ends(&self.due.id)) else {
            log::question(shared.receiver.name(), words::QUESTION_FAILED, &PANICKED);
            return self.again();
        };
        match self.look(&ends).await {
            Ok(State::Done) => return Next::End("pushed"),
            Ok(State::InProgress { retry_after }) => return self.later(retry_after),
            Ok(State::Free) => {}
            Err(error) => {
                log::fallback_store(shared.receiver.name(), words::NOT_SEEN_HANDLED, &error);
                return self.later(shared.backoff.first);
            }
        }
        let remembered = shared.receiver.retention().saturating_sub(RETENTION_MARGIN);
        if self.due.age.saturating_add(self.passed()) >= remembered {
            return Next::GiveUp(Why::Forgotten);
        }
        let account = Account::of(shared, self.due.tenant.as_deref(), self.timer);
        match account.turn().await {
            Ok(()) => self.question(&account).await,
            Err(NoTurn::Later(by)) => self.later_unless_over(by),
            Err(NoTurn::Unknown(error)) => {
                log::fallback_store(shared.receiver.name(), words::NO_TURN, &error);
                self.later(shared.backoff.first)
            }
        }
    }

    /// Asks, and gives what is told to the road.
    async fn question(&self, account: &Account<'_>) -> Next {
        let judge = self.shared.receiver.judge();
        let span = QuestionSpan::open(&judge.name, &judge.pack, self.due.asked);
        let next = span.cover(Box::pin(self.ask(account, &span))).await;
        span.ended(next.as_str());
        next
    }

    /// The state of whichever of its ends the store knows.
    async fn look(&self, ends: &[Bytes]) -> Result<State, StoreError> {
        let judge = self.shared.receiver.judge();
        let calls = &self.shared.receiver.0.once.claims.calls;
        let tenant = self.due.tenant.as_deref();
        let mut keys = Vec::new();
        for notification in ends {
            // One that cannot be read was told when the fallback was built.
            if let Ok(key) = judge.key_of_asked(tenant, notification)
                && !keys.contains(&key)
            {
                keys.push(key);
            }
        }
        let mut running = State::Free;
        for key in &keys {
            match calls.look(key, self.timer).await? {
                State::Free => {}
                State::Done => return Ok(State::Done),
                in_progress => running = in_progress,
            }
        }
        Ok(running)
    }

    async fn ask(&self, account: &Account<'_>, span: &QuestionSpan) -> Next {
        let shared = self.shared;
        let endpoint = shared.receiver.name();
        let question = Question::new(self.due.tenant.as_deref(), &self.due.id);
        let asking = contained(|| shared.source.ask(question));
        let answer = within(self.timer, shared.ask_timeout, pin!(asking)).await;
        let answer = match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => Err(AskError::Unavailable(PANICKED)),
            Err(_) => Err(AskError::Unavailable("the API did not answer in time")),
        };
        if answer.is_ok() {
            account.answered();
        }
        let label = label(&answer);
        meter::question(endpoint, label);
        span.answered(label);
        match answer {
            Ok(Reply::Status {
                notification,
                is_end,
            }) => self.handle(&notification, is_end).await,
            Ok(Reply::NotYet) => self.again(),
            Ok(Reply::Gone) => Next::GiveUp(Why::Gone),
            Err(AskError::Limited { retry_after }) => self.limited(account, retry_after).await,
            Err(error @ AskError::Refused(_)) => {
                log::question(endpoint, words::QUESTION_REFUSED, &error);
                self.again()
            }
            Err(error) => {
                log::question(endpoint, words::QUESTION_FAILED, &error);
                self.again()
            }
        }
    }

    /// All who share the account wait.
    async fn limited(&self, account: &Account<'_>, retry_after: Option<Duration>) -> Next {
        let lasts = account.limited(retry_after).await;
        if self.left().is_zero() {
            return Next::GiveUp(Why::Deadline);
        }
        let wait = self.shared.backoff.wait(&self.due.key, self.due.asked);
        Next::Again {
            by: lasts.max(wait),
            was_asked: true,
        }
    }

    /// What was asked for goes the same road as what is sent, under the same key.
    async fn handle(&self, notification: &Bytes, is_end: bool) -> Next {
        let shared = self.shared;
        let asked_for = AskedFor {
            tenant: self.due.tenant.as_deref(),
            notification,
            path: &shared.path,
            proved_by: ProvedBy::OwnCall,
        };
        let asked = handle_asked(&shared.receiver, asked_for, &shared.handler, self.timer).await;
        match asked {
            // The process is asked for again.
            Asked::Ended(_) if !is_end => self.again(),
            Asked::Ended(Reason::Duplicate) => Next::End("suppressed"),
            Asked::Ended(Reason::NotOfInterest) => Next::End("not_wanted"),
            Asked::Ended(_) => Next::End("polled"),
            // The handler may know better than the backoff when it is worth another try.
            Asked::Open { retry_after } => self.again_after(retry_after.unwrap_or_default()),
            Asked::NotAdmitted(NotAdmitted::Overloaded) => self.again(),
            Asked::NotAdmitted(NotAdmitted::Undecodable(why)) => {
                log::question(shared.receiver.name(), words::ANSWER_UNREADABLE, &why);
                self.again()
            }
            Asked::NotAdmitted(NotAdmitted::OutsideWindow) => Next::GiveUp(Why::Forgotten),
        }
    }

    /// Asked for, and not at its end.
    fn again(&self) -> Next {
        self.again_after(Duration::ZERO)
    }

    /// The same, no sooner than that.
    fn again_after(&self, least: Duration) -> Next {
        let left = self.left();
        if left.is_zero() {
            return Next::GiveUp(Why::Deadline);
        }
        let wait = self.shared.backoff.wait(&self.due.key, self.due.asked);
        Next::Again {
            by: wait.max(least).min(left).max(LEAST_PAUSE),
            was_asked: true,
        }
    }

    /// Not asked for.
    fn later(&self, by: Duration) -> Next {
        Next::Again {
            by: by.max(LEAST_PAUSE),
            was_asked: false,
        }
    }

    /// The same. One that is past its deadline waits no more for an API that takes no questions.
    fn later_unless_over(&self, by: Duration) -> Next {
        if self.left().is_zero() {
            return Next::GiveUp(Why::Deadline);
        }
        self.later(by)
    }

    /// Since the lease was asked for.
    fn passed(&self) -> Duration {
        let now = self.shared.clock().monotonic();
        now.saturating_sub(self.leased_at)
    }

    /// Until its deadline.
    fn left(&self) -> Duration {
        self.due.left.saturating_sub(self.passed())
    }

    async fn write(&self, next: Next) {
        let shared = self.shared;
        match next {
            Next::End(outcome) => self.end(outcome).await,
            Next::Again { by, was_asked } => self.postpone(by, was_asked).await,
            Next::GiveUp(why) => {
                let endpoint = shared.receiver.name();
                log::gave_up(endpoint, self.due.asked, why.as_str());
                let gave_up = GaveUp {
                    tenant: self.due.tenant.clone(),
                    id: self.due.id.clone(),
                    asked: self.due.asked,
                    why,
                };
                let hearing = contained(|| (shared.heard)(gave_up));
                let heard = within(self.timer, HEAR_TIMEOUT, pin!(hearing)).await;
                if matches!(heard, Ok(Some(true))) {
                    self.end("gave_up").await;
                } else {
                    log::fallback(endpoint, words::GAVE_UP_UNHEARD);
                    self.postpone(shared.backoff.first, false).await;
                }
            }
        }
    }

    async fn end(&self, outcome: &'static str) {
        let end = self.shared.expectations.end(self.due);
        let ended = within(self.timer, CALL_TIMEOUT, pin!(end)).await;
        if self.is_written(
            ended.unwrap_or(Err(StoreError::Timeout)),
            words::END_NOT_WRITTEN,
        ) {
            meter::expectation(self.shared.receiver.name(), outcome);
        }
    }

    async fn postpone(&self, by: Duration, was_asked: bool) {
        let shared = self.shared;
        let postpone = shared.expectations.postpone(self.due, by, was_asked);
        let postponed = within(self.timer, CALL_TIMEOUT, pin!(postpone)).await;
        let postponed = postponed.unwrap_or(Err(StoreError::Timeout));
        if self.is_written(postponed, words::POSTPONE_NOT_WRITTEN) && by < shared.poll() {
            shared.sooner.notify(usize::MAX);
        }
    }

    /// Somebody else may have it meanwhile. Where it is not written, it is due again when its lease ends.
    fn is_written(&self, written: Result<Settled, StoreError>, words: Words) -> bool {
        match written {
            Ok(settled) => settled == Settled::Ok,
            Err(error) => {
                log::fallback_store(self.shared.receiver.name(), words, &error);
                false
            }
        }
    }
}
