//! [`Courier`]: takes one event to the receiver, as often as its sender would.

use std::{
    io,
    time::{Duration, Instant},
};

use hookgate::{
    UnixTime,
    time::{Clock, SystemClock},
};

use super::{
    attempt::{Attempt, Delivered, Outcome},
    manner::Manner,
    mistake::Mistake,
    sender::{Event, Sender},
    wallet::Wallet,
};
use crate::http::{Client, Failure};

/// Everything that the events of a run have in common.
pub(super) struct Courier {
    pub(super) provider: &'static str,
    pub(super) client: Client,
    pub(super) sender: Sender,
    pub(super) manner: Manner,
    pub(super) mistake: Mistake,
    pub(super) wallet: Wallet,
    pub(super) clock: SystemClock,
    /// How far in the past everything is signed.
    pub(super) stale_by: Duration,
    /// How many times as fast as the sender.
    pub(super) speed: f64,
    /// How long one event may take in all, waiting included.
    pub(super) patience: Duration,
    /// The most attempts that are made.
    pub(super) most_attempts: usize,
}

impl Courier {
    /// The time that the sender's clock shows.
    pub(super) fn now(&self) -> UnixTime {
        self.clock.now().saturating_sub(self.stale_by)
    }

    /// Sends `event` until it is accepted, the sender would give up, or patience ends.
    pub(super) async fn deliver(&self, event: &Event, copy: usize) -> io::Result<Delivered> {
        let begun = Instant::now();
        let mut delivered = Delivered {
            event: event.name.clone(),
            copy,
            attempts: Vec::new(),
            left: None,
        };
        loop {
            let attempt = delivered.attempts.len().saturating_add(1);
            let left = self.patience.saturating_sub(begun.elapsed());
            let made = self.attempt(event, attempt, left).await?;
            delivered.attempts.push(made);
            let Some(gap) = self.manner.again_after(&made.outcome, attempt) else {
                return Ok(delivered);
            };
            let scaled = gap.div_f64(self.speed);
            let is_in_time = begun.elapsed().saturating_add(scaled) < self.patience;
            if attempt >= self.most_attempts || !is_in_time {
                delivered.left = Some(gap);
                return Ok(delivered);
            }
            tokio::time::sleep(scaled).await;
        }
    }

    async fn attempt(&self, event: &Event, attempt: usize, left: Duration) -> io::Result<Attempt> {
        let sent = self.sender.request(event, attempt, self.now())?;
        let presented = self.wallet.presented().await?;
        let sent = self.mistake.make(&self.sender, sent, &presented);
        let begun = Instant::now();
        let answered = match sent.into_request() {
            Ok(request) => {
                self.client
                    .send(request, self.manner.timeout.min(left))
                    .await
            }
            Err(_) => Err(Failure::Unwritable),
        };
        Ok(Attempt {
            outcome: match answered {
                Ok(answered) => Outcome::Answered(answered.status),
                Err(failure) => Outcome::Failed(failure),
            },
            took: begun.elapsed(),
        })
    }
}
