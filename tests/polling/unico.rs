//! [`Unico`]: a server with Unico's identity service and API, which say what a test wants.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, http::Request, response::Response};
use hookgate::{
    Secret,
    providers::idcloud::client::{Account, Contract, Environment, IdCloudClient},
    testing::FakeClock,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::props::{CANARY, Server, endless_spaces, now};

pub(crate) const KEY: &str = include_str!("../vectors/signed_request/rsa.key.pem");
pub(crate) const ID: &str = "8263a268-5388-492a-bca2-28e1ff4a69f0";
pub(crate) const API_KEY: &str = "api-key-4711";

#[derive(Clone, Debug)]
pub(crate) enum Says {
    Json(u16, Value),
    With(u16, &'static str, String),
    Raw(&'static str),
    Endless,
    Nothing,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) bearer: Option<String>,
    pub(crate) api_key: Option<String>,
}

#[derive(Default)]
pub(crate) struct Script {
    pub(crate) asked: Vec<Asked>,
    pub(crate) assertions: Vec<String>,
    /// The token service's next answers.
    pub(crate) tokens: VecDeque<Says>,
    /// The API's next answers.
    pub(crate) answers: VecDeque<Says>,
    /// What each says then: nothing wrong by default.
    pub(crate) always: (Option<Says>, Option<Says>),
    pub(crate) granted: usize,
}

/// A server with both services.
pub(crate) struct Unico {
    pub(crate) server: Server,
    pub(crate) script: Arc<Mutex<Script>>,
    pub(crate) clock: FakeClock,
}

impl Unico {
    pub(crate) async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = script.clone();
        let app =
            Router::new().fallback(move |request: Request<Body>| answer(shared.clone(), request));
        Self {
            server: Server::start(app).await,
            script,
            clock: FakeClock::at(now()),
        }
    }

    pub(crate) fn client(&self, contract: Contract) -> IdCloudClient {
        let account = Account::new("service", "tenant", KEY).unwrap();
        let url = format!("http://{}", self.server.addr);
        let builder = match contract {
            Contract::Api => {
                let key = Secret::utf8(API_KEY).unwrap();
                IdCloudClient::by_client(Environment::Uat, account, key)
            }
            _ => IdCloudClient::by_unico(Environment::Uat, account),
        };
        let builder = builder.api_url(&url).identity_url(&url);
        builder.clock(self.clock.clone()).build().unwrap()
    }

    pub(crate) fn answers(&self, all: impl IntoIterator<Item = Says>) {
        self.script.lock().unwrap().answers.extend(all);
    }

    pub(crate) fn tokens(&self, all: impl IntoIterator<Item = Says>) {
        self.script.lock().unwrap().tokens.extend(all);
    }

    /// What the token service and the API say from now on.
    pub(crate) fn always(&self, tokens: Option<Says>, answers: Option<Says>) {
        self.script.lock().unwrap().always = (tokens, answers);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap().asked.clone()
    }

    pub(crate) fn logins(&self) -> usize {
        self.script.lock().unwrap().assertions.len()
    }
}

async fn answer(script: Arc<Mutex<Script>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let path = parts.uri.path().to_owned();
    let says = {
        let mut script = script.lock().unwrap();
        if path == "/oauth2/token" {
            let form = String::from_utf8(body.to_vec()).unwrap();
            let assertion = form
                .strip_prefix(
                    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=",
                )
                .unwrap();
            script.assertions.push(assertion.to_owned());
            let next = script.tokens.pop_front();
            let next = next.or_else(|| script.always.0.clone());
            next.unwrap_or_else(|| {
                script.granted += 1;
                let token = format!("token-{}", script.granted);
                Says::Json(200, json!({"access_token": token, "expires_in": "3600"}))
            })
        } else {
            let text = |name: &str| {
                let value = parts.headers.get(name)?;
                Some(value.to_str().unwrap().to_owned())
            };
            script.asked.push(Asked {
                path: path.clone(),
                bearer: text("authorization"),
                api_key: text("apikey"),
            });
            let next = script.answers.pop_front();
            let next = next.or_else(|| script.always.1.clone());
            next.unwrap_or_else(|| Says::Json(200, finished(&path)))
        }
    };
    let response = |status: u16| Response::builder().status(status);
    match says {
        Says::Json(status, body) => response(status).body(Body::from(body.to_string())),
        Says::With(status, name, value) => response(status).header(name, value).body(Body::empty()),
        Says::Raw(body) => response(200).body(Body::from(body)),
        Says::Endless => response(200).body(endless_spaces()),
        Says::Nothing => std::future::pending().await,
    }
    .unwrap()
}

fn finished(path: &str) -> Value {
    let id = path.rsplit('/').next().unwrap();
    if path.starts_with("/processes/v1/") {
        json!({"id": id, "status": 3, "unicoId": {"result": "yes"}, "person": CANARY})
    } else {
        json!({"process": {
            "id": id,
            "state": "PROCESS_STATE_FINISHED",
            "result": "PROCESS_RESULT_OK",
            "flow": "idlive",
            "person": {"duiValue": CANARY, "friendlyName": CANARY},
            "authenticationInfo": {"authenticationResult": "AUTHENTICATION_RESULT_POSITIVE"},
        }})
    }
}
