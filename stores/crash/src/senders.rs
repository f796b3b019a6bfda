//! The traffic: numbered events, some with a copy, each sent until it is answered 2xx.

use std::{
    net::SocketAddr,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    providers::preset::PresetSimulator,
    time::{Clock, SystemClock},
};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

use crate::Result;

pub(crate) const PATH: &str = "/hook";
pub(crate) const SECRET: &str = "a secret of the crash matrix";

/// So many senders send at the same time, each on a connection of its own.
const SENDERS: usize = 32;
const PAUSE: Duration = Duration::from_millis(50);
const TIMEOUT: Duration = Duration::from_secs(10);
/// So often an event is tried. Whoever is not answered by then is not counted as accepted.
const TRIES: usize = 1000;

/// Is told of each answer.
pub(crate) type Told = Arc<dyn Fn(i64, StatusCode) + Send + Sync>;

/// Whether the event's effect commits together with its end.
pub(crate) fn is_transactional(event: i64) -> bool {
    event % 2 == 0
}

/// The number in a payload.
pub(crate) fn number(payload: &[u8]) -> Result<i64> {
    member(payload, "number")
}

/// A member of a payload that is a number.
pub(crate) fn member(payload: &[u8], name: &str) -> Result<i64> {
    let payload: serde_json::Value = serde_json::from_slice(payload)?;
    let number = payload.get(name).and_then(serde_json::Value::as_i64);
    Ok(number.ok_or_else(|| format!("a payload has no {name}"))?)
}

pub(crate) fn body(event: i64) -> String {
    format!(
        r#"{{"id":"evt_{event}","type":"invoice.paid","number":{event},"filler":"{:x>200}"}}"#,
        ""
    )
}

/// Sends the events, every third one twice, each to one of `to`. Returns those that were answered 2xx.
pub(crate) async fn send(to: &[SocketAddr], events: Range<i64>, told: &Told) -> Result<Vec<i64>> {
    let mut all: Vec<(i64, SocketAddr)> = Vec::new();
    for event in events {
        let copies = if event % 3 == 0 { 2 } else { 1 };
        // Beside each other, so that copies are under way at the same time.
        let places = to.iter().cycle().skip(usize::from(event % 5 == 0));
        all.extend(places.take(copies).map(|to| (event, *to)));
    }
    all.reverse();
    let open = Arc::new(Mutex::new(all));
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let (open, told) = (open.clone(), told.clone());
        senders.spawn(async move {
            let mut accepted = Vec::new();
            let mut connection = None;
            loop {
                let next = open.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let Some((event, to)) = next else {
                    return accepted;
                };
                let body = body(event);
                if deliver(&mut connection, to, &body, |status| told(event, status)).await {
                    accepted.push(event);
                }
            }
        });
    }
    let mut accepted = Vec::new();
    while let Some(sender) = senders.join_next().await {
        accepted.extend(sender?);
    }
    accepted.sort_unstable();
    accepted.dedup();
    Ok(accepted)
}

/// To whom a sender is connected.
pub(crate) type Connection = Option<(SocketAddr, SendRequest<Full<Bytes>>)>;

/// Sends a body until it is answered 2xx. Says whether it was. `told` is called with each answer.
pub(crate) async fn deliver(
    connection: &mut Connection,
    to: SocketAddr,
    body: &str,
    told: impl Fn(StatusCode),
) -> bool {
    for _ in 0..TRIES {
        let answer = tokio::time::timeout(TIMEOUT, answer(connection, to, body)).await;
        match answer {
            Ok(Ok(status)) => {
                told(status);
                if status.is_success() {
                    return true;
                }
            }
            Ok(Err(_)) | Err(_) => *connection = None,
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

async fn answer(connection: &mut Connection, to: SocketAddr, body: &str) -> Result<StatusCode> {
    exchange(connection, to, request(SECRET, to, body)?).await
}

/// Sends one request, on the connection where there is one.
pub(crate) async fn exchange(
    connection: &mut Connection,
    to: SocketAddr,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode> {
    let mut sender = match connection.take() {
        Some((at, sender)) if at == to && !sender.is_closed() => sender,
        _ => {
            let stream = TokioIo::new(TcpStream::connect(to).await?);
            let (sender, running) = http1::handshake(stream).await?;
            tokio::spawn(running);
            sender
        }
    };
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    *connection = Some((to, sender));
    Ok(status)
}

/// A request whose sender has `secret`.
pub(crate) fn request(secret: &str, to: SocketAddr, body: &str) -> Result<Request<Full<Bytes>>> {
    // It signs the time of each attempt, so the receiver's clock counts.
    let stripe = PresetSimulator::stripe(secret).path(PATH);
    let mut request = stripe
        .send(SystemClock::new().now(), body.to_owned())
        .into_request()?;
    let host = to.to_string().parse()?;
    request.headers_mut().insert(header::HOST, host);
    Ok(request.map(Full::new))
}
