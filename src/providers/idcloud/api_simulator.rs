//! What Unico's API says: its token endpoint and GetProcess.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::{State, Status};
use crate::time::UnixTime;

/// Unico's API, without a server: it answers requests. Clones are one.
///
/// It tells of the processes that were [begun](Self::begin), by both contracts, and gives tokens to whoever asks. It checks no
/// assertion and no API key: what a client sends is for the client's own tests.
///
/// | request | answer |
/// | --- | --- |
/// | `POST /oauth2/token` | a token |
/// | `GET /client/v1/process/{id}` | the process by the contract "by Unico" |
/// | `GET /processes/v1/{id}` | the process by the contract "by client" |
/// | either, without a token that it gave | 401 |
/// | either, of a process that was not begun | 404 |
///
/// ```
/// use bytes::Bytes;
/// use hookgate::{UnixTime, providers::idcloud::{IdCloudApiSimulator, State}};
/// use http::Request;
///
/// let unico = IdCloudApiSimulator::new();
/// let now = UnixTime::from_secs(1_795_939_200);
/// unico.begin("8263a268-5388-492a-bca2-28e1ff4a69f0", State::Finished, now);
/// let question = Request::get("/client/v1/process/8263a268-5388-492a-bca2-28e1ff4a69f0");
/// let question = question.header("authorization", format!("Bearer {}", unico.token()));
/// let answer = unico.answer(&question.body(Bytes::new())?, now);
/// assert_eq!(answer.status(), 200);
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct IdCloudApiSimulator(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    processes: HashMap<String, Process>,
    tokens: usize,
    questions: Vec<UnixTime>,
}

struct Process {
    end: State,
    ends_at: UnixTime,
    was_told: bool,
}

impl IdCloudApiSimulator {
    /// One that knows no process.
    pub fn new() -> Self {
        Self::default()
    }

    /// A process that ends then, in this state.
    pub fn begin(&self, id: impl Into<String>, end: State, ends_at: UnixTime) {
        let process = Process {
            end,
            ends_at,
            was_told: false,
        };
        self.held().processes.insert(id.into(), process);
    }

    /// A token, as the endpoint gives one.
    pub fn token(&self) -> String {
        let mut held = self.held();
        held.tokens = held.tokens.saturating_add(1);
        format!("simulated-{}", held.tokens)
    }

    /// The answer to a request that comes `now`.
    pub fn answer(&self, request: &Request<Bytes>, now: UnixTime) -> Response<Bytes> {
        let path = request.uri().path();
        if path == "/oauth2/token" && request.method() == Method::POST {
            let token =
                json!({"access_token": self.token(), "token_type": "Bearer", "expires_in": 3600});
            return answered(StatusCode::OK, &token);
        }
        let sdk = path.strip_prefix("/client/v1/process/");
        let Some(id) = sdk.or_else(|| path.strip_prefix("/processes/v1/")) else {
            return answered(StatusCode::NOT_FOUND, &json!({}));
        };
        let mut held = self.held();
        held.questions.push(now);
        if !held.has_given(request.headers().get(header::AUTHORIZATION)) {
            return answered(StatusCode::UNAUTHORIZED, &json!({}));
        }
        let Some(process) = held.processes.get_mut(id) else {
            return answered(StatusCode::NOT_FOUND, &json!({}));
        };
        let has_ended = process.ends_at <= now;
        process.was_told |= has_ended;
        let told = if sdk.is_some() {
            let state = if has_ended {
                &process.end
            } else {
                &State::Created
            };
            json!({"process": {"id": id, "state": state, "flow": "id"}})
        } else {
            let status = match &process.end {
                _ if !has_ended => Status::Processing,
                State::Failed => Status::Error,
                _ => Status::Concluded,
            };
            json!({"id": id, "status": status})
        };
        answered(StatusCode::OK, &told)
    }

    /// When it was asked how a process stands, in the order of the questions.
    pub fn questions(&self) -> Vec<UnixTime> {
        self.held().questions.clone()
    }

    /// The processes whose end it told.
    pub fn told(&self) -> HashSet<String> {
        let held = self.held();
        let told = held.processes.iter().filter(|(_, it)| it.was_told);
        told.map(|(id, _)| id.clone()).collect()
    }

    fn held(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn has_given(&self, authorization: Option<&HeaderValue>) -> bool {
        let number = || {
            let text = authorization?.to_str().ok()?;
            text.strip_prefix("Bearer simulated-")?
                .parse::<usize>()
                .ok()
        };
        number().is_some_and(|number| (1..=self.tokens).contains(&number))
    }
}

fn answered(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

impl fmt::Debug for IdCloudApiSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdCloudApiSimulator")
            .finish_non_exhaustive()
    }
}
