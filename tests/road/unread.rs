//! The rest of a refused body is read within its bounds, and not where that would do harm.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use hookgate::{
    framework::{
        BodyBroken, BodySource,
        unread::{AT_LEAST, Connection, LINGER, TIMES_THE_LIMIT, Unread, WatchedBody},
    },
    testing::FakeClock,
};

use crate::props::{now, poll};

const CHUNK: &[u8] = &[0; 16 * 1024];

/// This many chunks, and what comes after them. Tells how many bytes were read.
struct Chunks {
    left: usize,
    then: Poll<Option<BodyBroken>>,
    read: Arc<AtomicUsize>,
}

impl Chunks {
    fn new(left: usize, then: Poll<Option<BodyBroken>>) -> (Self, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let chunks = Self {
            left,
            then,
            read: read.clone(),
        };
        (chunks, read)
    }

    fn without_an_end() -> (Self, Arc<AtomicUsize>) {
        Self::new(usize::MAX, Poll::Pending)
    }
}

impl BodySource for Chunks {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.then.map(|broken| broken.map(Err));
        };
        self.left = left;
        self.read.fetch_add(CHUNK.len(), Ordering::SeqCst);
        Poll::Ready(Some(Ok(Bytes::from_static(CHUNK))))
    }
}

fn headers(also: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&[("content-length", "99999999")], also].concat()
}

fn unread(body: WatchedBody<Chunks>, limit: usize) -> Option<Unread<Chunks>> {
    body.unread(Connection::Http11, &headers(&[]), limit)
}

#[test]
fn a_body_without_an_end_is_read_up_to_its_bound_and_given_up_after_its_time() {
    for (limit, bound) in [
        (1024 * 1024, 1024 * 1024 * TIMES_THE_LIMIT),
        // With any limit, a usual event is read to its end.
        (64, AT_LEAST),
    ] {
        let clock = FakeClock::at(now());
        let (body, read) = Chunks::without_an_end();
        let unread = unread(WatchedBody::new(body), limit).unwrap();
        let mut drain = pin!(unread.drain(Arc::new(clock.clone())).unwrap());
        assert!(poll(drain.as_mut()).is_pending());
        assert_eq!(read.load(Ordering::SeqCst), bound + CHUNK.len());

        clock.advance(LINGER / 2);
        assert!(poll(drain.as_mut()).is_pending());
        clock.advance(LINGER / 2);
        assert!(poll(drain.as_mut()).is_ready());
        assert_eq!(read.load(Ordering::SeqCst), bound + CHUNK.len());
    }
}

#[test]
fn a_body_that_stops_is_given_up_after_its_time() {
    let clock = FakeClock::at(now());
    let (body, read) = Chunks::new(1, Poll::Pending);
    let unread = unread(WatchedBody::new(body), 64).unwrap();
    let mut drain = pin!(unread.drain(Arc::new(clock.clone())).unwrap());
    assert!(poll(drain.as_mut()).is_pending());
    assert_eq!(read.load(Ordering::SeqCst), CHUNK.len());
    clock.advance(LINGER);
    assert!(poll(drain.as_mut()).is_ready());
}

#[test]
fn a_body_that_ends_or_breaks_is_read_no_further() {
    for end in [None, Some(BodyBroken)] {
        let (body, read) = Chunks::new(3, Poll::Ready(end));
        let unread = unread(WatchedBody::new(body), 64).unwrap();
        let timer = Arc::new(FakeClock::at(now()));
        assert!(poll(pin!(unread.drain(timer).unwrap())).is_ready());
        assert_eq!(read.load(Ordering::SeqCst), 3 * CHUNK.len());
    }
}

#[test]
fn nothing_is_left_of_a_body_that_was_read_or_broke_or_was_never_announced() {
    for end in [None, Some(BodyBroken)] {
        let (body, _) = Chunks::new(1, Poll::Ready(end));
        let mut body = WatchedBody::new(body);
        assert!(poll_chunk(&mut body).is_ready());
        assert!(poll_chunk(&mut body).is_ready());
        assert!(unread(body, 64).is_none());
    }
    let (body, _) = Chunks::new(1, Poll::Pending);
    let mut body = WatchedBody::new(body);
    assert!(poll_chunk(&mut body).is_ready());
    let length = vec![("content-length", CHUNK.len().to_string())];
    let unread = body.unread(Connection::Http11, &length, 64);
    assert!(
        unread.is_none(),
        "its last byte was read, though not its end"
    );

    for framing in [vec![], vec![("content-length", "0")]] {
        let body = WatchedBody::new(Chunks::without_an_end().0);
        let unread = body.unread(Connection::Http11, &framing, 64);
        assert!(unread.is_none());
    }
}

#[test]
fn a_connection_closes_and_a_stream_does_not() {
    for (connection, closes) in [
        (Connection::Http10, true),
        (Connection::Http11, true),
        (Connection::Multiplexed, false),
    ] {
        for framing in [
            ("content-length", "1"),
            ("transfer-encoding", "chunked"),
            // A length that cannot be read announces something.
            ("content-length", "one"),
        ] {
            let body = WatchedBody::new(Chunks::without_an_end().0);
            let unread = body.unread(connection, &vec![framing], 64).unwrap();
            assert_eq!(unread.closes(), closes);
        }
    }
}

#[test]
fn who_waits_for_continue_is_not_read_unless_it_was_said() {
    let expects = headers(&[("expect", "100-Continue")]);
    let timer = Arc::new(FakeClock::at(now()));
    let drains = |body: WatchedBody<Chunks>| {
        let unread = body.unread(Connection::Http11, &expects, 64).unwrap();
        assert!(unread.closes());
        unread.drain(timer.clone()).is_some()
    };
    let body = || Chunks::new(0, Poll::Pending).0;
    assert!(!drains(WatchedBody::new(body())));
    assert!(drains(WatchedBody::continued(body())));
    // The server says `100 Continue` when the body is asked for.
    let mut begun = WatchedBody::new(body());
    assert!(poll_chunk(&mut begun).is_pending());
    assert!(drains(begun));
}

#[test]
fn who_speaks_http_1_0_is_read_whatever_it_expects() {
    let expects = headers(&[("expect", "100-continue")]);
    for (version, is_read) in [
        (http::Version::HTTP_10, true),
        (http::Version::HTTP_11, false),
    ] {
        let body = WatchedBody::new(Chunks::new(0, Poll::Pending).0);
        let unread = body.unread(version.into(), &expects, 64).unwrap();
        let drain = unread.drain(Arc::new(FakeClock::at(now())));
        assert_eq!(drain.is_some(), is_read, "{version:?}");
    }
}

fn poll_chunk(body: &mut WatchedBody<Chunks>) -> Poll<Option<Result<Bytes, BodyBroken>>> {
    Pin::new(body).poll_chunk(&mut Context::from_waker(Waker::noop()))
}
