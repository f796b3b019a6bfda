//! [`Hearts`]: connections for the heartbeats of whole workers.

use std::{
    collections::HashMap,
    future,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    runtime::{self, Handle},
    task::AbortHandle,
};

/// One for each runtime. A connection belongs to the runtime that opened it, and ends with it.
#[derive(Debug, Default)]
pub(super) struct Hearts(Mutex<HashMap<runtime::Id, Heart>>);

#[derive(Debug)]
struct Heart {
    /// Those of the application's pool, as they were followed last.
    options: Arc<PgConnectOptions>,
    pool: PgPool,
    /// A task of the runtime has it, so it goes with the runtime.
    alive: Weak<()>,
    task: AbortHandle,
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Heart {
    fn new(options: &Arc<PgConnectOptions>, limit: Duration) -> Self {
        let alive = Arc::new(());
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(limit)
            .test_before_acquire(false)
            .connect_lazy_with(PgConnectOptions::clone(options));
        Self {
            options: options.clone(),
            pool,
            alive: Arc::downgrade(&alive),
            task: tokio::spawn(async move {
                let _alive = alive;
                future::pending::<()>().await;
            })
            .abort_handle(),
        }
    }

    fn is_alive(&self) -> bool {
        self.alive.strong_count() > 0
    }
}

impl Hearts {
    /// That of the current runtime. The next connection is opened with whatever the application has told its pool since.
    pub(super) fn of(&self, options: &Arc<PgConnectOptions>, limit: Duration) -> PgPool {
        let runtime = Handle::current().id();
        let mut hearts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another runtime may have the number of one that ended.
        if let Some(own) = hearts.get_mut(&runtime).filter(|own| own.is_alive()) {
            if !Arc::ptr_eq(&own.options, options) {
                own.pool
                    .set_connect_options(PgConnectOptions::clone(options));
                own.options = options.clone();
            }
            return own.pool.clone();
        }
        hearts.retain(|_, heart| heart.is_alive());
        let heart = Heart::new(options, limit);
        let pool = heart.pool.clone();
        hearts.insert(runtime, heart);
        pool
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use tokio::runtime::Runtime;

    use super::*;

    fn of(hearts: &Hearts, runtime: &Runtime) -> PgPool {
        let options = Arc::default();
        runtime.block_on(async { hearts.of(&options, Duration::from_secs(1)) })
    }

    #[test]
    fn each_runtime_keeps_its_own_until_it_ends() {
        let hearts = Hearts::default();
        let (first, second) = (Runtime::new().unwrap(), Runtime::new().unwrap());
        let pool = of(&hearts, &first);
        let other = of(&hearts, &second);
        let same = of(&hearts, &first);
        first.block_on(pool.close());
        assert!(same.is_closed(), "it is the one of before");
        assert!(!other.is_closed());
        drop(second);
        of(&hearts, &Runtime::new().unwrap());
        assert_eq!(hearts.0.lock().unwrap().len(), 2);
    }
}
