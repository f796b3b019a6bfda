//! [`on_system_arbiter`]: handlers whose futures stay on one thread, for whoever runs them on any.

use std::{future::Future, pin::Pin};

use actix_web::rt::{self, System};
use hookgate::{Ack, BuildError, Delivery, Nack};
use tokio::sync::oneshot;

/// What a handler comes to that runs on another thread.
pub type Told = Pin<Box<dyn Future<Output = Result<Ack, Nack>> + Send>>;

/// Lets a handler whose future stays on its thread, as those of actix-web may, run for whoever is on another.
///
/// A [fallback](hookgate::polling::Fallback) and a [worker](hookgate::worker::Worker) run handlers on any thread of their runtime. So
/// they take futures that are `Send`. What this makes of a handler runs it on the system's first thread, that of `main`, and is
/// `Send` itself. So what is sent and what is asked for reach one handler, with all that it holds.
///
/// A handler that panics, or whose system has stopped, is a retry. One that has begun runs to its end.
///
/// ```
/// use std::rc::Rc;
///
/// use hookgate::{Ack, BuildError, Delivery, Nack, polling::FallbackBuilder, providers::idcloud::Event};
/// use hookgate_actix::on_system_arbiter;
///
/// async fn on_event(delivery: Delivery<Event>) -> Result<Ack, Nack> {
///     let id = Rc::new(delivery.event().id().to_owned());
///     actix_web::rt::task::yield_now().await;
///     println!("{id} has ended");
///     Ok(Ack::processed())
/// }
///
/// /// Within `#[actix_web::main]`.
/// fn handled(fallback: FallbackBuilder) -> Result<FallbackBuilder, BuildError> {
///     Ok(fallback.handle(on_system_arbiter(on_event)?))
/// }
/// ```
///
/// # Errors
///
/// When no system of actix-web runs on the thread that calls this.
pub fn on_system_arbiter<E, F, Fut>(
    handler: F,
) -> Result<impl Fn(Delivery<E>) -> Told + Clone + Send + Sync + 'static, BuildError>
where
    E: Send + 'static,
    F: Fn(Delivery<E>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Ack, Nack>> + 'static,
{
    let system = System::try_current().ok_or(BuildError::Fallback(
        "no system of actix-web runs on this thread: call `on_system_arbiter` within `#[actix_web::main]`",
    ))?;
    Ok(move |delivery| -> Told {
        let (tell, told) = oneshot::channel();
        let handler = handler.clone();
        // One that has stopped drops this, and then nobody tells.
        system.arbiter().spawn_fn(move || {
            rt::spawn(async move {
                let _ = tell.send(handler(delivery).await);
            });
        });
        Box::pin(async move { told.await.unwrap_or_else(|_| Err(Nack::retry())) })
    })
}
