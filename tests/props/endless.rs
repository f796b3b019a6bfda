//! [`endless`]: a body without an end.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;

/// A body of equal chunks, as many as one asks for, or a body that never has a chunk.
struct Endless {
    chunk: Option<Bytes>,
    read: Arc<AtomicUsize>,
}

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(chunk) = self.chunk.clone() else {
            self.read.fetch_add(1, Ordering::SeqCst);
            return Poll::Pending;
        };
        self.read.fetch_add(chunk.len(), Ordering::SeqCst);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

/// With how many bytes were read of it; how often it was asked, where it has no chunk.
pub(crate) fn endless(chunk: Option<&'static [u8]>) -> (Body, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let chunk = chunk.map(Bytes::from_static);
    let body = Endless {
        chunk,
        read: read.clone(),
    };
    (Body::new(body), read)
}

/// More of them than anybody reads.
pub(crate) fn endless_spaces() -> Body {
    endless(Some(&[b' '; 64 * 1024])).0
}
