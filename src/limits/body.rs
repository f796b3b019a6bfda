//! Reading a body within its bounds.

use std::{future::poll_fn, mem, pin::pin, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};

use super::{Allowance, BodyBroken, BodySource, Grant, erase, erase_buffer};
use crate::{
    time::{Timer, within},
    verdict::Rejection,
};

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
    /// Whether what is read is a secret, and erased once it is not needed. Room for the limit is then made at once, so
    /// that growing leaves no copy behind.
    pub(crate) erased: bool,
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
        let mut read = Read::new(self.erased);
        while let Some(chunk) = poll_fn(|context| body.as_mut().poll_chunk(context)).await {
            let chunk = chunk.map_err(|BodyBroken| Rejection::BodyIncomplete)?;
            if read.len().saturating_add(chunk.len()) > self.limit {
                return Err(Rejection::BodyTooLarge { limit: self.limit });
            }
            let room = read.room_with(chunk.len(), self.limit);
            if !grant.grow(room.saturating_sub(read.room)) {
                return Err(Rejection::Overloaded);
            }
            read.add(chunk, room);
        }
        let bytes = read.take();
        Ok(WholeBody { bytes, grant })
    }
}

/// What has been read of a body so far.
struct Read {
    /// Most bodies arrive in one chunk, which is then used as it is.
    first: Bytes,
    joined: BytesMut,
    /// For how many bytes there is room: at least those that have been read.
    room: usize,
    erased: bool,
}

impl Read {
    fn new(erased: bool) -> Self {
        Self {
            first: Bytes::new(),
            joined: BytesMut::new(),
            room: 0,
            erased,
        }
    }

    fn len(&self) -> usize {
        self.first.len().max(self.joined.len())
    }

    /// For how many bytes there must be room once `more` have come. Of what is erased, a second chunk makes room for the
    /// limit.
    fn room_with(&self, more: usize, limit: usize) -> usize {
        if self.erased && self.len() > 0 {
            limit
        } else {
            self.len().saturating_add(more)
        }
    }

    /// `room` is what was said to be needed.
    fn add(&mut self, chunk: Bytes, room: usize) {
        self.room = room;
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        if self.joined.is_empty() {
            if self.erased {
                self.joined.reserve(room);
            }
            self.joined.extend_from_slice(&self.first);
            self.erase_first();
        }
        self.joined.extend_from_slice(&chunk);
        if self.erased {
            erase(chunk);
        }
    }

    fn erase_first(&mut self) {
        let first = mem::take(&mut self.first);
        if self.erased {
            erase(first);
        }
    }

    /// All of it.
    fn take(&mut self) -> Bytes {
        let first = mem::take(&mut self.first);
        if self.joined.is_empty() {
            first
        } else {
            mem::take(&mut self.joined).freeze()
        }
    }
}

impl Drop for Read {
    /// Of a body that was not read to its end.
    fn drop(&mut self) {
        if self.erased {
            erase(mem::take(&mut self.first));
            erase_buffer(&mut self.joined);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        pin::Pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::{limits::erased::ERASED, telemetry::Level};

    /// Chunks, and then nothing more for now.
    struct Stalled(VecDeque<Bytes>);

    impl BodySource for Stalled {
        fn poll_chunk(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
            match self.0.pop_front() {
                Some(chunk) => Poll::Ready(Some(Ok(chunk))),
                None => Poll::Pending,
            }
        }
    }

    #[test]
    fn room_that_is_made_for_a_body_is_counted_as_what_is_read_is() {
        for (erased, chunks, used) in [
            (true, 1, 10),
            (true, 2, 100),
            (true, 3, 100),
            (false, 3, 30),
        ] {
            let bounds = BodyBounds {
                limit: 100,
                deadline: Duration::from_secs(1),
                in_flight: Allowance::new(100, Level::unmetered()),
                erased,
            };
            let chunk = Bytes::from_static(b"0123456789");
            let body = Stalled(std::iter::repeat_n(chunk, chunks).collect());
            let mut reading = Box::pin(bounds.collect(body));
            let mut context = Context::from_waker(Waker::noop());
            assert!(reading.as_mut().poll(&mut context).is_pending());
            assert_eq!(bounds.in_flight.used(), used, "{erased} {chunks}");
            drop(reading);
            assert_eq!(bounds.in_flight.used(), 0);
        }
    }

    /// Its sender may have left in the middle of a secret.
    #[test]
    fn what_came_of_a_secret_body_is_erased_when_no_more_of_it_is_read() {
        for (erased, chunks) in [(true, 1), (true, 2), (true, 3), (false, 1), (false, 3)] {
            let bounds = BodyBounds {
                limit: 100,
                deadline: Duration::from_secs(1),
                in_flight: Allowance::new(100, Level::unmetered()),
                erased,
            };
            let chunk = || Bytes::from(b"0123456789".to_vec());
            let body = Stalled(std::iter::repeat_with(chunk).take(chunks).collect());
            let mut reading = Box::pin(bounds.collect(body));
            let mut context = Context::from_waker(Waker::noop());
            assert!(reading.as_mut().poll(&mut context).is_pending());
            // Of several chunks each was copied, and overwritten where it had been.
            let copied = if erased && chunks > 1 { 10 * chunks } else { 0 };
            assert_eq!(ERASED.take(), copied, "{erased} {chunks}");
            drop(reading);
            let left = if erased { 10 * chunks } else { 0 };
            assert_eq!(ERASED.take(), left, "{erased} {chunks}");
        }
    }
}
