//! Whether a signed time is inside the window.

use crate::{clock::UnixTime, error::Rejection, receiver::Policy};

/// A signed time must be inside the window; both limits are inside.
pub(super) fn check_time(
    policy: &Policy,
    signed: Option<UnixTime>,
    now: UnixTime,
) -> Result<(), Rejection> {
    let (Some(window), Some(signed)) = (policy.window, signed) else {
        return Ok(());
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
