//! A Logto server's recorded deliveries, over HTTP and through an inbox, to a worker: each is handled once, as it came.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use actix_web::{App, HttpServer, dev::ServerHandle, rt::System, web};
use axum::{Extension, Router, routing};
use hookgate::{
    Ack, Delivery, Nack, Receiver, Secret, UnixTime,
    inbox::{BoxInbox, Inbox},
    providers::logto::{self, Logto},
    testing::FakeClock,
    worker::Worker,
};
use hookgate_axum::WorkerExt;
use hookgate_stores::open_inbox;
use hookgate_test_support::{
    PostgresServer,
    inboxes::{Working, drained},
    post, temporary_folder,
};
use serde_json::Value;

/// So many of the recordings are sent: the first ones, which are signed with one key.
const SENT: usize = 12;
const COPIES: usize = 2;

struct Recording {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    key: String,
    received_at: UnixTime,
}

fn recordings() -> Vec<Recording> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/logto");
    let files = fs::read_dir(folder).expect("the recordings");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    files.truncate(SENT);
    let read = |file: &std::path::PathBuf| {
        let about: Value =
            serde_json::from_slice(&fs::read(file).expect("a recording")).expect("JSON");
        let text = |name: &str| about[name].as_str().expect(name).to_owned();
        // Whoever sends says the host and the length by itself.
        let mut headers: Vec<(String, String)> =
            serde_json::from_value(about["headers"].clone()).expect("headers");
        headers.retain(|(name, _)| {
            !["host", "connection", "content-length"].contains(&name.to_lowercase().as_str())
        });
        Recording {
            path: text("path"),
            headers,
            body: fs::read(file.with_extension("body")).expect("a body"),
            key: text("signing_key"),
            received_at: UnixTime::from_rfc3339(&text("received_at")).expect("a time"),
        }
    };
    files.iter().map(read).collect()
}

impl Recording {
    async fn send(&self, to: SocketAddr) -> Option<u16> {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| (&**name, &**value));
        post(to, &self.path, headers, &self.body).await
    }
}

/// Its clock is at the time of the recordings.
fn receiver(inbox: BoxInbox) -> Receiver {
    let all = recordings();
    let last = all.last().expect("there are some");
    assert!(all.iter().all(|it| it.key == last.key));
    let key = Secret::utf8(&last.key).expect("a secret");
    let receiver = Receiver::new("logto", Logto::new(key)).inbox(inbox);
    let receiver = receiver.clock(FakeClock::at(last.received_at)).build();
    receiver.expect("a receiver")
}

/// How often each body was handled.
#[derive(Clone, Default)]
struct Handled(Arc<Mutex<BTreeMap<Vec<u8>, usize>>>);

impl Handled {
    fn note(&self, delivery: &Delivery<logto::Event>) -> Ack {
        assert_eq!(delivery.lease().attempt(), 1);
        let body = delivery.payload().to_vec();
        *self.lock().entry(body).or_default() += 1;
        Ack::processed()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Vec<u8>, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expect_each_once(&self) {
        let expected: BTreeMap<_, _> = recordings().into_iter().map(|it| (it.body, 1)).collect();
        assert_eq!(expected.len(), SENT);
        assert!(
            *self.lock() == expected,
            "each is handled once, byte for byte"
        );
    }
}

async fn on_event(
    Extension(handled): Extension<Handled>,
    hookgate_axum::Event(delivery): hookgate_axum::Event<logto::Event>,
) -> Result<Ack, Nack> {
    Ok(handled.note(&delivery))
}

fn routes(receiver: &Receiver, handled: &Handled) -> Router {
    let layer = hookgate_axum::ReceiverExt::layer(receiver);
    Router::new()
        .route("/ok/all", routing::post(on_event).layer(layer))
        .layer(Extension(handled.clone()))
}

async fn serve_axum(routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("bind to a free port");
    let address = listener.local_addr().expect("a bound address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// Serves until its handle is told to stop.
fn serve_actix(receiver: Receiver) -> (SocketAddr, ServerHandle) {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            let app = move || {
                let hook = web::resource("/ok/all");
                let hook = hook.wrap(hookgate_actix::ReceiverExt::middleware(&receiver));
                App::new().service(hook.route(web::post().to(async || "no handler runs")))
            };
            let server = HttpServer::new(app).workers(1).disable_signals();
            let server = server.bind((Ipv4Addr::LOCALHOST, 0)).expect("bind");
            let address = server.addrs()[0];
            let server = server.run();
            tell.send((address, server.handle()))
                .expect("the test goes on");
            server.await.expect("a server");
        });
    });
    told.recv().expect("it listens")
}

