//! What a process does: accept, handle, or accept as before there was an inbox.

use std::{future::pending, time::Duration};

use axum::{Router, extract::State, routing::post};
use hookgate::{
    Ack, Delivery, LeaseHandle, Nack, Receiver, ReceiverBuilder, Secret,
    inbox::Inbox,
    json::{Json, Payload},
    providers::preset::Preset,
    worker::{Retries, Worker},
};
use hookgate_axum::{Event, ReceiverExt};
use tokio::net::TcpListener;

use crate::{
    Result,
    dying::{Death, Dies, Mortal},
    engine::{Claims, Engine},
    senders::{PATH, SECRET, is_transactional, number},
    supervised::READY,
};

pub(crate) fn receiver() -> Result<ReceiverBuilder> {
    let pack = Preset::github(Secret::utf8(SECRET)?);
    Ok(Receiver::new("matrix", pack).acknowledge("events_can_be_lost"))
}

pub(crate) async fn receive(url: &str, death: Death, address: &str) -> Result<()> {
    let receiver = match Engine::open(url).await? {
        Engine::Sqlite(inner, _) => receiver()?.inbox(Mortal { inner, death }),
        Engine::Postgres(inner, _) => receiver()?.inbox(Mortal { inner, death }),
    };
    let layer = receiver.build()?.layer();
    serve(
        address,
        Router::new().route(PATH, post(async || ()).layer(layer)),
    )
    .await
}

/// The application of the release before: it handles at once, and marks what it has handled.
pub(crate) async fn receive_inline(url: &str, address: &str) -> Result<()> {
    let (claims, engine) = Claims::open(url).await?;
    let receiver = match claims {
        Claims::Sqlite(store) => receiver()?.dedup(store),
        Claims::Postgres(store) => receiver()?.dedup(store),
    };
    let layer = receiver.build()?.layer();
    let handle = async |State(engine): State<Engine>, Event(delivery): Event<Payload<Json>>| {
        let event = number(delivery.payload())?;
        engine.commit(event).await?;
        Ok::<_, Nack>(Ack::processed())
    };
    let app = Router::new().route(PATH, post(handle).layer(layer));
    serve(address, app.with_state(engine)).await
}

async fn serve(address: &str, app: Router) -> Result<()> {
    let listener = TcpListener::bind(address).await?;
    println!("{READY}");
    axum::serve(listener, app).await?;
    Ok(())
}

/// An event waits for `lease` seconds after its worker died.
pub(crate) async fn work(url: &str, death: Death, lease: u64) -> Result<()> {
    let lease = Duration::from_secs(lease);
    let engine = Engine::open(url).await?;
    match engine.clone() {
        Engine::Sqlite(inner, _) => run(Mortal { inner, death }, engine, death, lease).await,
        Engine::Postgres(inner, _) => run(Mortal { inner, death }, engine, death, lease).await,
    }
}

async fn run(
    inbox: impl Inbox + Clone,
    engine: Engine,
    death: Death,
    lease: Duration,
) -> Result<()> {
    let receiver = receiver()?.inbox(inbox.clone()).build()?;
    let worker = Worker::new(inbox)
        .lease(lease)
        .poll(Duration::from_millis(500))
        .retries(retries())
        .handle(&receiver, move |delivery: Delivery<Payload<Json>>| {
            let engine = engine.clone();
            async move {
                let event = number(delivery.payload())?;
                handle(&engine, event, delivery.lease(), death).await?;
                Ok(Ack::processed())
            }
        });
    println!("{READY}");
    worker.run(pending()).await?;
    Ok(())
}

/// A transaction that has to wait for too long counts as a failure. The next try must not be beyond the row's patience, and
/// no event may die of such failures.
pub(crate) fn retries() -> Retries {
    let mut retries = Retries::default();
    retries.first = Duration::from_secs(1);
    retries.longest = Duration::from_secs(1);
    retries.failures = u32::MAX;
    retries
}

async fn handle(engine: &Engine, event: i64, lease: &LeaseHandle, death: Death) -> Result<()> {
    death.here(Dies::InHandler);
    if !is_transactional(event) {
        return engine.commit(event).await;
    }
    let before_commit = || death.here(Dies::InTransaction);
    engine.commit_with_end(event, lease, before_commit).await?;
    death.here(Dies::AfterTransaction);
    Ok(())
}
