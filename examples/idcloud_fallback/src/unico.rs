//! [`Unico`]: the simulated sender. Its token endpoint and GetProcess answer over HTTP, and its webhooks get lost.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use hookgate::providers::idcloud::{self, IdCloudSimulator};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::Result;

pub(crate) const PAIR: &str = "unico:0f3c8e5b71d94a26";

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
pub(crate) struct Unico(Arc<Inner>);

struct Inner {
    ends: Mutex<HashMap<String, Instant>>,
    asked: Mutex<Vec<Instant>>,
    told: Mutex<usize>,
}

impl Unico {
    /// Serves its APIs on a free port.
    pub(crate) async fn start() -> Result<(Self, SocketAddr)> {
        let unico = Self(Arc::new(Inner {
            ends: Mutex::default(),
            asked: Mutex::default(),
            told: Mutex::default(),
        }));
        let app = Router::new()
            .route("/oauth2/token", post(token))
            .route("/client/v1/process/{id}", get(process))
            .with_state(unico.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok((unico, address))
    }

    /// The process of this number begins now, and ends soon. Its webhook goes to `endpoint`, on whichever way.
    pub(crate) fn begin(&self, number: u64, endpoint: Router) -> String {
        let id = format!("8263a268-5388-492a-bca2-{number:012}");
        let lasts = Duration::from_millis(200 + number * 37 % 800);
        held(&self.0.ends).insert(id.clone(), Instant::now() + lasts);
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

    /// How many questions there were, how many were told an end, and the most within one second.
    pub(crate) fn questions(&self) -> (usize, usize, usize) {
        let mut asked = held(&self.0.asked).clone();
        asked.sort();
        let within = |begin: &Instant| {
            let second = |at: &&Instant| **at >= *begin && **at - *begin < Duration::from_secs(1);
            asked.iter().filter(second).count()
        };
        let most = asked.iter().map(within).max().unwrap_or(0);
        (asked.len(), *held(&self.0.told), most)
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

async fn token() -> Json<Value> {
    Json(json!({"access_token": "simulated", "token_type": "Bearer", "expires_in": 3600}))
}

async fn process(State(unico): State<Unico>, Path(id): Path<String>) -> (StatusCode, Json<Value>) {
    let now = Instant::now();
    held(&unico.0.asked).push(now);
    let ends = held(&unico.0.ends).get(&id).copied();
    let Some(ends) = ends else {
        return (StatusCode::NOT_FOUND, Json(json!({})));
    };
    let state = if ends <= now {
        *held(&unico.0.told) += 1;
        "PROCESS_STATE_FINISHED"
    } else {
        "PROCESS_STATE_CREATED"
    };
    let process = json!({"id": id, "state": state, "flow": "id"});
    (StatusCode::OK, Json(json!({"process": process})))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
