//! [`ReceiverExt`]: the receiver as an actix-web middleware.

use hookgate::framework::Built;

use crate::middleware::ReceiverMiddleware;

/// Makes a [`Receiver`](hookgate::Receiver) an actix-web middleware.
pub trait ReceiverExt {
    /// The middleware to wrap a resource in: `web::resource(path).wrap(receiver.middleware())`.
    ///
    /// See the crate's documentation for what it covers.
    fn middleware(&self) -> ReceiverMiddleware;
}

impl<R: Built> ReceiverExt for R {
    fn middleware(&self) -> ReceiverMiddleware {
        ReceiverMiddleware::new(self.receiver().clone())
    }
}
