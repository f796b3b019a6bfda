//! [`Host`]: what runs the application.

use std::{fmt, future::Future};

use bytes::Bytes;

use super::Bench;
use crate::simulator::Sent;

/// Starts an application and hands it requests. `hookgate_axum::testing` and `hookgate_actix::testing`
/// have one each, in process; one that goes through a real server is a few lines.
pub trait Host {
    /// The application while it runs. Dropped, it is stopped.
    type App;

    /// Starts the application: once for each scenario, and again where one is about a restart.
    fn start(&self, bench: &Bench) -> impl Future<Output = Self::App>;

    /// Sends a request and reads the whole answer. Dropped before its end, the sender has hung up.
    fn call(&self, app: &Self::App, sent: Sent) -> impl Future<Output = Reply>;

    /// Drives `play` where the framework can start tasks; `None` when it is stuck.
    fn drive<T>(&self, play: impl Future<Output = T>) -> impl Future<Output = Option<T>>;
}

/// An answer. `Debug` shows its status alone.
///
/// ```
/// use hookgate::testing::Reply;
///
/// let reply = Reply::new(503, [("retry-after".to_owned(), "2".to_owned())], "");
/// assert_eq!(reply.header("retry-after"), Some("2"));
/// assert!(!reply.is_success());
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case; values that are not text are read lossily.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// An answer.
    pub fn new(
        status: u16,
        headers: impl IntoIterator<Item = (String, String)>,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            status,
            headers: headers.into_iter().collect(),
            body: body.into(),
        }
    }

    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the sender takes the event for delivered.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
