//! [`Handler`]: an application's function, whatever its event.

use std::{future::Future, pin::Pin};

use crate::{
    delivery::{Delivery, DeliverySlot},
    road::Ran,
    telemetry::log,
    verdict::{Ack, Nack, Outcome},
};

type Running = Pin<Box<dyn Future<Output = Ran<()>> + Send>>;

/// An application's function, whatever its event.
pub(super) type Handler = Box<dyn Fn(DeliverySlot) -> Running + Send + Sync>;

pub(super) fn erased<E, F, Fut>(handler: F) -> Handler
where
    E: Send + 'static,
    F: Fn(Delivery<E>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    Box::new(move |slot| {
        let running = match slot.take::<E>() {
            Ok(delivery) => handler(delivery),
            Err(why) => {
                log::misused(why.reason(), &why);
                let outcome = why.outcome();
                return Box::pin(async { ran(outcome) });
            }
        };
        Box::pin(async move {
            ran(match running.await {
                Ok(ack) => ack.into(),
                Err(nack) => nack.into(),
            })
        })
    })
}

fn ran(outcome: Outcome) -> Ran<()> {
    Ran {
        outcome,
        reply: None,
        status: None,
    }
}
