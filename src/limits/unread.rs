//! What becomes of a body that a refusal leaves unread.
//!
//! A server that answers and closes while the sender still writes makes the sender's system throw the answer away
//! (RFC 9112, section 9.6). The sender sees a broken connection where a 413 would have told it to stop. What it sends
//! next on that connection is lost. So the answer says `Connection: close`, and the rest of the body is read and
//! dropped, for a while: a lingering close. HTTP/2 forbids that header (RFC 9113, section 8.2.2) and needs it for
//! nothing. There the stream ends once the rest was read, or with `NO_ERROR` after that while.
//!
//! Two bodies are not read. Whoever waits for `100 Continue` sends nothing once it has its answer. And when
//! [`AT_ONCE`] bodies are being read, the connection of one more closes at once: its answer may be lost.
//!
//! For framework authors: hand the road a [`WatchedBody`], and after a refusal ask it what is [`Unread`].
//! `hookgate::tower` is the example.

use std::{
    future::{Future, pending, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderName, Version, header};

use super::{BodyBroken, BodySource};
use crate::{
    request::Headers,
    time::{Timer, within},
};

/// How long the rest of a refused body is read. By then, a sender on a slow line has had its answer. A sender that
/// means harm has held a connection for a second, not for as long as it likes.
pub const LINGER: Duration = Duration::from_secs(1);

/// How much is read, as a multiple of the receiver's limit for bodies. Events that outgrow a limit do so by a small
/// factor; what is further off is no event.
pub const TIMES_THE_LIMIT: usize = 8;

/// How much is read at least, in bytes, however low the limit: as much as senders send to an endpoint of defaults.
pub const AT_LEAST: usize = 1024 * 1024;

/// How many bodies are read on at once in the process: as many as one receiver runs handlers. Each costs a task and a
/// connection with its buffers. One more is not read, and its connection closes at once.
pub const AT_ONCE: usize = 1024;

/// Over the process and not over a receiver: connections and memory are the process's, and a stranger may try all
/// receivers.
static LINGERING: AtomicUsize = AtomicUsize::new(0);

/// How requests follow one another on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// HTTP/1.0: the next request begins where this body ends, and nobody waits for `100 Continue`.
    Http10,
    /// HTTP/1.1: the next request begins where this body ends.
    Http11,
    /// HTTP/2 and later: each request has a stream of its own.
    Multiplexed,
}

impl From<Version> for Connection {
    fn from(version: Version) -> Self {
        if version < Version::HTTP_11 {
            Self::Http10
        } else if version < Version::HTTP_2 {
            Self::Http11
        } else {
            Self::Multiplexed
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Untouched,
    Begun,
    Over,
}

/// A body that knows how far it was read.
#[derive(Debug)]
pub struct WatchedBody<B> {
    body: B,
    progress: Progress,
    read: u64,
    continued: bool,
}

impl<B: BodySource + Unpin> WatchedBody<B> {
    /// Watches a body of a server that says `100 Continue`, where that is expected, when the body is first asked for.
    pub fn new(body: B) -> Self {
        Self {
            body,
            progress: Progress::Untouched,
            read: 0,
            continued: false,
        }
    }

    /// Watches a body of a server that has said `100 Continue` by now, where it was expected.
    pub fn continued(body: B) -> Self {
        Self {
            continued: true,
            ..Self::new(body)
        }
    }

    /// What is left of the body of a request with these `headers` to a receiver that reads at most `limit` bytes.
    /// `None` when the body is over.
    pub fn unread(
        self,
        connection: Connection,
        headers: &dyn Headers,
        limit: usize,
    ) -> Option<Unread<B>> {
        let whole = match announced(headers) {
            Announced::Nothing => connection != Connection::Multiplexed,
            // The end itself need not have been read.
            Announced::Bytes(length) => self.read >= length,
            Announced::Something => false,
        };
        if whole || self.is_over() {
            return None;
        }
        // Whoever waits for `100 Continue` sends nothing once it has its answer (RFC 9110, section 10.1.1); to ask for
        // the body would be to say it.
        let waits = self.progress == Progress::Untouched && !self.continued;
        // From HTTP/1.0 the expectation is ignored (same section): its body comes all the same.
        let waits = waits && connection != Connection::Http10 && expects_continue(headers);
        Some(Unread {
            closes: connection != Connection::Multiplexed,
            most: limit.saturating_mul(TIMES_THE_LIMIT).max(AT_LEAST),
            body: self.body,
            waits,
        })
    }
}

impl<B: BodySource + Unpin> BodySource for WatchedBody<B> {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        let chunk = Pin::new(&mut self.body).poll_chunk(context);
        if let Poll::Ready(Some(Ok(chunk))) = &chunk {
            self.read = self.read.saturating_add(chunk.len() as u64);
        }
        self.progress = match &chunk {
            // What broke brings nothing more.
            Poll::Ready(None | Some(Err(BodyBroken))) => Progress::Over,
            Poll::Ready(Some(Ok(_))) | Poll::Pending => Progress::Begun,
        };
        chunk
    }

    fn is_over(&self) -> bool {
        self.progress == Progress::Over || self.body.is_over()
    }
}

/// The part of a body that was announced and not read.
#[derive(Debug)]
#[must_use = "an answer without `Connection: close` may be lost, and the next request with it"]
pub struct Unread<B> {
    body: B,
    closes: bool,
    waits: bool,
    most: usize,
}

impl<B: BodySource + Unpin> Unread<B> {
    /// Whether the answer has to say `Connection: close`.
    pub fn closes(&self) -> bool {
        self.closes
    }

