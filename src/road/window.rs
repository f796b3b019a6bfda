//! Whether a signed time is inside the window.

use crate::{clock::UnixTime, error::Rejection, event_time::EventTime, receiver::Policy};

/// A signed time must be one that can be read, and inside the window; both limits are inside.
pub(super) fn check_time(
    policy: &Policy,
    signed: impl Into<EventTime>,
    now: UnixTime,
) -> Result<(), Rejection> {
    let Some(window) = policy.window else {
        return Ok(());
    };
    let signed = match signed.into() {
        EventTime::None => return Ok(()),
        EventTime::At(time) => time,
        EventTime::Unreadable => return Err(Rejection::UnreadableEventTime),
    };
    let age = now.since(signed);
    if age > window.past {
        return Err(Rejection::TimestampTooOld {
            age,
            limit: window.past,
        });
    }
    let ahead = signed.since(now);
    if ahead > window.future {
        return Err(Rejection::TimestampInFuture {
            ahead,
            limit: window.future,
        });
    }
    Ok(())
}
