//! [`ReceiverExt`]: the receiver as an actix-web middleware.

use hookgate::Receiver;

use crate::middleware::ReceiverMiddleware;

/// Makes a [`Receiver`] an actix-web middleware.
pub trait ReceiverExt {
    /// The middleware to wrap a resource in: `web::resource(path).wrap(receiver.middleware())`.
    ///
    /// See the crate's documentation for what it covers.
    fn middleware(&self) -> ReceiverMiddleware;
}

impl ReceiverExt for Receiver {
    fn middleware(&self) -> ReceiverMiddleware {
        ReceiverMiddleware::new(self.clone())
    }
}
