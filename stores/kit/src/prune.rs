//! Rows that ended go away in the background.

use std::{
    future::Future,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{Arc, Weak},
    time::Duration,
};

use hookgate::dedup::StoreError;
use tokio::{runtime::Handle, task::AbortHandle};

/// What has rows that end.
pub trait Prune: Send + Sync + 'static {
    /// Rows a statement: few enough that claims do not notice it.
    const BATCH: u32;
    /// Whose rows they are. A log line names it.
    const WHOSE: &'static str;

    /// Removes up to [`BATCH`](Self::BATCH) rows that ended.
    fn prune_batch(&self) -> impl Future<Output = Result<Pruned, StoreError>> + Send;
}

/// What a batch has removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// How many rows.
    pub rows: u64,
    /// It held as much as one may, so more may have ended.
    pub is_full: bool,
}

impl Pruned {
    /// A batch of this many rows, where a full one has `batch`.
    pub fn of(rows: u64, batch: u32) -> Self {
        let is_full = rows >= batch.into();
        Self { rows, is_full }
    }
}

/// Removes the rows that ended, batch after batch, and returns how many there were.
///
/// # Errors
///
/// When a batch failed. What was removed until then stays removed.
pub async fn prune<P: Prune>(store: &P) -> Result<u64, StoreError> {
    let mut removed = 0_u64;
    loop {
        let gone = store.prune_batch().await?;
        removed = removed.saturating_add(gone.rows);
        if !gone.is_full {
            return Ok(removed);
        }
    }
}

/// The task that prunes every so often. It ends when this is dropped, or the store is.
#[derive(Debug, Default)]
pub struct Pruning(Option<AbortHandle>);

impl Pruning {
    /// Prunes every so often, for the first time within `every`. `None` never does, nor does a program without a tokio
    /// runtime.
    ///
    /// The first time is left to chance. Where all processes end sooner than `every`, by a crash or on purpose, each of them
    /// prunes as often as it would if it lasted. And those that begin together do not prune together.
    pub fn spawn<P: Prune>(store: &Weak<P>, every: Option<Duration>) -> Self {
        let (Some(every), Ok(runtime)) = (every, Handle::try_current()) else {
            return Self::default();
        };
        let store = store.clone();
        let task = runtime.spawn(async move {
            let mut wait = part_of(every);
            loop {
                tokio::time::sleep(wait).await;
                wait = every;
                let Some(store) = store.upgrade() else {
                    return;
                };
                if let Err(error) = prune(Arc::as_ref(&store)).await {
                    complain(P::WHOSE, &error);
                }
            }
        });
        Self(Some(task.abort_handle()))
    }
}

/// Any part of `whole`.
fn part_of(whole: Duration) -> Duration {
    // Nobody gains by guessing it, and std has no other source of chance.
    let chance = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
    Duration::try_from_secs_f64(whole.as_secs_f64() * chance).unwrap_or(whole)
}

impl Drop for Pruning {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

#[cfg(feature = "tracing")]
fn complain(whose: &str, error: &StoreError) {
    let cause = std::error::Error::source(error).map(tracing::field::display);
    tracing::warn!(target: "hookgate", %error, cause, whose, "old rows could not be removed");
}

#[cfg(not(feature = "tracing"))]
fn complain(_: &str, _: &StoreError) {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// So many rows that ended, and how often somebody asked.
    #[derive(Debug, Default)]
    struct Rows {
        ended: AtomicU64,
        asked: AtomicU64,
        broken: bool,
    }

    impl Prune for Rows {
        const BATCH: u32 = 10;
        const WHOSE: &str = "test";

        async fn prune_batch(&self) -> Result<Pruned, StoreError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if self.broken {
                return Err(StoreError::Timeout);
            }
            let gone = self.ended.load(Ordering::Relaxed).min(10);
            self.ended.fetch_sub(gone, Ordering::Relaxed);
            Ok(Pruned::of(gone, Self::BATCH))
        }
    }

