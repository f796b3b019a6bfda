//! [`Tidings`]: how instances tell each other of work.
//!
//! An accept tells the workers of its own process at once. Those of others are told by `NOTIFY`, after the commit and
//! bundled: inside the accepting transactions it would make the server commit one after the other. Behind a proxy that
//! pools by transaction nothing arrives. A worker finds that out when it begins to listen, says so, and polls.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hookgate::dedup::StoreError;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::{runtime::Handle, task::AbortHandle};

use super::core::Core;

/// The least time between two notifications. The first one waits for nobody.
const BUNDLED_FOR: Duration = Duration::from_millis(10);
/// How long a notification to oneself may take.
const HEARD_WITHIN: Duration = Duration::from_secs(5);
/// The pause before a broken connection is opened again.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Tidings {
    /// The lowest number that nobody has been told of.
    untold: Mutex<Option<i64>>,
    is_telling: AtomicBool,
    is_listening: AtomicBool,
    listening: Mutex<Option<AbortHandle>>,
}

impl Drop for Tidings {
    fn drop(&mut self) {
        let listening = self
            .listening
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = listening.take() {
            task.abort();
        }
    }
}

impl Tidings {
    fn add(&self, number: i64) {
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        *untold = Some(untold.map_or(number, |untold| untold.min(number)));
    }

    fn is_told(&self) -> bool {
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
    }

