//! [`ReceiverLayer`].

use std::{fmt, marker::PhantomData, net::SocketAddr, sync::Arc};

use http::{Uri, request::Parts};
use tower_layer::Layer;

use super::ReceiverService;
use crate::{
    receiver::Receiver,
    time::{Timer, TokioTimer},
};

/// A route's parameters, decoded, by name.
pub type RouteParams = Vec<(Box<str>, Box<str>)>;

/// How the road learns what only the framework knows.
#[derive(Clone, Copy)]
pub struct Wiring {
    /// The route's parameters. Called only for receivers that need them.
    pub route_params: fn(&mut Parts) -> RouteParams,
    /// The address of the peer that opened the connection.
    pub peer: fn(&Parts) -> Option<SocketAddr>,
    /// Whether the connection came over a Unix socket, where a peer has no address. What
    /// [`Networks`](crate::access::Networks) make of such a peer is their setting.
    pub unix_socket: fn(&Parts) -> bool,
    /// The request target as it arrived. A framework may cut what it has matched from the request's own, while senders
    /// sign the whole, an inbox keeps it, and a worker's routes begin with it.
    pub target: fn(&Parts) -> &Uri,
}

impl Default for Wiring {
    /// Knows neither parameters nor peer: a receiver that needs the one or the other then answers 500 and logs what to
    /// add. The target is the request's own.
    fn default() -> Self {
        Self {
            route_params: |_| RouteParams::new(),
            peer: |_| None,
            unix_socket: |_| false,
            target: |parts| &parts.uri,
        }
    }
}

impl fmt::Debug for Wiring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wiring").finish_non_exhaustive()
    }
}

/// Puts a [`Receiver`] in front of a service.
///
/// The inner service takes `Request<B>`: its body is what was authenticated, and a
/// [`DeliverySlot`](crate::delivery::DeliverySlot) in its extensions holds the delivery.
pub struct ReceiverLayer<B> {
    receiver: Receiver,
    timer: Arc<dyn Timer>,
    wiring: Wiring,
    body: PhantomData<fn() -> B>,
}

impl<B> ReceiverLayer<B> {
    /// The layer of `receiver`, on tokio's timer unless the receiver has one of its own.
    pub fn new(receiver: Receiver) -> Self {
        receiver.mounted();
        Self {
            timer: receiver.timer().unwrap_or_else(|| Arc::new(TokioTimer)),
            receiver,
            wiring: Wiring::default(),
            body: PhantomData,
        }
    }

    /// How the road learns route parameters and the peer's address.
    #[must_use]
    pub fn wiring(mut self, wiring: Wiring) -> Self {
        self.wiring = wiring;
        self
    }
}

impl<B> Clone for ReceiverLayer<B> {
    fn clone(&self) -> Self {
        Self {
            receiver: self.receiver.clone(),
            timer: self.timer.clone(),
            wiring: self.wiring,
            body: PhantomData,
        }
    }
}

impl<B> fmt::Debug for ReceiverLayer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReceiverLayer")
            .field(&self.receiver)
            .finish()
    }
}

impl<S, B> Layer<S> for ReceiverLayer<B> {
    type Service = ReceiverService<S, B>;

    fn layer(&self, inner: S) -> Self::Service {
        ReceiverService::new(
            inner,
            self.receiver.clone(),
            self.timer.clone(),
            self.wiring,
        )
    }
}