    /// What was logged.
    #[cfg(feature = "tracing")]
    #[derive(Debug, Default, Clone)]
    struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

    #[cfg(feature = "tracing")]
    impl Log {
        fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
            let log = Self::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_ansi(false)
                .with_writer(move || writer.clone())
                .finish();
            (log, tracing::subscriber::set_default(subscriber))
        }

        fn lines_with(&self, text: &str) -> usize {
            let log = self.0.lock().expect("nothing panicked");
            let log = String::from_utf8_lossy(&log);
            log.lines().filter(|line| line.contains(text)).count()
        }
    }

    #[cfg(feature = "tracing")]
    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("nothing panicked").write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn rows(ended: u64) -> Rows {
        Rows {
            ended: ended.into(),
            ..Rows::default()
        }
    }

    #[tokio::test]
    async fn batches_follow_until_one_is_not_full() {
        for (ended, batches) in [(0, 1), (9, 1), (10, 2), (25, 3)] {
            let rows = rows(ended);
            assert!(matches!(prune(&rows).await, Ok(removed) if removed == ended));
            assert_eq!(rows.asked.into_inner(), batches, "{ended} rows");
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn the_task_goes_on_after_a_failure_and_ends_with_its_store() {
        #[cfg(feature = "tracing")]
        let (log, _listening) = Log::listen();
        let rows = Arc::new(Rows {
            broken: true,
            ..rows(25)
        });
        let _pruning = Pruning::spawn(&Arc::downgrade(&rows), Some(MINUTE));
        tokio::time::sleep(MINUTE * 7 / 2).await;
        let asked = rows.asked.load(Ordering::Relaxed);
        assert!((3..=4).contains(&asked), "{asked}");
        #[cfg(feature = "tracing")]
        assert_eq!(log.lines_with("whose=\"test\"") as u64, asked);
        let store = Arc::downgrade(&rows);
        drop(rows);
        assert!(store.upgrade().is_none(), "the task keeps the store");
    }

    /// Rows would pile up where processes are replaced, or crash, more often than they prune.
    #[tokio::test(start_paused = true)]
    async fn processes_that_end_sooner_than_they_prune_take_turns() {
        let rows = Arc::new(rows(25));
        for process in 0..100 {
            let before = rows.asked.load(Ordering::Relaxed);
            let pruning = Pruning::spawn(&Arc::downgrade(&rows), Some(MINUTE));
            tokio::time::sleep(MINUTE / 2).await;
            drop(pruning);
            let asked = rows.asked.load(Ordering::Relaxed) - before;
            // The first to prune takes three batches.
            assert!(asked <= 3, "process {process} pruned twice");
        }
        assert_eq!(rows.ended.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn no_time_between_prunings_is_too_long() {
        for every in [Duration::ZERO, MINUTE, Duration::MAX] {
            assert!(part_of(every) <= every);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_task_ends_with_its_handle_and_never_begins_unless_asked() {
        let rows = Arc::new(rows(25));
        drop(Pruning::spawn(&Arc::downgrade(&rows), Some(MINUTE)));
        let _none = Pruning::spawn(&Arc::downgrade(&rows), None);
        tokio::time::sleep(MINUTE * 3).await;
        assert_eq!(rows.asked.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn without_a_runtime_nothing_is_pruned() {
        let rows = Arc::new(rows(25));
        let pruning = Pruning::spawn(&Arc::downgrade(&rows), Some(MINUTE));
        assert!(pruning.0.is_none());
    }

    /// Where processes die often, those that all waited for the same time would never prune.
    #[test]
    fn the_first_wait_is_left_to_chance() {
        let whole = Duration::from_secs(60);
        let waits: Vec<_> = (0..100).map(|_| part_of(whole)).collect();
        assert!(waits.iter().all(|wait| *wait <= whole), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait < whole / 2), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait >= whole / 2), "{waits:?}");
    }
}
