//! Reading a body within its bounds.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};

use crate::{
    allowance::{Allowance, Grant},
    clock::Timer,
    error::Rejection,
    wait::within,
};

/// The connection broke, or the framework refused the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyBroken;

/// A body as the framework gives it: chunk by chunk, of unknown length.
pub trait BodySource {
    /// The next chunk, or `None` at the end.
    fn poll_chunk(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>>;

    /// Whether nothing more will come, where that is known before the end was read.
    fn is_over(&self) -> bool {
        false
    }
}

/// Lent to whoever reads it.
impl<S: BodySource + Unpin + ?Sized> BodySource for &mut S {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        Pin::new(&mut **self).poll_chunk(context)
    }

    fn is_over(&self) -> bool {
        (**self).is_over()
    }
}

/// A body that is already complete.
impl BodySource for Option<Bytes> {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        Poll::Ready(self.take().map(Ok))
    }

    fn is_over(&self) -> bool {
        self.as_ref().is_none_or(Bytes::is_empty)
    }
}

/// A whole body and its share of the receiver's byte budget.
#[derive(Debug)]
pub(crate) struct WholeBody {
    pub(crate) bytes: Bytes,
    pub(crate) grant: Grant,
}

/// Bounds for one body.
#[derive(Debug, Clone)]
pub(crate) struct BodyBounds {
    pub(crate) limit: usize,
    pub(crate) deadline: Duration,
    pub(crate) in_flight: Allowance,
}

impl BodyBounds {
    /// Reads `body` to its end. The deadline is for the whole body: a sender that drips a byte at a time
    /// gains nothing.
    pub(crate) async fn read(
        &self,
        body: impl BodySource,
        timer: &Arc<dyn Timer>,
    ) -> Result<WholeBody, Rejection> {
        within(timer, self.deadline, pin!(self.collect(body)))
            .await
            .unwrap_or(Err(Rejection::BodyTooSlow {
                deadline: self.deadline,
            }))
    }

    async fn collect(&self, body: impl BodySource) -> Result<WholeBody, Rejection> {
        let mut body = pin!(body);
        let mut grant = self.in_flight.take(0).ok_or(Rejection::Overloaded)?;
        let mut first = Bytes::new();
        let mut joined = BytesMut::new();
        while let Some(chunk) = poll_fn(|context| body.as_mut().poll_chunk(context)).await {
            let chunk = chunk.map_err(|BodyBroken| Rejection::BodyIncomplete)?;
            let so_far = first.len().max(joined.len());
            if so_far.saturating_add(chunk.len()) > self.limit {
                return Err(Rejection::BodyTooLarge { limit: self.limit });
            }
            if !grant.grow(chunk.len()) {
                return Err(Rejection::Overloaded);
            }
            // Most bodies arrive in one chunk, which is then used as it is.
            if so_far == 0 {
                first = chunk;
            } else {
                if joined.is_empty() {
                    joined.extend_from_slice(&first);
                }
                joined.extend_from_slice(&chunk);
            }
        }
        let bytes = if joined.is_empty() {
            first
        } else {
            joined.freeze()
        };
        Ok(WholeBody { bytes, grant })
    }
}
