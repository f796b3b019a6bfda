//! What a process does: accept, handle, or accept as before there was an inbox.

use std::{future::pending, time::Duration};

use axum::{Router, extract::State, routing::post};
use hookgate::{
    Ack, Delivery, EventKey, LeaseHandle, Nack, Receiver, ReceiverBuilder, Secret,
    json::{Json, Payload},
    providers::preset::Preset,
    worker::{Retries, Worker},
};
use hookgate_axum::{Event, ReceiverExt};
use hookgate_test_support::ClockOff;
use tokio::net::TcpListener;

use crate::{
    Result,
    dying::{Death, Dies},
    engine::{Claims, Engine},
    senders::{PATH, SECRET, is_transactional, number},
    supervised::READY,
};

/// How a process differs from a sound one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ills {
    pub(crate) death: Death,
    /// So many seconds its clock is ahead, or behind where they are negative.
    pub(crate) clock: i64,
}

pub(crate) fn receiver() -> Result<ReceiverBuilder> {
    Ok(Receiver::new("matrix", pack()?))
}

/// Our senders are Stripe's.
pub(crate) fn pack() -> Result<Preset> {
    Ok(Preset::stripe(Secret::utf8(SECRET)?))
}

pub(crate) async fn receive(engine: &Engine, ills: Ills, address: &str) -> Result<()> {
    serve(address, receiving(engine, ills)?).await
}

/// Accepts what is sent to [`PATH`].
pub(crate) fn receiving(engine: &Engine, ills: Ills) -> Result<Router> {
    let receiver = with_inbox(engine, ills)?.build()?;
    Ok(Router::new().route(PATH, post(async || ()).layer(receiver.layer())))
}

fn with_inbox(engine: &Engine, ills: Ills) -> Result<ReceiverBuilder> {
    let receiver = receiver()?.clock(ClockOff::by(ills.clock));
    Ok(receiver.inbox(engine.inbox(ills.death)))
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

pub(crate) async fn work(engine: &Engine, ills: Ills, lease: u64) -> Result<()> {
    let worker = working(engine, ills, lease, |_, _| {})?;
    println!("{READY}");
    worker.run(pending()).await?;
    Ok(())
}

/// An event waits for `lease` seconds after its worker died. `seen` is called with each event that is handled, and its key.
pub(crate) fn working(
    engine: &Engine,
    ills: Ills,
    lease: u64,
    seen: impl Fn(i64, &EventKey) + Clone + Send + Sync + 'static,
) -> Result<Worker> {
    let receiver = with_inbox(engine, ills)?.build()?;
    Ok(worker(engine, &receiver, ills, lease, seen))
}

/// The same for a receiver with settings of its own.
pub(crate) fn worker(
    engine: &Engine,
    receiver: &Receiver,
    ills: Ills,
    lease: u64,
    seen: impl Fn(i64, &EventKey) + Clone + Send + Sync + 'static,
) -> Worker {
    let engine = engine.clone();
    Worker::new(engine.inbox(ills.death))
        .clock(ClockOff::by(ills.clock))
        .lease(Duration::from_secs(lease))
        // SQLite wakes no other process: a piece of a rate would mostly be this wait.
        .poll(Duration::from_millis(20))
        .retries(retries())
        .handle(receiver, move |delivery: Delivery<Payload<Json>>| {
            let (engine, seen) = (engine.clone(), seen.clone());
            async move {
                let event = number(delivery.payload())?;
                seen(event, delivery.event_key());
                handle(&engine, event, delivery.lease(), ills.death).await?;
                Ok(Ack::processed())
            }
        })
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
