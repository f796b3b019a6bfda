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
    sync::{Notify, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{Result, dying::below};

/// What a process says once it is ready.
pub(crate) const READY: &str = "ready";
/// A process that cannot start, since its database is away, is tried again after this.
const PAUSE: Duration = Duration::from_millis(100);
/// So long the first start may take.
const FIRST_START: Duration = Duration::from_secs(60);
/// A process that dies at a place does so once in so many times, at random.
const ONCE_IN: u64 = 32;
/// The first one dies at once, so that one has died however little traffic there is.
const AT_ONCE: u64 = 1;

/// A process that is started again whenever it ends. Killed when this is dropped.
pub(crate) struct Supervised {
    deaths: Arc<AtomicUsize>,
    /// Asks for a kill. Nobody listens where nothing kills this process from outside.
    kill: Arc<Notify>,
    is_killed: bool,
    task: JoinHandle<Result<()>>,
}

impl Supervised {
    /// Starts this program with `arguments`, and how often it dies behind them. Waits until it is ready. What it says on
    /// standard error until then is seen.
    ///
    /// Where `killed_within` is set, it is killed (SIGKILL) again and again, after a time at random below that.
    pub(crate) async fn start(arguments: &[&str], killed_within: Option<Duration>) -> Result<Self> {
        let role = arguments.first().copied().unwrap_or_default().to_owned();
        let arguments: Vec<String> = arguments.iter().map(|&it| it.to_owned()).collect();
        let deaths = Arc::new(AtomicUsize::new(0));
        let kill = Arc::new(Notify::new());
        let (counted, asked) = (deaths.clone(), kill.clone());
        let (tell, mut told) = watch::channel(false);
        let task = tokio::spawn(async move {
            loop {
                let is_first = !*tell.borrow();
                match start(&arguments, is_first).await {
                    Ok(mut child) => {
                        tell.send_replace(true);
                        tokio::select! {
                            ended = child.wait() => drop(ended?),
                            due = kill_is_due(killed_within, &asked) => {
                                due?;
                                child.kill().await?;
                            }
                        }
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) if is_first => eprintln!("a process does not start: {error}"),
                    // Its database is away.
                    Err(_) => {}
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        let supervised = Self {
            deaths,
            kill,
            is_killed: killed_within.is_some(),
            task,
        };
        let is_ready = timeout(FIRST_START, told.wait_for(|is_ready| *is_ready)).await;
        is_ready.map_err(|_| format!("the {role} was not ready within {FIRST_START:?}"))??;
        Ok(supervised)
    }

    /// Kills it, where it is to be killed and has not been yet.
    pub(crate) fn kill_at_last(&self) {
        if self.is_killed && self.deaths.load(Ordering::Relaxed) == 0 {
            self.kill.notify_one();
        }
    }

    /// Ends it for good. Says how often it died before.
    pub(crate) async fn stop(mut self) -> Result<usize> {
        self.task.abort();
        // The child is killed with the task that owns it. A task that ended by itself could not go on.
        if let Ok(ended) = (&mut self.task).await {
            ended?;
        }
        Ok(self.deaths.load(Ordering::Relaxed))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns when the process is to be killed: after a time at random, or when that is asked for.
async fn kill_is_due(within: Option<Duration>, asked: &Notify) -> Result<()> {
    let Some(most) = within else {
        return std::future::pending().await;
    };
    let after = below(u64::try_from(most.as_millis())?)?;
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(50 + after)) => {}
        () = asked.notified() => {}
    }
    Ok(())
}

async fn start(arguments: &[String], is_first: bool) -> Result<Child> {
    let (once_in, stderr) = if is_first {
        (AT_ONCE, Stdio::inherit())
    } else {
        (ONCE_IN, Stdio::null())
    };
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .arg(once_in.to_string())
        .stdout(Stdio::piped())
        .stderr(stderr)
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