    fn take(&self) -> Option<i64> {
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Core {
    /// Tells the workers of this process and of others that lines from `number` on are there.
    pub(super) fn tell(&self, number: i64) {
        self.wake();
        self.tidings.add(number);
        let Some((core, runtime)) = self.own.upgrade().zip(Handle::try_current().ok()) else {
            return;
        };
        if !self.tidings.is_telling.swap(true, Ordering::SeqCst) {
            runtime.spawn(Telling(Some(core)).run());
        }
    }

    /// The same where no line is new: one may be due that was not.
    pub(super) fn tell_of_old(&self) {
        self.tell(i64::MAX);
    }

    /// Begins to listen for others, unless it does.
    pub(super) fn listen(&self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if !self.tidings.is_listening.swap(true, Ordering::SeqCst) {
            let task = runtime.spawn(Listening(self.own.clone()).run());
            let mut listening = self
                .tidings
                .listening
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *listening = Some(task.abort_handle());
        }
    }
}

/// The task that tells others, until there is nothing to tell. It has the inbox as long as it is the one that tells.
struct Telling(Option<Arc<Core>>);

impl Drop for Telling {
    /// Its runtime may end before it has told all. The next one to tell does that.
    fn drop(&mut self) {
        if let Some(core) = &self.0 {
            core.tidings.is_telling.store(false, Ordering::SeqCst);
        }
    }
}

impl Telling {
    async fn run(mut self) {
        while let Some(core) = &self.0 {
            let tidings = &core.tidings;
            while let Some(number) = tidings.take() {
                // Whoever is not told polls.
                let _ = notify(core, &number.to_string()).await;
                tokio::time::sleep(BUNDLED_FOR).await;
            }
            tidings.is_telling.store(false, Ordering::SeqCst);
            // Somebody may have added to it just before.
            if tidings.is_told() || tidings.is_telling.swap(true, Ordering::SeqCst) {
                self.0 = None;
            }
        }
    }
}

/// A hint need not be on the disk.
async fn notify(core: &Core, what: &str) -> Result<(), StoreError> {
    let sql = format!(
        "SET LOCAL synchronous_commit = off; SELECT pg_notify('{}', '{what}')",
        core.names.channel()
    );
    core.text(sql).await.map(|_| ())
}

/// What a notification says.
fn number(payload: &str) -> Option<i64> {
    payload.parse().ok()
}

/// The task that listens, until the inbox is gone.
struct Listening(Weak<Core>);

impl Drop for Listening {
    /// Its runtime may end before the inbox. Another one listens then.
    fn drop(&mut self) {
        if let Some(core) = self.0.upgrade() {
            core.tidings.is_listening.store(false, Ordering::SeqCst);
        }
    }
}

impl Listening {
    async fn run(self) {
        loop {
            let Some(mut listener) = self.connect().await else {
                return;
            };
            match self.hears_itself(&mut listener).await {
                Some(true) => self.pass_on(&mut listener).await,
                Some(false) => {
                    complain();
                    drop(listener);
                    // The task stays, or the next worker that waits would begin another.
                    return std::future::pending().await;
                }
                None => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// `None` when the inbox is gone.
    async fn connect(&self) -> Option<PgListener> {
        loop {
            let (options, channel) = {
                let core = self.0.upgrade()?;
                (core.pool().connect_options(), core.names.channel())
            };
            // A connection of its own: no proxy and no handler may take it away.
            let pool = PgPoolOptions::new().max_connections(1);
            let pool = pool.connect_lazy_with(PgConnectOptions::clone(&options));
            if let Ok(mut listener) = PgListener::connect_with(&pool).await
                && listener.listen(&channel).await.is_ok()
            {
                return Some(listener);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// `None` where the connection broke, or the inbox is gone.
    async fn hears_itself(&self, listener: &mut PgListener) -> Option<bool> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let test = format!(
            "test {} {}",
            std::process::id(),
            now.unwrap_or_default().as_nanos()
        );
        notify(&*self.0.upgrade()?, &test).await.ok()?;
        let heard = async {
            loop {
                let heard = listener.try_recv().await.ok()??;
                if heard.payload() == test {
                    return Some(());
                }
                self.hear(heard.payload());
            }
        };
        match tokio::time::timeout(HEARD_WITHIN, heard).await {
            Ok(heard) => heard.map(|()| true),
            Err(_) => Some(false),
        }
    }

    /// Until the connection breaks.
    async fn pass_on(&self, listener: &mut PgListener) {
        // What came before it listened was told to nobody.
        self.hear(&i64::MAX.to_string());
        while let Ok(Some(heard)) = listener.try_recv().await {
            self.hear(heard.payload());
        }
    }

    fn hear(&self, payload: &str) {
        let Some((core, number)) = self.0.upgrade().zip(number(payload)) else {
            return;
        };
        core.cursors.committed_anywhere(number);
        core.wake();
    }
}

#[cfg(feature = "tracing")]
fn complain() {
    tracing::warn!(
        target: "hookgate",
        "notifications of new work do not arrive, as behind a proxy that pools by transaction: workers poll"
    );
}

#[cfg(not(feature = "tracing"))]
fn complain() {}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn what_is_untold_is_the_lowest_number() {
        let tidings = Tidings::default();
        assert_eq!(tidings.take(), None);
        for number in [7, 3, 9] {
            tidings.add(number);
        }
        assert_eq!(tidings.take(), Some(3));
        assert_eq!(tidings.take(), None);
    }

    #[tokio::test]
    async fn a_runtime_that_ends_while_it_tells_leaves_that_to_the_next() {
        let Some((inbox, _server)) = crate::inbox::tests::inbox("telling").await else {
            return;
        };
        let tidings = &inbox.core().tidings;
        let other = tokio::runtime::Builder::new_current_thread().build();
        let other = other.unwrap();
        let entered = other.enter();
        inbox.core().tell(7);
        drop(entered);
        other.shutdown_background();
        assert!(!tidings.is_told(), "it had no time to");
        inbox.core().tell(9);
        let told = async {
            while !tidings.is_told() {
                tokio::task::yield_now().await;
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(60), told).await;
        assert!(told.is_ok(), "nobody tells");
    }

    #[test]
    fn only_numbers_are_tidings() {
        assert_eq!(number("17"), Some(17));
        assert_eq!(number("test 1 2"), None);
    }
}
