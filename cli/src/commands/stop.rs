//! [`Stop`]: Ctrl-C, or the signal by which service managers end a program.

use std::{io, time::Duration};

/// How long running handlers and open connections may take to end, once asked to stop. It is more than a
/// handler that forwards takes. It is not for ever, since a server waits for a request that never comes whole.
pub(super) const LINGER: Duration = Duration::from_secs(30);

/// Both signals. They are taken from the moment at which this is made.
pub(super) struct Stop {
    #[cfg(unix)]
    interrupted: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminated: tokio::signal::unix::Signal,
}

/// The status that shells report for an interrupted program.
const INTERRUPTED: i32 = 130;

impl Stop {
    #[cfg(unix)]
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Resolves at the first of them. A second one ends the program at once, even if handlers still run.
    pub(super) async fn asked(mut self) {
        self.next().await;
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(INTERRUPTED);
        });
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
