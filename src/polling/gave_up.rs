//! [`GaveUp`]: a process that is awaited no more, and did not end.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use crate::{
    identity::TenantId,
    verdict::{Ack, Nack},
};

/// A process that is awaited no more, and whose end nobody told.
///
/// Its webhook may still come. It is handled then as any other.
#[derive(Clone)]
#[non_exhaustive]
pub struct GaveUp {
    /// The canonical id of the tenant, where the endpoint serves many.
    pub tenant: Option<TenantId>,
    /// The sender's id of the process.
    pub id: Box<str>,
    /// How often it was asked for.
    pub asked: u32,
    /// Why it was given up.
    pub why: Why,
}

/// Shows no tenant and no id.
impl fmt::Debug for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GaveUp")
            .field("asked", &self.asked)
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}

/// Why a process was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// It did not end before its deadline, or its handler never succeeded.
    Deadline,
    /// The sender's API knows no such process any more.
    Gone,
    /// Nobody looked after it for so long that the dedup store may have forgotten it. It may have been handled.
    Forgotten,
}

impl Why {
    /// The name in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Gone => "gone",
            Self::Forgotten => "forgotten",
        }
    }
}

/// Who is told.
pub(super) type Heard =
    Arc<dyn Fn(GaveUp) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// `true` where it was taken.
pub(super) fn erased<F, Fut>(hear: F) -> Heard
where
    F: Fn(GaveUp) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    Arc::new(move |gave_up| {
        let heard = hear(gave_up);
        Box::pin(async move { heard.await.is_ok() })
    })
}
