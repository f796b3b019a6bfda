//! [`Waits`]: whether the one that writes had to wait long for its turn.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use hookgate::{Finding, Severity};

/// A turn that comes later than this is worth telling: accepts wait with it, and so do their senders.
pub(super) const LONG: Duration = Duration::from_secs(1);
/// How long it is told.
const TOLD_FOR: Duration = Duration::from_secs(10 * 60);

/// When the one that writes last had to wait long for its turn.
#[derive(Debug)]
pub(super) struct Waits {
    long: Duration,
    last: Mutex<Option<Instant>>,
}

impl Waits {
    pub(super) fn longer_than(long: Duration) -> Self {
        Self {
            long,
            last: Mutex::new(None),
        }
    }

    /// It had its turn at `now`, or gave up.
    pub(super) fn note(&self, waited: Duration, now: Instant) {
        if waited > self.long {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        }
    }

    pub(super) fn findings(&self, now: Instant) -> Vec<Finding> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = last.is_some_and(|last| now.saturating_duration_since(last) < TOLD_FOR);
        is_recent.then(accepts_wait).into_iter().collect()
    }
}

fn accepts_wait() -> Finding {
    Finding::new(
        Severity::Warning,
        "inbox_accepts_wait",
        "accepts waited over 1 s for a transaction that held the file",
        "keep transactions on the file short, or take PostgreSQL: senders wait for their answer meanwhile",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
mod tests {
    use hookgate::dedup::DedupStore;

    use super::{super::SqliteInbox, *};

    #[test]
    fn a_long_wait_is_told_for_ten_minutes() {
        let waits = Waits::longer_than(LONG);
        let now = Instant::now();
        waits.note(LONG, now);
        assert!(waits.findings(now).is_empty());
        waits.note(LONG * 2, now);
        // A short one ends nothing.
        waits.note(Duration::ZERO, now + LONG);
        assert_eq!(waits.findings(now + LONG)[0].code(), "inbox_accepts_wait");
        assert_eq!(waits.findings(now + TOLD_FOR - LONG).len(), 1);
        assert!(waits.findings(now + TOLD_FOR).is_empty());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_one_that_writes_notes_its_waits() {
        use hookgate::inbox::Inbox;
        let folder = tempfile::tempdir().unwrap();
        for (long_wait, told) in [(LONG * 60, 0), (Duration::ZERO, 1)] {
            let mut builder = SqliteInbox::builder();
            builder.long_wait = long_wait;
            let inbox = builder.open(folder.path().join("inbox")).await.unwrap();
            inbox.hold("logto", false).await.unwrap();
            assert_eq!(inbox.findings().len(), told);
        }
    }
}
