//! [`Supervised`]: a process that is started again whenever it ends.

use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
};

use crate::{Result, dying::below};

/// What a process says once it is ready.
pub(crate) const READY: &str = "ready";
/// A process that cannot start, since its database is away, is tried again after this.
const PAUSE: Duration = Duration::from_millis(100);

/// A process that is started again whenever it ends. Killed when this is dropped.
pub(crate) struct Supervised {
    deaths: Arc<AtomicUsize>,
    task: JoinHandle<Result<()>>,
}

impl Supervised {
    /// Starts this program with `arguments`, and waits until it is ready.
    ///
    /// Where `killed_within` is set, it is killed (SIGKILL) again and again, after a time at random below that.
    pub(crate) async fn start(arguments: &[&str], killed_within: Option<Duration>) -> Result<Self> {
        let arguments: Vec<String> = arguments.iter().map(|&it| it.to_owned()).collect();
        let deaths = Arc::new(AtomicUsize::new(0));
        let counted = deaths.clone();
        let (tell, mut told) = watch::channel(false);
        let task = tokio::spawn(async move {
            loop {
                if let Ok(mut child) = start(&arguments).await {
                    tell.send_replace(true);
                    let killed = async {
                        match killed_within {
                            Some(most) => {
                                let after = below(u64::try_from(most.as_millis())?)?;
                                tokio::time::sleep(Duration::from_millis(50 + after)).await;
                                Ok::<_, crate::Error>(())
                            }
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        ended = child.wait() => drop(ended?),
                        killed = killed => {
                            killed?;
                            child.kill().await?;
                        }
                    }
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        told.wait_for(|is_ready| *is_ready).await?;
        Ok(Self { deaths, task })
    }

    /// Ends it for good. Says how often it died before.
    pub(crate) async fn stop(self) -> usize {
        self.task.abort();
        // The child is killed with the task that owns it.
        while !self.task.is_finished() {
            tokio::task::yield_now().await;
        }
        self.deaths.load(Ordering::Relaxed)
    }
}

async fn start(arguments: &[String]) -> Result<Child> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let stdout = child.stdout.take().ok_or("a process has no output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if line == READY {
            return Ok(child);
        }
    }
    Err("a process ended before it was ready".into())
}
