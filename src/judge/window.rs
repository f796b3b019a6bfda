//! Whether a signed time is inside the window.

use std::time::Duration;

use crate::{
    schemes::Validity,
    time::{EventTime, UnixTime, Window},
    verdict::Rejection,
};

/// When a request came, by two readings of the clock. A body may take its time between them.
#[derive(Clone, Copy)]
pub(super) struct Came {
    pub(super) head: UnixTime,
    pub(super) body: UnixTime,
}

/// A signed time must be one that can be read, and inside the window; both limits are inside. Each side is judged by the
/// reading that is the harder one for the sender:
///
/// - the past by the time after the body. What was young enough when its head came may outlive its mark while its body
///   drips, and would run again.
/// - the future by the head's time. By the later one, what is dated too far ahead would become acceptable by coming
///   slowly.
pub(super) fn check_time(
    window: Option<Window>,
    signed: impl Into<EventTime>,
    came: Came,
) -> Result<(), Rejection> {
    let Some(window) = window else {
        return Ok(());
    };
    let signed = match signed.into() {
        EventTime::Missing => return Ok(()),
        EventTime::At(time) => time,
        EventTime::Unreadable => return Err(Rejection::UnreadableEventTime),
    };
    // The wall clock may have been set back meanwhile.
    let age = came.body.max(came.head).since(signed);
    if age > window.past {
        return Err(Rejection::TimestampTooOld {
            age,
            limit: window.past,
        });
    }
    let ahead = signed.since(came.head);
    if ahead > window.future {
        return Err(Rejection::TimestampInFuture {
            ahead,
            limit: window.future,
        });
    }
    Ok(())
}

/// A proof that says from when until when it is good must be good now. As with a signed time, each side is judged by the
/// reading of the clock that is the harder one for the sender.
pub(super) fn check_validity(validity: Validity, came: Came) -> Result<(), Rejection> {
    let limit = validity.leeway;
    if let Some(until) = validity.until
        && let now = came.body.max(came.head)
        && now >= until.saturating_add(limit)
    {
        return Err(Rejection::NoLongerValid {
            age: now.since(until),
            limit,
        });
    }
    let ahead = validity
        .from
        .map_or(Duration::ZERO, |from| from.since(came.head));
    if ahead > limit {
        return Err(Rejection::NotYetValid { ahead, limit });
    }
    Ok(())
}

/// Where no window is for a time of the event, its proof must end before the event is forgotten. What could be sent again
/// later, and then run again, is refused now.
pub(super) fn check_end(
    validity: Validity,
    remembers: Duration,
    came: Came,
) -> Result<(), Rejection> {
    let end = validity.until.map(|it| it.saturating_add(validity.leeway));
    let ahead = end.map_or(Duration::ZERO, |end| end.since(came.head));
    if ahead > remembers {
        return Err(Rejection::ValidForTooLong {
            ahead,
            limit: remembers,
        });
    }
    Ok(())
}
