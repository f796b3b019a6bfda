//! The senders: four of them, copies of each event, and tries again until one is answered 2xx.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use hookgate::{
    providers::{
        facephi::{API_KEY_HEADER, FacephiSimulator, Topic},
        idcloud::{IdCloudSimulator, State},
        logto::{LogtoSimulator, User},
        unico_check::{Status, UnicoCheckSimulator},
    },
    simulator::Sent,
    time::{Clock, SystemClock},
};
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use crate::{
    Result,
    endpoints::{FACEPHI_API_KEY, FACEPHI_KEY, IDCLOUD_BASIC, LOGTO_KEY, NAMES, UNICO_SECRET},
};

/// How the ids of events end that no handler takes.
pub(crate) const BAD: &str = "-bad";
/// One event in so many is such a one.
const BAD_EVERY: usize = 25;
/// So many requests are under way at the same time.
const AT_ONCE: usize = 32;
/// So long a sender waits before it tries again.
const PAUSE: Duration = Duration::from_millis(100);
/// So often a sender tries.
const TRIES: usize = 300;
const TIMEOUT: Duration = Duration::from_secs(10);

/// An event, by its endpoint and the sender's own word for what happened.
pub(crate) type Name = (&'static str, String);

/// Sends `each` events of every sender, and tells each one's name when a sender was first answered 2xx.
///
/// Returns those that no sender got an answer for.
pub(crate) async fn send_all(
    to: SocketAddr,
    each: usize,
    accepted: mpsc::UnboundedSender<Name>,
) -> Result<BTreeSet<Name>> {
    let free = Arc::new(Semaphore::new(AT_ONCE));
    let mut sending = JoinSet::new();
    let mut open = BTreeSet::new();
    for number in 0..each {
        for endpoint in NAMES {
            let is_bad = number % BAD_EVERY == BAD_EVERY / 2;
            let id = format!("{endpoint}-{number}{}", if is_bad { BAD } else { "" });
            let request = request(endpoint, &id)?;
            open.insert((endpoint, id.clone()));
            // One event in three comes alone, the others with one copy or two.
            for _ in 0..=number % 3 {
                let (free, request) = (free.clone(), request.clone());
                let (accepted, name) = (accepted.clone(), (endpoint, id.clone()));
                sending.spawn(async move {
                    let _turn = free.acquire_owned().await;
                    let is_accepted = deliver(to, request).await;
                    if is_accepted {
                        let _ = accepted.send(name.clone());
                    }
                    (name, is_accepted)
                });
            }
        }
    }
    while let Some(sent) = sending.join_next().await {
        if let (name, true) = sent? {
            open.remove(&name);
        }
    }
    Ok(open)
}

fn request(endpoint: &str, id: &str) -> Result<Request<Bytes>> {
    let now = SystemClock::new().now();
    let path = format!("/{endpoint}");
    let sent: Sent = match endpoint {
        "logto" => LogtoSimulator::new(LOGTO_KEY, now)
            .path(&path)
            .post_sign_in(User::new(id, now)),
        "facephi" => FacephiSimulator::new(FACEPHI_KEY, now)
            .path(&path)
            .header(API_KEY_HEADER, FACEPHI_API_KEY)
            .operation(id)
            .send(Topic::OperationFinished),
        "idcloud" => IdCloudSimulator::new()
            .path(&path)
            .basic(IDCLOUD_BASIC)
            .process(id, State::Finished, "id"),
        _ => UnicoCheckSimulator::new()
            .path(&path)
            .secret(UNICO_SECRET)
            .update_process(id, Status::Concluded, Some(14)),
    };
    Ok(sent.into_request()?)
}

/// Whether it was answered 2xx at last.
async fn deliver(to: SocketAddr, request: Request<Bytes>) -> bool {
    for _ in 0..TRIES {
        let answered = tokio::time::timeout(TIMEOUT, answer(to, request.clone())).await;
        if matches!(answered, Ok(Ok(true))) {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

async fn answer(to: SocketAddr, mut request: Request<Bytes>) -> Result<bool> {
    let host = to.to_string().parse()?;
    request.headers_mut().insert(header::HOST, host);
    let stream = TokioIo::new(TcpStream::connect(to).await?);
    let (mut sender, connection) = http1::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await?;
    let is_success = response.status().is_success();
    response.into_body().collect().await?;
    connection.abort();
    Ok(is_success)
}
