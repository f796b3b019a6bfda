//! [`Unico`]: the simulated sender. Its token endpoint and GetProcess answer over HTTP, and its webhooks get lost.

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hookgate::{
    UnixTime,
    providers::idcloud::{self, IdCloudApiSimulator, IdCloudSimulator},
    time::{Clock, SystemClock},
};
use tower::ServiceExt;

use crate::Result;

pub(crate) const PAIR: &str = "unico:0f3c8e5b71d94a26";

/// The longest request to its APIs.
const MOST_BYTES: usize = 64 * 1024;

/// What it does with a webhook.
#[derive(Clone, Copy)]
enum Way {
    OnTime,
    Late(Duration),
    Twice,
    Lost,
}

/// The simulated sender.
#[derive(Clone)]
pub(crate) struct Unico {
    api: IdCloudApiSimulator,
    clock: SystemClock,
}

impl Unico {
    /// Serves its APIs on a free port.
    pub(crate) async fn start() -> Result<(Self, SocketAddr)> {
        let unico = Self {
            api: IdCloudApiSimulator::new(),
            clock: SystemClock::new(),
        };
        let asked = unico.clone();
        let app = Router::new().fallback(move |request: Request| asked.clone().answer(request));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok((unico, address))
    }

    async fn answer(self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        match axum::body::to_bytes(body, MOST_BYTES).await {
            Ok(body) => {
                let request = Request::from_parts(parts, body);
                self.api.answer(&request, self.clock.now()).map(Body::from)
            }
            Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        }
    }

    /// The process of this number begins now, and ends soon. Its webhook goes to `endpoint`, on whichever way.
    pub(crate) fn begin(&self, number: u64, endpoint: Router) -> String {
        let id = format!("8263a268-5388-492a-bca2-{number:012}");
        let lasts = Duration::from_millis(200 + number * 37 % 800);
        let ends_at = self.clock.now().saturating_add(lasts);
        self.api.begin(&id, idcloud::State::Finished, ends_at);
        let way = match number % 10 {
            0 | 5 => Way::Lost,
            1 => Way::Twice,
            2 => Way::Late(Duration::from_millis(1000 + number * 53 % 4000)),
            _ => Way::OnTime,
        };
        let sent = id.clone();
        tokio::spawn(async move {
            tokio::time::sleep(lasts).await;
            let times = match way {
                Way::Lost => 0,
                Way::Twice => 2,
                Way::OnTime => 1,
                Way::Late(by) => {
                    tokio::time::sleep(by).await;
                    1
                }
            };
            for _ in 0..times {
                deliver(&sent, endpoint.clone()).await;
            }
        });
        id
    }

    /// How many questions there were, how many processes were told to have ended, and the most questions within one second.
    pub(crate) fn questions(&self) -> (usize, usize, usize) {
        let asked = self.api.questions();
        let within = |begin: &UnixTime| {
            let second =
                |at: &&UnixTime| **at >= *begin && at.since(*begin) < Duration::from_secs(1);
            asked.iter().filter(second).count()
        };
        let most = asked.iter().map(within).max().unwrap_or(0);
        (asked.len(), self.api.told().len(), most)
    }
}

/// One attempt, and another one after an error.
async fn deliver(id: &str, endpoint: Router) {
    let sender = IdCloudSimulator::new()
        .basic(PAIR)
        .path("/webhooks/idcloud");
    for _ in 0..3 {
        let sent = sender.process(id, idcloud::State::Finished, "id");
        let Ok(request) = sent.into_request() else {
            return;
        };
        let Ok(answer) = endpoint.clone().oneshot(request.map(Body::from)).await;
        if answer.status().is_success() {
            return;
        }
    }
}