    /// The body itself, for a server that reads on by its own means.
    pub fn into_body(self) -> B {
        self.body
    }

    /// Reads the rest and drops it: at most [`LINGER`] long, and at most [`TIMES_THE_LIMIT`] as much as the receiver's
    /// limit, or [`AT_LEAST`]. Run it beside the answer, which must not wait for it. `None` when nothing is to be read:
    /// the sender waits for `100 Continue`, or [`AT_ONCE`] others are being read.
    pub fn drain(self, timer: Arc<dyn Timer>) -> Option<impl Future<Output = ()> + use<B>> {
        let place = if self.waits { None } else { Place::take() }?;
        Some(async move {
            let _place = place;
            let reading = pin!(read_on(self.body, self.most));
            // Past the time, the body goes down here, and its connection or stream with it.
            let _ = within(&timer, LINGER, reading).await;
        })
    }
}

async fn read_on(mut body: impl BodySource + Unpin, most: usize) {
    let mut left = most;
    while let Some(Ok(chunk)) = poll_fn(|context| Pin::new(&mut body).poll_chunk(context)).await {
        match left.checked_sub(chunk.len()) {
            Some(less) => left = less,
            // Nothing more is read. Who has written too much to go on has the rest of the time to read its answer.
            None => pending().await,
        }
    }
}

/// One of the [`AT_ONCE`].
struct Place;

impl Place {
    fn take() -> Option<Self> {
        let one_more = |taken: usize| taken.checked_add(1).filter(|taken| *taken <= AT_ONCE);
        LINGERING
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more)
            .ok()
            .map(|_| Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        LINGERING.fetch_sub(1, Ordering::AcqRel);
    }
}

/// What the head says of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announced {
    Nothing,
    Bytes(u64),
    /// Of unknown length.
    Something,
}

/// Whether an HTTP/1.x head with these `headers` announces a body of at least one byte, or of unknown length (RFC 9112,
/// section 6).
pub fn announces_body(headers: &dyn Headers) -> bool {
    !matches!(announced(headers), Announced::Nothing | Announced::Bytes(0))
}

/// What an HTTP/1.x head says of the body behind it (RFC 9112, section 6); one of HTTP/2 need not say anything.
fn announced(headers: &dyn Headers) -> Announced {
    static FRAMING: [HeaderName; 2] = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
    let mut announced = Announced::Nothing;
    headers.each_of(&FRAMING, &mut |place, value| {
        let length = std::str::from_utf8(value).ok();
        let length = length.and_then(|length| length.trim().parse().ok());
        announced = match (place, length) {
            // The encoding counts where both are there (RFC 9112, section 6.3).
            (0, Some(length)) if announced != Announced::Something => Announced::Bytes(length),
            _ => Announced::Something,
        };
    });
    announced
}

fn expects_continue(headers: &dyn Headers) -> bool {
    let mut expects = false;
    headers.each(&header::EXPECT, &mut |value| {
        expects |= value.trim_ascii().eq_ignore_ascii_case(b"100-continue");
    });
    expects
}
