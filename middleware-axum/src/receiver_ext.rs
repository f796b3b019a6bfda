//! [`ReceiverExt`]: the receiver as an axum layer.

use std::{
    future::Future,
    net::SocketAddr,
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum::{
    body::Body,
    extract::{
        ConnectInfo, DefaultBodyLimit, FromRequestParts, MatchedPath, OriginalUri, RawPathParams,
        rejection::RawPathParamsRejection,
    },
};
use hookgate::{
    framework::Built,
    tower::{RouteParams, Wiring},
};
use http::{Uri, request::Parts};
use tower_layer::Stack;

use crate::UnixPeer;

/// A receiver's layer for axum: the core's layer, with axum's default body limit switched off inside.
pub type ReceiverLayer = Stack<DefaultBodyLimit, hookgate::tower::ReceiverLayer<Body>>;

/// Makes a [`Receiver`](hookgate::Receiver) an axum layer.
pub trait ReceiverExt {
    /// The layer to put on a `MethodRouter`: `post(handler).layer(receiver.layer())`.
    ///
    /// See the crate's documentation for what it covers.
    fn layer(&self) -> ReceiverLayer;
}

impl<R: Built> ReceiverExt for R {
    fn layer(&self) -> ReceiverLayer {
        let wiring = Wiring {
            route_params,
            peer,
            unix_socket,
            target,
        };
        Stack::new(
            DefaultBodyLimit::disable(),
            hookgate::tower::ReceiverLayer::new(self.receiver().clone()).wiring(wiring),
        )
    }
}

pub(crate) fn peer(parts: &Parts) -> Option<SocketAddr> {
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| *peer)
}

pub(crate) fn unix_socket(parts: &Parts) -> bool {
    parts.extensions.get::<ConnectInfo<UnixPeer>>().is_some()
}

/// `Router::nest` cuts its prefix from the request's own URI, and the router keeps the whole one beside. Nothing that
/// arrives can write an extension.
fn target(parts: &Parts) -> &Uri {
    let original = parts.extensions.get::<OriginalUri>();
    original.map_or(&parts.uri, |OriginalUri(uri)| uri)
}

fn route_params(parts: &mut Parts) -> RouteParams {
    // Reads an extension of the request: ready at the first poll.
    let read = pin!(RawPathParams::from_request_parts(parts, &()))
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    match read {
        Poll::Ready(Ok(params)) => params
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        Poll::Ready(Err(RawPathParamsRejection::InvalidUtf8InPathParam(_))) => unreadable(parts),
        Poll::Ready(Err(_)) | Poll::Pending => RouteParams::new(),
    }
}

/// Parameters that are there, but are not UTF-8. That is a mistake of the sender's. A missing parameter would
/// be one of the application's.
fn unreadable(parts: &Parts) -> RouteParams {
    let route = parts.extensions.get::<MatchedPath>();
    let pieces = route.map_or("", MatchedPath::as_str).split('{').skip(1);
    pieces
        .filter_map(|piece| piece.split_once('}'))
        .map(|(name, _)| (name.trim_start_matches('*').into(), "\u{FFFD}".into()))
        .collect()
}
