//! [`conclude`]: what the sender gets.

use std::{future::Future, sync::Arc};

use super::Handled;
use crate::{time::Timer, verdict::Answer};

/// What the sender gets.
#[derive(Debug)]
pub enum Concluded<R> {
    /// The handler's own response.
    Reply(R),
    /// An answer from the table.
    Answer(Answer),
}

/// Awaits `work`; a copy of a running event then waits for the first one's outcome.
///
/// The wait is outside of what is moved to a task: a copy whose sender leaves is simply dropped.
pub async fn conclude<R>(
    timer: &Arc<dyn Timer>,
    work: impl Future<Output = Handled<R>>,
) -> Concluded<R> {
    let mut copy = match work.await {
        Handled::Reply(reply) => return Concluded::Reply(reply),
        Handled::Answer(answer) => return Concluded::Answer(answer),
        Handled::Running(copy) => copy,
    };
    let span = copy.span().clone();
    // Boxed, so that deliveries that wait for nobody do not carry it along.
    Concluded::Answer(Box::pin(span.cover(async move { copy.wait(timer).await })).await)
}
