//! [`Supervised`]: a process that is started again whenever it ends. [`Deaths`]: how it ended.

use std::{
    os::unix::process::ExitStatusExt,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    sync::{Notify, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    Result,
    dying::{Dies, below},
};

/// What a process says once it is ready.
pub(crate) const READY: &str = "ready";
/// A process that ended is started again after this.
const PAUSE: Duration = Duration::from_millis(100);
/// So long the first start may take.
const FIRST_START: Duration = Duration::from_secs(60);
/// A process that dies at a place does so once in so many times, at random.
const ONCE_IN: u64 = 32;
/// The first one dies at once, so that one has died however little traffic there is.
const AT_ONCE: u64 = 1;
/// The signal of [`std::process::abort`].
const SIGABRT: i32 = 6;
/// The signal of a kill from outside.
const SIGKILL: i32 = 9;
/// So much of what a process says on standard error is kept.
const KEPT: u64 = 64 << 10;

/// How a process ended before it was stopped.
#[derive(Debug, Default)]
pub(crate) struct Deaths {
    /// So often it was killed, or died where its row says.
    pub(crate) meant: usize,
    /// Of each time that it ended otherwise: how, and what it said on standard error.
    pub(crate) by_itself: Vec<String>,
}

impl Deaths {
    /// Refuses any.
    pub(crate) fn none(&self) -> Result<()> {
        if self.meant == 0 && self.by_itself.is_empty() {
            return Ok(());
        }
        Err(format!("a sound process died: {self:?}").into())
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.meant += other.meant;
        self.by_itself.extend(other.by_itself);
    }
}

/// A process that is started again whenever it ends. Killed when this is dropped.
pub(crate) struct Supervised {
    deaths: Arc<Mutex<Deaths>>,
    /// Asks for a kill. Nobody listens where nothing kills this process from outside.
    kill: Arc<Notify>,
    is_killed: bool,
    task: JoinHandle<Result<()>>,
}

impl Supervised {
    /// Starts this program with `arguments`, and how often it dies behind them. Waits until it is ready.
    ///
    /// `dies` is where it ends itself. Where `killed_within` is set, it is killed (SIGKILL) again and again, after a time at
    /// random below that.
    pub(crate) async fn start(
        arguments: &[&str],
        dies: Dies,
        killed_within: Option<Duration>,
    ) -> Result<Self> {
        let role = arguments.first().copied().unwrap_or_default().to_owned();
        let deaths = Arc::<Mutex<Deaths>>::default();
        let kill = Arc::new(Notify::new());
        let (tell, mut told) = watch::channel(false);
        let life = Life {
            arguments: arguments.iter().map(|&it| it.to_owned()).collect(),
            dies,
            killed_within,
            deaths: deaths.clone(),
            kill: kill.clone(),
        };
        let supervised = Self {
            deaths,
            kill,
            is_killed: killed_within.is_some(),
            task: tokio::spawn(life.goes_on(tell)),
        };
        let is_ready = timeout(FIRST_START, told.wait_for(|is_ready| *is_ready)).await;
        is_ready.map_err(|_| {
            let ended = lock(&supervised.deaths).by_itself.pop().unwrap_or_default();
            format!("the {role} was not ready within {FIRST_START:?}. {ended}")
        })??;
        Ok(supervised)
    }

    /// Kills it, where it is to be killed and has not been yet.
    pub(crate) fn kill_at_last(&self) {
        if self.is_killed && lock(&self.deaths).meant == 0 {
            self.kill.notify_one();
        }
    }

    /// Ends it for good. Says how it died before.
    pub(crate) async fn stop(mut self) -> Result<Deaths> {
        self.task.abort();
        // The child is killed with the task that owns it. A task that ended by itself could not go on.
        if let Ok(ended) = (&mut self.task).await {
            ended?;
        }
        Ok(std::mem::take(&mut *lock(&self.deaths)))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is done with the process, from its first start on.
struct Life {
    arguments: Vec<String>,
    dies: Dies,
    killed_within: Option<Duration>,
    deaths: Arc<Mutex<Deaths>>,
    kill: Arc<Notify>,
}

impl Life {
    /// `tell` hears that the first is ready.
    async fn goes_on(self, tell: watch::Sender<bool>) -> Result<()> {
        let mut once_in = AT_ONCE;
        loop {
            let mut child = spawn(&self.arguments, once_in)?;
            let said = child.stderr.take().map(|it| tokio::spawn(said(it)));
            if is_ready(&mut child).await? {
                tell.send_replace(true);
                once_in = ONCE_IN;
            }
            let how = tokio::select! {
                how = child.wait() => how?,
                due = kill_is_due(self.killed_within, &self.kill) => {
                    due?;
                    child.start_kill()?;
                    child.wait().await?
                }
            };
            let said = text(said).await?;
            self.note(how, &said);
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn note(&self, how: ExitStatus, said: &str) {
        let mut deaths = lock(&self.deaths);
        if self.is_meant(how, said) {
            deaths.meant += 1;
        } else {
            let role = self.arguments.first().map_or("", String::as_str);
            let said = said.trim();
            deaths.by_itself.push(format!("{role}: {how}: {said}"));
        }
    }

    fn is_meant(&self, how: ExitStatus, said: &str) -> bool {
        match how.signal() {
            Some(SIGKILL) => self.killed_within.is_some(),
            // What aborts for another reason says why.
            Some(SIGABRT) => self.dies != Dies::Never && said.is_empty(),
            _ => false,
        }
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

fn spawn(arguments: &[String], once_in: u64) -> Result<Child> {
    Ok(Command::new(std::env::current_exe()?)
        .args(arguments)
        .arg(once_in.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?)
}

/// Waits until the process is ready. `false` where it ended before.
async fn is_ready(child: &mut Child) -> Result<bool> {
    let stdout = child.stdout.take().ok_or("a process has no output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if line == READY {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first of what it says on standard error, once it has ended.
async fn said(stderr: ChildStderr) -> std::io::Result<String> {
    let mut stderr = stderr;
    let mut kept = Vec::new();
    (&mut stderr).take(KEPT).read_to_end(&mut kept).await?;
    // Nobody may wait for room.
    tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

async fn text(said: Option<JoinHandle<std::io::Result<String>>>) -> Result<String> {
    match said {
        Some(said) => Ok(said.await??),
        None => Ok(String::new()),
    }
}

fn lock(deaths: &Mutex<Deaths>) -> MutexGuard<'_, Deaths> {
    deaths.lock().unwrap_or_else(PoisonError::into_inner)
}
