//! actix-web's request body, as the road reads it.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{dev::Payload, web::Bytes};
use futures_core::Stream;
use hookgate::framework::{BodyBroken, BodySource};

/// The body as it arrived: nothing has decoded it, and the road refuses what is encoded.
pub(crate) struct RequestBody(pub(crate) Payload);

impl BodySource for RequestBody {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        Pin::new(&mut self.0)
            .poll_next(context)
            .map_err(|_| BodyBroken)
    }

    fn is_over(&self) -> bool {
        matches!(self.0, Payload::None)
    }
}
