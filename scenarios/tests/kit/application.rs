//! The right application, on both frameworks: every event has one effect.

use axum::{Router, extract::State, routing::post};
use hookgate::{
    Ack, Delivery, Nack, Receiver, ReceiverBuilder,
    providers::logto::{self, Logto, User},
    testing::{Asked, Bench, Effect, Scenario, Sender, senders},
};
use hookgate_actix::{
    ReceiverExt as _,
    testing::{Service, service},
};
use hookgate_axum::{ReceiverExt as _, WorkerExt as _};

pub(crate) const PATH: &str = "/hook";

/// The scenarios that an endpoint without credentials has to leave out.
pub(crate) const OPEN: [Scenario; 2] = [Scenario::WithoutCredentials, Scenario::WrongCredentials];

pub(crate) fn on_axum<E: Send + 'static>(bench: &Bench, receiver: ReceiverBuilder) -> Router {
    let receiver = bench.build(receiver).unwrap();
    let hook = post(axum_handler::<E>).layer(receiver.layer());
    Router::new().route(PATH, hook).with_state(bench.effect())
}

pub(crate) async fn axum_handler<E: Send + 'static>(
    State(effect): State<Effect>,
    _: hookgate_axum::Event<E>,
) -> Result<Ack, Nack> {
    effect.happens().await?;
    Ok(Ack::processed())
}

pub(crate) async fn on_actix<E: Send + 'static>(
    bench: &Bench,
    receiver: ReceiverBuilder,
) -> Service {
    use actix_web::{App, web};
    let receiver = bench.build(receiver).unwrap();
    let hook = web::resource(PATH).wrap(receiver.middleware());
    let hook = hook.route(web::post().to(actix_handler::<E>));
    let app = App::new().app_data(web::Data::new(bench.effect()));
    service(app.service(hook)).await
}

pub(crate) async fn actix_handler<E: Send + 'static>(
    effect: actix_web::web::Data<Effect>,
    _: hookgate_actix::Event<E>,
) -> Result<Ack, Nack> {
    effect.happens().await?;
    Ok(Ack::processed())
}

/// The same routes behind an inbox: they take deliveries, and the worker drives them.
pub(crate) fn with_routes(bench: &Bench) -> Router {
    let receiver = bench.build(inboxed(bench)).unwrap();
    let hook = post(axum_handler::<LogtoEvent>).layer(receiver.layer());
    let routes = Router::new().route(PATH, hook).with_state(bench.effect());
    bench.work(bench.worker().routes(&receiver, routes.clone()));
    routes
}

/// A plain function in the worker.
pub(crate) fn with_function<F, Fut>(bench: &Bench, handler: F) -> Router
where
    F: Fn(Effect, Delivery<LogtoEvent>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    let receiver = bench.build(inboxed(bench)).unwrap();
    let effect = bench.effect();
    let handler = move |delivery| handler(effect.clone(), delivery);
    bench.work(bench.worker().handle(&receiver, handler));
    Router::new().route(PATH, post(async || ()).layer(receiver.layer()))
}

pub(crate) fn inboxed(bench: &Bench) -> ReceiverBuilder {
    logto(bench).inbox(bench.inbox())
}

pub(crate) fn logto(bench: &Bench) -> ReceiverBuilder {
    Receiver::new("logto", Logto::new(bench.keys()))
}

pub(crate) fn logto_sender() -> impl Sender {
    logto_to(PATH)
}

pub(crate) fn logto_to(path: &'static str) -> impl Sender {
    senders::logto(path, |logto, asked| logto.post_register(user(asked)))
}

pub(crate) fn user(asked: &Asked<'_>) -> User {
    let mut user = User::new(asked.id(), asked.at);
    user.name = Some(asked.personal().to_owned());
    user
}

pub(crate) type LogtoEvent = logto::Event;
