//! [`WorkerExt`]: a worker that drives an application's own routes.

use axum::{Router, body::Body};
use hookgate::{Receiver, worker::Worker};

/// Makes a [`Worker`] handle events with an application's own routes.
///
/// ```
/// use axum::{Router, extract::State, routing::post};
/// use hookgate::{
///     Ack, Nack, Receiver, Secret,
///     inbox::MemoryInbox,
///     providers::logto::{self, Logto},
///     worker::Worker,
/// };
/// use hookgate_axum::{Event, ReceiverExt, WorkerExt};
///
/// async fn on_event(State(greeting): State<&'static str>, Event(delivery): Event<logto::Event>) -> Result<Ack, Nack> {
///     println!("{greeting}: {:?}", delivery.event_type());
///     Ok(Ack::processed())
/// }
///
/// // Without the layers that only strangers have to pass.
/// fn routes(receiver: &Receiver) -> Router {
///     Router::new()
///         .route("/webhooks/logto", post(on_event).layer(receiver.layer()))
///         .with_state("welcome")
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A test's inbox. A service takes one that survives a restart, by `.inbox(…)`.
/// let inbox = MemoryInbox::new();
/// let receiver = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?))
///     .inbox_for_tests(inbox.clone())
///     .build()?;
/// let routes = routes(&receiver);
/// let worker = Worker::new(inbox).routes(&receiver, routes.clone());
/// let app = routes; // `.layer(…)`: rate limits, timeouts and whatever else stands at the edge
/// # let _ = (worker, app);
/// # Ok(())
/// # }
/// ```
pub trait WorkerExt {
    /// Handles the events of `receiver` with `router`: its handlers are the same as inline, extractors included. For
    /// several endpoints give each its receiver and a clone of the router.
    ///
    /// See [`Worker::routes_of`]: `router` has the receiver's layer on the event's route, with all its prefixes, and no
    /// layers of the edge. There is no [`ConnectInfo`](axum::extract::ConnectInfo), and of the headers those alone that the
    /// receiver keeps.
    fn routes(self, receiver: &Receiver, router: Router) -> Self;
}

impl WorkerExt for Worker {
    fn routes(self, receiver: &Receiver, router: Router) -> Self {
        self.routes_of::<_, Body, _>(receiver, router)
    }
}
