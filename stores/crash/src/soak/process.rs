//! [`Condition`]: what a process says of itself.

use std::{fs, net::SocketAddr, str::FromStr, time::Duration};

use hookgate::Receiver;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
    time::timeout,
};

use crate::{Error, Result};

/// Where a process tells its condition.
pub(crate) const PATH: &str = "/condition";
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Memory that no file stands behind, in KiB. Code that is read for the first time is none of it.
    pub(crate) memory: u64,
    pub(crate) descriptors: u64,
    /// Of the runtime that the process began with. Those of actix-web's connections are in runtimes of their own.
    pub(crate) tasks: u64,
    /// Handlers, waiting copies and leases whose end is open.
    pub(crate) busy: u64,
}

impl Condition {
    /// Of this process.
    pub(crate) fn here(runtime: &Handle, receiver: &Receiver) -> Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let memory = status.lines().find_map(|it| it.strip_prefix("RssAnon:"));
        let memory = memory.ok_or("the system does not tell anonymous memory")?;
        let busy = receiver.busy();
        let busy = busy.handlers + busy.copies + busy.unsettled;
        Ok(Self {
            memory: memory.trim().trim_end_matches(" kB").parse()?,
            descriptors: u64::try_from(fs::read_dir("/proc/self/fd")?.count())?,
            tasks: u64::try_from(runtime.metrics().num_alive_tasks())?,
            busy: u64::try_from(busy)?,
        })
    }

    pub(crate) fn text(&self) -> String {
        let Self {
            memory,
            descriptors,
            tasks,
            busy,
        } = self;
        format!("{memory} {descriptors} {tasks} {busy}")
    }

    /// Of the process that listens there.
    pub(crate) async fn of(address: SocketAddr) -> Result<Self> {
        timeout(TIMEOUT, ask(address)).await?
    }
}

impl FromStr for Condition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let numbers: Vec<u64> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<std::result::Result<_, _>>()?;
        let &[memory, descriptors, tasks, busy] = numbers.as_slice() else {
            return Err(format!("no condition: {text}").into());
        };
        Ok(Self {
            memory,
            descriptors,
            tasks,
            busy,
        })
    }
}

async fn ask(address: SocketAddr) -> Result<Condition> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {PATH} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let body = answer.split("\r\n\r\n").nth(1);
    body.ok_or("a process says nothing of itself")?.parse()
}
