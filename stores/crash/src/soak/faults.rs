//! [`Faults`]: what goes wrong with servers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate_test_support::{PostgresServer, RedisServer};
use tokio::{sync::watch, task::JoinSet, time::timeout};

use super::stage::Stage;
use crate::{Result, dying::below};

/// A server that stands still does so for this long.
const STANDS_STILL: Duration = Duration::from_secs(1);

/// Servers are killed and stand still, until they end.
pub(super) struct Faults {
    tasks: JoinSet<Result<()>>,
    times: Arc<AtomicUsize>,
}

impl Faults {
    /// `time` is how long the run lasts: a short one has its faults sooner.
    pub(super) fn start(stage: &Stage, time: Duration, ends: &watch::Receiver<bool>) -> Self {
        let (mut tasks, times) = (JoinSet::new(), Arc::<AtomicUsize>::default());
        let pause = (time / 10).min(Duration::from_secs(60));
        for server in stage.postgres.iter().flatten() {
            if let Some(server) = server.server.clone() {
                let strike = move |kill| strike_postgres(&server, kill);
                tasks.spawn(again_and_again(strike, pause, ends.clone(), times.clone()));
            }
        }
        if let Some(server) = stage.redis.clone() {
            let strike = move |kill| strike_redis(&server, kill);
            tasks.spawn(again_and_again(strike, pause, ends.clone(), times.clone()));
        }
        Self { tasks, times }
    }

    /// How often something went wrong.
    pub(super) fn times(&self) -> usize {
        self.times.load(Ordering::Relaxed)
    }

    pub(super) async fn end(mut self) -> Result<()> {
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}

async fn again_and_again(
    strike: impl Fn(bool) + Clone + Send + 'static,
    pause: Duration,
    mut ends: watch::Receiver<bool>,
    times: Arc<AtomicUsize>,
) -> Result<()> {
    let most = u64::try_from(pause.as_millis())?;
    loop {
        let wait = Duration::from_millis(most / 2 + below(most)?);
        if timeout(wait, ends.wait_for(|is_over| *is_over))
            .await
            .is_ok()
        {
            return Ok(());
        }
        let (strike, kill) = (strike.clone(), below(2)? == 0);
        tokio::task::spawn_blocking(move || strike(kill)).await?;
        times.fetch_add(1, Ordering::Relaxed);
    }
}

fn strike_postgres(server: &PostgresServer, kill: bool) {
    if kill {
        server.kill();
        server.resume();
    } else {
        server.pause();
        std::thread::sleep(STANDS_STILL);
        server.unpause();
    }
}

fn strike_redis(server: &RedisServer, kill: bool) {
    if kill {
        server.crash();
        server.resume();
    } else {
        server.pause();
        std::thread::sleep(STANDS_STILL);
        server.unpause();
    }
}
