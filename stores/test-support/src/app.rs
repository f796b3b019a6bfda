//! A whole application with a receiver, and the sender of its webhooks: real HTTP on a free port.

use std::{
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{Router, routing};
use hookgate::{
    Ack, Delivery, Nack, Receiver, ReceiverBuilder, Secret, UnixTime,
    dedup::DedupStore,
    inbox::Inbox,
    json::{Json, Payload},
    providers::preset::{Preset, StandardWebhooksSimulator},
};
use hookgate_axum::{Event, ReceiverExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub(crate) const SECRET: &[u8] = b"the secret of a test's sender";
pub(crate) const PATH: &str = "/webhooks/test";

/// What a handler takes.
pub type TestDelivery = Delivery<Payload<Json>>;

fn receiver() -> ReceiverBuilder {
    let secret = Secret::bytes(SECRET).expect("a secret");
    Receiver::new("test", Preset::standard_webhooks(secret))
}

/// An application that listens on a free port until it is dropped.
#[derive(Debug)]
pub struct App {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl App {
    /// Its receiver claims in `store`, and `handler` gets each event.
    pub async fn start<S, H, F>(store: S, handler: H) -> Self
    where
        S: DedupStore,
        H: Fn(TestDelivery) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Ack, Nack>> + Send + 'static,
    {
        Self::start_with(store, |receiver| receiver, handler).await
    }

    /// The same with other settings of the receiver.
    pub async fn start_with<S, H, F>(
        store: S,
        settings: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
        handler: H,
    ) -> Self
    where
        S: DedupStore,
        H: Fn(TestDelivery) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Ack, Nack>> + Send + 'static,
    {
        let receiver = settings(receiver().dedup(store))
            .build()
            .expect("a receiver");
        let on_event = move |Event(delivery): Event<Payload<Json>>| handler(delivery);
        Self::serve(Router::new().route(PATH, routing::post(on_event).layer(receiver.layer())))
            .await
    }

    /// Its receiver puts each event into `inbox`, whatever its path ends in. With the receiver, for a worker.
    pub async fn accepting<S: Inbox>(
        inbox: S,
        settings: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
    ) -> (Self, Receiver) {
        let receiver = settings(receiver().inbox(inbox)).build();
        let receiver = receiver.expect("a receiver");
        let route = routing::post(async || ()).layer(receiver.layer());
        let routes = Router::new().route(PATH, route.clone());
        let app = Self::serve(routes.route(&format!("{PATH}/{{*below}}"), route)).await;
        (app, receiver)
    }

    pub(crate) async fn serve(router: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("bind to a free port");
        let address = listener.local_addr().expect("a bound address");
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { address, serving }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Sends the event `id` once and returns the status, `None` when no answer came.
pub async fn send(to: SocketAddr, id: &str) -> Option<u16> {
    let now = UnixTime::from_system(std::time::SystemTime::now());
    let body = format!("{{\"id\":\"{id}\"}}");
    let sent = StandardWebhooksSimulator::new(SECRET)
        .path(PATH)
        .send(id, now, body);
    let headers = sent.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_ref(), value.as_ref()));
    post(to, &sent.path, headers, &sent.body).await
}

/// Posts a request on a connection of its own and returns the status, `None` when no answer came.
pub async fn post(
    to: SocketAddr,
    path: &str,
    headers: impl IntoIterator<Item = (&str, &str)>,
    body: &[u8],
) -> Option<u16> {
    let mut request = format!("POST {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!(
        "host: {to}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    ));
    let exchange = async {
        let mut stream = TcpStream::connect(to).await?;
        stream.write_all(request.as_bytes()).await?;
        stream.write_all(body).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(Duration::from_secs(30), exchange)
        .await
        .ok()?
        .ok()?;
    let status = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(status).ok()?.parse().ok()
}

/// Sends the event `id` until it is answered 200, as senders that repeat do.
///
/// # Panics
///
/// When that takes more than a minute.
pub async fn send_until_done(to: impl Fn() -> SocketAddr, id: &str) {
    let sending = async {
        while send(to(), id).await != Some(200) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), sending)
        .await
        .unwrap_or_else(|_| panic!("{id} was never answered 200"));
}
