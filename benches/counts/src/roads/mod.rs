//! Whole roads in process: from the request as a server hands it on to the answer, without a socket.

#[cfg(feature = "actix")]
mod actix;
mod axum;

use bytes::Bytes;

#[cfg(feature = "actix")]
pub(crate) use self::actix::Actix;
pub(crate) use self::axum::Axum;
use crate::deliveries::{self, Sender};

/// An application that answers requests.
pub(crate) trait Road {
    /// A request as the framework's server makes it.
    type Request;

    fn request(&self, head: http::request::Parts, body: Bytes) -> Self::Request;

    /// The status of its answer, whose body was read.
    fn answer(&mut self, request: Self::Request) -> u16;
}

/// `count` requests of a sender, all different.
pub(crate) fn requests(sender: Sender, count: usize) -> Vec<(http::request::Parts, Bytes)> {
    let requests = deliveries::requests(sender, 0, count);
    requests.iter().map(|wire| parsed(wire)).collect()
}

fn parsed(wire: &[u8]) -> (http::request::Parts, Bytes) {
    let text = std::str::from_utf8(wire).expect("it is a text");
    let (head, body) = text.split_once("\r\n\r\n").expect("it has a body");
    let mut lines = head.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut request = http::Request::post(target.expect("a target"));
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        request = request.header(name, value);
    }
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    (parts, Bytes::copy_from_slice(body.as_bytes()))
}
