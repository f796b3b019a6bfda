//! The receiver's and the worker's processes: this program again, with another argument.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::Result;

/// What a process says once it is ready.
pub(crate) const READY: &str = "ready";

/// A process. It is killed when this is dropped.
pub(crate) struct Process(Child);

impl Process {
    /// Starts this program with `arguments`, and waits until it is ready.
    pub(crate) async fn start(arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("a process has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            if line == READY {
                return Ok(Self(child));
            }
        }
        Err("a process ended before it was ready".into())
    }

    /// SIGKILL: it has no chance to end anything.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.0.kill().await?;
        Ok(())
    }
}
