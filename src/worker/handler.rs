//! [`Handler`]: who handles an endpoint's events, whatever they are.

use std::{future::Future, pin::Pin};

use bytes::Bytes;

use crate::{
    delivery::{Delivery, DeliverySlot},
    inbox::StoredRequest,
    road::{Ran, ran, taken},
    verdict::{Ack, Nack},
};

/// What a handler gets.
pub(crate) struct Handed<'a> {
    pub(crate) slot: DeliverySlot,
    /// The authenticated bytes.
    #[cfg_attr(not(feature = "tower"), expect(dead_code, reason = "for routes"))]
    pub(crate) bytes: Bytes,
    /// The request as it came.
    #[cfg_attr(not(feature = "tower"), expect(dead_code, reason = "for routes"))]
    pub(crate) request: &'a StoredRequest,
}

pub(crate) type Running = Pin<Box<dyn Future<Output = Ran<()>> + Send>>;

/// Who handles an endpoint's events: a function, or routes.
pub(crate) type Handler = Box<dyn Fn(Handed<'_>) -> Running + Send + Sync>;

pub(super) fn erased<E, F, Fut>(handler: F) -> Handler
where
    E: Send + 'static,
    F: Fn(Delivery<E>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    Box::new(move |handed| Box::pin(ran(taken(&handed.slot).map(&handler))))
}