/// Sends all of them in their order, each twice.
async fn send_all(to: SocketAddr) {
    for recording in recordings() {
        for _ in 0..COPIES {
            assert_eq!(recording.send(to).await, Some(200));
        }
    }
}

/// Each engine's URL, and what must outlive its use.
fn engines() -> Vec<(String, Box<dyn std::any::Any>)> {
    let folder = temporary_folder();
    let url = format!("sqlite:{}", folder.path().join("inbox.db").display());
    let mut engines: Vec<(String, Box<dyn std::any::Any>)> = vec![(url, Box::new(folder))];
    if let Some(server) = PostgresServer::start_durable() {
        engines.push((server.url(), Box::new(server)));
    }
    engines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recordings_go_through_the_inbox_on_axum() {
    for (url, _engine) in engines() {
        let inbox = open_inbox(&url).await.expect("open");
        let (receiver, handled) = (receiver(inbox.clone()), Handled::default());
        let routes = routes(&receiver, &handled);
        let address = serve_axum(routes.clone()).await;
        send_all(address).await;
        assert!(
            handled.lock().is_empty(),
            "no handler runs before its worker"
        );
        // The worker runs the application's own routes.
        let working = Working::start(Worker::new(inbox.clone()).routes(&receiver, routes));
        drained(&inbox).await;
        send_all(address).await;
        drained(&inbox).await;
        working.stop().await;
        handled.expect_each_once();
        nothing_is_dead(&inbox).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recordings_go_through_the_inbox_on_actix_web() {
    for (url, _engine) in engines() {
        let inbox = open_inbox(&url).await.expect("open");
        let (receiver, handled) = (receiver(inbox.clone()), Handled::default());
        let (address, server) = serve_actix(receiver.clone());
        send_all(address).await;
        let working = Working::start(worker(inbox.clone(), &receiver, &handled));
        drained(&inbox).await;
        send_all(address).await;
        drained(&inbox).await;
        working.stop().await;
        server.stop(true).await;
        handled.expect_each_once();
        nothing_is_dead(&inbox).await;
    }
}

fn worker(inbox: BoxInbox, receiver: &Receiver, handled: &Handled) -> Worker {
    let handled = handled.clone();
    Worker::new(inbox).handle(receiver, move |delivery| {
        let ended = handled.note(&delivery);
        async move { Ok::<_, Nack>(ended) }
    })
}

async fn nothing_is_dead(inbox: &impl Inbox) {
    let totals = inbox.totals().await.expect("totals");
    assert!(totals.iter().all(|it| it.dead == 0), "{totals:?}");
}

/// Each of them has connections of its own, as in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_receivers_and_three_workers_share_one_server() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let open = async || open_inbox(&server.url()).await.expect("open");
    let handled = Handled::default();
    let mut receivers = Vec::new();
    for _ in 0..2 {
        let receiver = receiver(open().await);
        receivers.push(serve_axum(routes(&receiver, &handled)).await);
    }
    let mut workers = Vec::new();
    for _ in 0..3 {
        let inbox = open().await;
        let receiver = receiver(inbox.clone());
        workers.push(Working::start(worker(inbox, &receiver, &handled)));
    }
    let all = Arc::new(recordings());
    let mut sending = Vec::new();
    for number in 0..all.len() {
        for to in receivers.iter().copied().cycle().take(2 * COPIES) {
            let all = all.clone();
            sending.push(tokio::spawn(async move { all[number].send(to).await }));
        }
    }
    for sent in sending {
        assert_eq!(sent.await.expect("no panic"), Some(200));
    }
    let inbox = open().await;
    drained(&inbox).await;
    for worker in workers {
        worker.stop().await;
    }
    handled.expect_each_once();
    nothing_is_dead(&inbox).await;
}
