//! [`BodySource`]: a body as the framework gives it.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;

/// The connection broke, or the framework refused the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body broke off")]
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
