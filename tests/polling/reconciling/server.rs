//! [`Logto`]: a server with a log, and an endpoint that is reconciled with it.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body, http::Request, response::Response, routing::post};
use hookgate::{
    Ack, Delivery, EventKey, Nack, Origin, Receiver, Secret, UnixTime,
    dedup::{
        Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State,
        StoreError,
    },
    pack::ContentDigest,
    providers::logto::{
        self, Logto as Pack,
        client::{LogtoClient, Reconciler, ReconcilerBuilder},
    },
    testing::FakeClock,
};
use hookgate_axum::{Event, ReceiverExt};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::props::{Reply, Server, endless_spaces, logto::KEY, now};

pub(crate) const HOOK: &str = "o7s9sn5gbe07hdq69p1rr";

/// What the server says once, in place of a page.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    Status(u16),
    With(u16, &'static str, &'static str),
    Raw(&'static str),
    Endless,
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

#[derive(Default)]
pub(crate) struct Script {
    /// The entries as text, the latest first.
    pub(crate) entries: Vec<String>,
    /// An entry that comes to the log after each page.
    pub(crate) comes: VecDeque<String>,
    pub(crate) pages: Vec<Asked>,
    pub(crate) logins: Vec<Asked>,
    pub(crate) says: VecDeque<Option<Says>>,
    pub(crate) tokens: VecDeque<Says>,
}

/// Marks that survive a restart, as far as anybody is told.
#[derive(Clone)]
pub(crate) struct Kept(pub(crate) MemoryStore);

impl DedupStore for Kept {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.0.claim(key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.0.settle(lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.0.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.0.look(key).await
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}

/// One run of the handler.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) path: String,
    pub(crate) origin: Origin,
}

/// The handler of the endpoint, for what is sent and for what the log shows.
#[derive(Clone, Default)]
pub(crate) struct Handler {
    pub(crate) runs: Arc<Mutex<Vec<Run>>>,
    /// How many runs fail.
    pub(crate) fails: Arc<Mutex<usize>>,
    /// The paths whose runs fail.
    pub(crate) always_fails: Arc<Mutex<HashSet<String>>>,
}

impl Handler {
    pub(crate) async fn on_event(self, delivery: Delivery<logto::Event>) -> Result<Ack, Nack> {
        // Not parsed: half of a surrogate pair is no text of Rust's.
        let body = std::str::from_utf8(delivery.payload()).unwrap();
        let path = body.split_once(r#""path":"/roles/"#).map(|(_, rest)| rest);
        let path = path.and_then(|rest| rest.split('"').next());
        let path = format!("/roles/{}", path.unwrap_or_default());
        let mut fails = self.fails.lock().unwrap();
        if *fails > 0 {
            *fails -= 1;
            return Err(Nack::retry());
        }
        if self.always_fails.lock().unwrap().contains(&path) {
            return Err(Nack::retry());
        }
        self.runs.lock().unwrap().push(Run {
            path,
            origin: delivery.origin(),
        });
        Ok(Ack::processed())
    }
}

pub(crate) struct Logto {
    pub(crate) api: Server,
    pub(crate) script: Arc<Mutex<Script>>,
    pub(crate) clock: FakeClock,
    pub(crate) store: MemoryStore,
    pub(crate) handler: Handler,
}

impl Logto {
    pub(crate) async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = script.clone();
        let app =
            Router::new().fallback(move |request: Request<Body>| answer(shared.clone(), request));
        let clock = FakeClock::at(now());
        Self {
            api: Server::start(app).await,
            script,
            store: MemoryStore::with_clock(10_000, clock.clone()),
            clock,
            handler: Handler::default(),
        }
    }

    pub(crate) fn pack() -> Pack {
        Pack::new(Secret::utf8(KEY).unwrap()).canonical_identity()
    }

    pub(crate) fn receiver(&self, pack: Pack) -> Receiver {
        let builder = Receiver::new("test", pack).dedup(Kept(self.store.clone()));
        let builder = builder.clock(self.clock.clone()).timer(self.clock.clone());
        builder.build().unwrap()
    }

    pub(crate) fn client(&self) -> LogtoClient {
        let secret = Secret::utf8("s3cr:t 1").unwrap();
        let client = LogtoClient::new(format!("http://{}", self.api.addr), "app/1", secret);
        client.clock(self.clock.clone()).build().unwrap()
    }

    pub(crate) fn building(&self, pack: Pack) -> ReconcilerBuilder {
        let handler = self.handler.clone();
        let builder = self.client().reconciler(&self.receiver(pack), HOOK);
        builder.handle(move |delivery| handler.clone().on_event(delivery))
    }

    pub(crate) fn reconciler(&self) -> Reconciler {
        self.building(Self::pack()).build().unwrap()
    }

    /// The endpoint to which Logto sends.
    pub(crate) async fn endpoint(&self) -> Server {
        let receiver = self.receiver(Self::pack());
        let handler = self.handler.clone();
        let route =
            post(move |Event(delivery): Event<logto::Event>| handler.clone().on_event(delivery));
        Server::start(Router::new().route("/hook", route.layer(receiver.layer()))).await
    }

    /// Puts an entry in front of the log.
    pub(crate) fn logs(&self, entry: impl ToString) {
        self.script
            .lock()
            .unwrap()
            .entries
            .insert(0, entry.to_string());
    }

    pub(crate) fn says(&self, all: impl IntoIterator<Item = Option<Says>>) {
        self.script.lock().unwrap().says.extend(all);
    }

    pub(crate) fn pages(&self) -> Vec<String> {
        let script = self.script.lock().unwrap();
        script.pages.iter().map(|it| it.target.clone()).collect()
    }

    pub(crate) fn logins(&self) -> usize {
        self.script.lock().unwrap().logins.len()
    }

    pub(crate) fn runs(&self) -> Vec<Run> {
        self.handler.runs.lock().unwrap().clone()
    }
}

/// The body of event `n`, as Logto sends it.
pub(crate) fn body(n: usize, created_at: UnixTime) -> String {
    let at = created_at.to_rfc3339();
    format!(
        r#"{{"event":"Role.Data.Updated","createdAt":"{at}","path":"/roles/{n}","method":"PATCH","status":200,"params":{{"id":"r{n}","0":"{n}"}},"matchedRoute":"/roles/:id","data":{{"tenantId":"t","id":"r{n}","name":"Ana é \u2028","description":null,"type":"User","isDefault":false,"rate":1.0,"big":1e21}},"hookId":"{HOOK}"}}"#
    )
}

/// As the log shows it: members in another order, and numbers written anew.
pub(crate) fn shown(body: &str) -> Value {
    let mut value: Value = serde_json::from_str(body).unwrap();
    value["data"]["rate"] = json!(1);
    value
}

/// An entry of the log, written at this time.
pub(crate) fn entry(body: &Value, written_at: UnixTime, has_failed: bool) -> Value {
    let outcome = if has_failed {
        json!({"result": "Error", "error": "TimeoutError: Request timed out"})
    } else {
        json!({"result": "Success", "response": {"statusCode": 200, "body": ""}})
    };
    let mut payload = outcome;
    payload["key"] = json!("TriggerHook.Role.Data.Updated");
    payload["hookId"] = json!(HOOK);
    payload["hookRequest"] = json!({"body": body});
    json!({
        "id": "l",
        "key": "TriggerHook.Role.Data.Updated",
        "payload": payload,
        "createdAt": written_at.as_millis(),
    })
}

/// The event `n`, lost a second ago.
pub(crate) fn lost(n: usize) -> Value {
    let at = now().saturating_sub(Duration::from_secs(1));
    entry(&shown(&body(n, at)), at, true)
}

async fn answer(script: Arc<Mutex<Script>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let asked = Asked {
        target: parts.uri.to_string(),
        authorization: parts.headers["authorization"].to_str().unwrap().to_owned(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let says = {
        let mut script = script.lock().unwrap();
        if parts.uri.path() == "/oidc/token" {
            script.logins.push(asked);
            let number = script.logins.len();
            let grant = json!({"access_token": format!("t{number}"), "expires_in": 3600});
            match script.tokens.pop_front() {
                Some(says) => Err(says),
                None => Ok(grant.to_string()),
            }
        } else {
            let target = asked.target.clone();
            script.pages.push(asked);
            match script.says.pop_front().flatten() {
                Some(says) => Err(says),
                None => {
                    let page = page(&script.entries, &target);
                    if let Some(entry) = script.comes.pop_front() {
                        script.entries.insert(0, entry);
                    }
                    Ok(page)
                }
            }
        }
    };
    let response = |status: u16| Response::builder().status(status);
    match says {
        Ok(text) => response(200).body(Body::from(text)),
        Err(Says::Status(status)) => response(status).body(Body::empty()),
        Err(Says::With(status, name, value)) => {
            response(status).header(name, value).body(Body::empty())
        }
        Err(Says::Raw(text)) => response(200).body(Body::from(text)),
        Err(Says::Endless) => response(200).body(endless_spaces()),
        Err(Says::Nothing) => std::future::pending().await,
    }
    .unwrap()
}

fn page(entries: &[String], target: &str) -> String {
    let number = |name: &str| -> usize {
        let (_, rest) = target.split_once(name).unwrap();
        rest.split('&').next().unwrap().parse().unwrap()
    };
    let (page, size) = (number("?page="), number("&page_size="));
    assert!(size <= 100, "Logto refuses larger pages");
    let page = entries.iter().skip((page - 1) * size).take(size);
    let page: Vec<&str> = page.map(String::as_str).collect();
    format!("[{}]", page.join(","))
}

/// What a request to the endpoint is answered.
pub(crate) async fn send(endpoint: &Server, body: &str) -> Reply {
    crate::props::logto::signed(body.to_owned(), KEY)
        .send(endpoint.addr)
        .await
}
