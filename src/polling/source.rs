//! [`StatusSource`]: whoever can say how a process stands.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use bytes::Bytes;

use crate::dedup::Boxed;

/// Asks a sender's API how a process stands.
///
/// It answers with the notification that the sender would have sent of it: an id and a state, and nothing of the verdict.
/// The receiver's pack reads that as it reads what is sent, so both have the same event key. The verdict itself holds
/// personal data. A handler asks for it.
pub trait StatusSource: Send + Sync + 'static {
    /// Asks once. It repeats nothing by itself, and bounds what it reads.
    fn ask(&self, question: Question<'_>) -> impl Future<Output = Result<Reply, AskError>> + Send;

    /// The notification of each state in which a process can end. A process whose event has one of their keys is handled.
    ///
    /// The state of an end that the sender adds later is missing here. Such a process is asked for once more than needed.
    fn ends(&self, id: &str) -> Vec<Bytes>;

    /// The same as the sender tells it to endpoints of another generation of bodies, where it has one.
    ///
    /// A receiver that takes these too must make one event of them and of [`ends`](Self::ends): otherwise `build` refuses.
    fn other_ends(&self, id: &str) -> Vec<Bytes> {
        let _ = id;
        Vec::new()
    }

    /// By what the API counts the questions for this [tenant](Question::tenant), such as the tenant's account. Each account then has
    /// the fallback's [`Rate`](super::Rate) for itself, and an API that takes no more questions of one is asked by the others.
    /// The name is stored: no secret. Default: all questions count together.
    ///
    /// Name an account for each tenant, or for none. While a question without one has no turn, no other is asked, whatever its
    /// account: they all might count together.
    fn account(&self, tenant: Option<&str>) -> Option<Arc<str>> {
        let _ = tenant;
        None
    }

    /// Whether it asks for each [tenant](Question::tenant) by an account of the tenant's own. Where it asks by one account, a
    /// receiver with tenants is refused: their processes would be unknown, and given up. Default: it does.
    fn serves_tenants(&self) -> bool {
        true
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Question<'a> {
    /// The canonical id of the tenant, where the endpoint serves many.
    pub tenant: Option<&'a str>,
    /// The sender's id of the process.
    pub id: &'a str,
}

impl<'a> Question<'a> {
    /// The question for the process `id`.
    pub fn new(tenant: Option<&'a str>, id: &'a str) -> Self {
        Self { tenant, id }
    }
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Question(..)")
    }
}

/// How a process stands. Exhaustive on purpose.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// In a state of which the sender tells.
    Status {
        /// What it would have sent.
        notification: Bytes,
        /// Whether no other state can follow.
        is_end: bool,
    },
    /// In none of which it tells: it goes on.
    NotYet,
    /// The sender will never tell of it: there is no such process, or it was deleted.
    Gone,
}

/// Shows no notification.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status { is_end: true, .. } => "Status(an end)",
            Self::Status { is_end: false, .. } => "Status",
            Self::NotYet => "NotYet",
            Self::Gone => "Gone",
        })
    }
}

/// A question that had no answer. Its text is logged: it holds no secret, id or body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The API was asked too often.
    #[error("the API takes no more questions for now")]
    Limited {
        /// For how long, where it says that.
        retry_after: Option<Duration>,
    },
    /// The API did not answer, or not in a way that can be read. Asked again later.
    #[error("{0}")]
    Unavailable(&'static str),
    /// The API refuses us: credentials or rights are wrong. Asked again later, since somebody may mend that.
    #[error("{0}")]
    Refused(&'static str),
}

impl AskError {
    const fn label(self) -> &'static str {
        match self {
            Self::Limited { .. } => "limited",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
        }
    }
}

/// What a question came to: the name in metrics.
pub(crate) fn label(answer: &Result<Reply, AskError>) -> &'static str {
    match answer {
        Ok(Reply::Status { is_end: true, .. }) => "end",
        Ok(Reply::Status { .. }) => "status",
        Ok(Reply::NotYet) => "not_yet",
        Ok(Reply::Gone) => "gone",
        Err(error) => error.label(),
    }
}

/// [`StatusSource`] with a boxed future.
pub(super) trait DynSource: Send + Sync {
    fn ask<'a>(&'a self, question: Question<'a>) -> Boxed<'a, Result<Reply, AskError>>;
    fn ends(&self, id: &str) -> Vec<Bytes>;
    fn other_ends(&self, id: &str) -> Vec<Bytes>;
    fn account(&self, tenant: Option<&str>) -> Option<Arc<str>>;
    fn serves_tenants(&self) -> bool;
}

impl<S: StatusSource> DynSource for S {
    fn ask<'a>(&'a self, question: Question<'a>) -> Boxed<'a, Result<Reply, AskError>> {
        Box::pin(StatusSource::ask(self, question))
    }

    fn ends(&self, id: &str) -> Vec<Bytes> {
        StatusSource::ends(self, id)
    }

    fn other_ends(&self, id: &str) -> Vec<Bytes> {
        StatusSource::other_ends(self, id)
    }

    fn account(&self, tenant: Option<&str>) -> Option<Arc<str>> {
        StatusSource::account(self, tenant)
    }

    fn serves_tenants(&self) -> bool {
        StatusSource::serves_tenants(self)
    }
}
