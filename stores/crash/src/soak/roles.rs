//! What a process does: receive on one of the frameworks, or handle what an inbox has accepted.

use std::{
    future::{Future, pending},
    time::Duration,
};

use actix_web::{App, HttpResponse, HttpServer, web};
use axum::{
    Router,
    routing::{get, post},
};
use hookgate::{
    Ack, Nack, Receiver, ReceiverBuilder,
    json::{Json, Payload},
    pack::Retries,
};
use tokio::{
    net::TcpListener,
    runtime::Handle,
    time::{Instant, sleep},
};

use super::process::{self, Condition};
use crate::{
    Result,
    dying::{Death, below},
    engine::Engine,
    roles::{self, Ills},
    senders::{PATH, number},
    supervised::READY,
};

/// How old a delivery may be, and how far ahead. What is older needs no mark.
const WINDOW: Duration = Duration::from_secs(10);
/// The shortest for that window.
const RETENTION: Duration = Duration::from_secs(90);
/// A handler that takes this long has copies that wait.
const SLOW: Duration = Duration::from_millis(100);
/// A process whose server is away when it starts waits for it.
const SERVER_IS_BACK_WITHIN: Duration = Duration::from_secs(30);
const LEASE: u64 = 5;
const SOUND: Ills = Ills {
    death: Death::NONE,
    clock: 0,
};
/// In front of the address of an inbox.
pub(super) const INBOX: &str = "inbox+";

/// One event in so many takes long, is to be sent again, panics.
const SLOW_IN: i64 = 5;
const FAILS_IN: u64 = 10;
const PANICS_IN: u64 = 50;

/// A panic on purpose needs no trace: the code's names that a trace reads would be most of a process's memory.
fn panic_briefly() {
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
}

/// Receives on `framework` with the store or inbox at `url`.
pub(crate) async fn receive(framework: &str, url: &str, address: &str) -> Result<()> {
    panic_briefly();
    let receiver = opened(|| with_store(url)).await?;
    match framework {
        "actix" => receive_on_actix(receiver, address).await,
        _ => receive_on_axum(receiver, address).await,
    }
}

/// Handles what the inbox at `url` has accepted.
pub(crate) async fn work(url: &str, address: &str) -> Result<()> {
    panic_briefly();
    let engine = opened(|| Engine::open(url)).await?;
    let receiver = receiver()?.inbox(engine.inbox(SOUND.death)).build()?;
    let fail = |_: i64, _: &_| {
        let fails = below(FAILS_IN).is_ok_and(|chance| chance == 0);
        assert!(!fails, "a handler fails on purpose");
    };
    let worker = roles::worker(&engine, &receiver, SOUND, LEASE, fail);
    let listener = TcpListener::bind(address).await?;
    println!("{READY}");
    tokio::spawn(axum::serve(listener, condition(receiver)).into_future());
    worker.run(pending()).await?;
    Ok(())
}

fn receiver() -> Result<ReceiverBuilder> {
    // Our senders give up sooner than Stripe, so marks may be younger.
    let pack = roles::pack()?.with_profile(|it| it.retries = Retries::For(RETENTION));
    Ok(Receiver::new("soak", pack)
        .past(WINDOW)
        .future(WINDOW)
        .retention(RETENTION))
}

async fn with_store(url: &str) -> Result<Receiver> {
    let receiver = receiver()?;
    let receiver = match url.strip_prefix(INBOX) {
        Some(url) => receiver.inbox(Engine::open(url).await?.inbox(SOUND.death)),
        None => receiver.dedup(hookgate_stores::open(url).await?),
    };
    Ok(receiver.build()?)
}

async fn opened<T, F: Future<Output = Result<T>>>(open: impl Fn() -> F) -> Result<T> {
    let begun = Instant::now();
    loop {
        match open().await {
            Err(_) if begun.elapsed() < SERVER_IS_BACK_WITHIN => {
                sleep(Duration::from_millis(200)).await;
            }
            opened => return opened,
        }
    }
}

async fn receive_on_axum(receiver: Receiver, address: &str) -> Result<()> {
    use hookgate_axum::{Event, ReceiverExt};
    let handler = async |Event(delivery): Event<Payload<Json>>| handle(delivery.payload()).await;
    let route = if receiver.has_inbox() {
        post(async || ())
    } else {
        post(handler)
    };
    let app = Router::new().route(PATH, route.layer(receiver.layer()));
    let listener = TcpListener::bind(address).await?;
    println!("{READY}");
    axum::serve(listener, app.merge(condition(receiver))).await?;
    Ok(())
}

async fn receive_on_actix(receiver: Receiver, address: &str) -> Result<()> {
    use hookgate_actix::{Event, ReceiverExt};
    let runtime = Handle::current();
    let app = move || {
        let hook = web::resource(PATH).wrap(receiver.middleware());
        let hook = if receiver.has_inbox() {
            hook.route(web::post().to(async || HttpResponse::Ok().finish()))
        } else {
            hook.route(
                web::post().to(async |Event(delivery): Event<Payload<Json>>| {
                    handle(delivery.payload()).await
                }),
            )
        };
        let (runtime, receiver) = (runtime.clone(), receiver.clone());
        let tell = move || {
            let condition = told(&runtime, &receiver);
            async move { condition }
        };
        App::new()
            .service(hook)
            .route(process::PATH, web::get().to(tell))
    };
    let server = HttpServer::new(app).workers(2).disable_signals();
    let server = server.bind(address)?.run();
    println!("{READY}");
    server.await?;
    Ok(())
}

fn condition(receiver: Receiver) -> Router {
    let runtime = Handle::current();
    let tell = move || {
        let condition = told(&runtime, &receiver);
        async move { condition }
    };
    Router::new().route(process::PATH, get(tell))
}

fn told(runtime: &Handle, receiver: &Receiver) -> String {
    let condition = Condition::here(runtime, receiver);
    condition.map_or_else(|error| error.to_string(), |it| it.text())
}

async fn handle(payload: &[u8]) -> std::result::Result<Ack, Nack> {
    let event = number(payload)?;
    if event % SLOW_IN == 0 {
        sleep(SLOW).await;
    }
    if below(FAILS_IN)? == 0 {
        return Err(Nack::retry());
    }
    assert!(below(PANICS_IN)? != 0, "a handler panics on purpose");
    Ok(Ack::processed())
}
