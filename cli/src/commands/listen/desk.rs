//! [`Desk`]: the handler, the same for both frameworks.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use hookgate::{Ack, Delivery, Nack};

use super::{forward::Forward, handed::Handed, report::Report};
use crate::settings::any_event::AnyEvent;

/// What the handler needs.
pub(super) struct Desk {
    report: Report,
    forward: Option<Forward>,
    /// How many handlings are still to fail.
    to_fail: AtomicU64,
    delay: Duration,
}

impl Desk {
    pub(super) fn new(
        report: Report,
        forward: Option<Forward>,
        to_fail: u64,
        delay: Duration,
    ) -> Self {
        Self {
            report,
            forward,
            to_fail: AtomicU64::new(to_fail),
            delay,
        }
    }

    pub(super) async fn handle(
        &self,
        delivery: Delivery<AnyEvent>,
        handed: Handed,
    ) -> Result<Ack, Nack> {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        if self.is_to_fail() {
            return Err(Nack::retry().with_error(io::Error::other("asked to by --fail")));
        }
        if let Some(forward) = &self.forward {
            forward.pass_on(&delivery, handed).await?;
        }
        // Where nobody reads the output, the event was not shown. It may come again.
        self.report.handled(&delivery)?;
        Ok(Ack::processed())
    }

    fn is_to_fail(&self) -> bool {
        self.to_fail
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok()
    }
}
