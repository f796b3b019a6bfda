//! The servers that are compared: one thread, one route, no logging.

use std::time::SystemTime;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Ack, Receiver, Secret, UnixTime,
    dedup::MemoryStore,
    payload::Payload,
    providers::{
        logto::{self, Logto},
        preset::Preset,
    },
};
use hookgate_axum::{Event, ReceiverExt};
use serde::Deserialize;
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::{deliveries::KEY, peers};

/// What the handlers of the Standard Webhooks pair read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignIn {
    event: String,
    created_at: String,
    session_id: String,
    user_id: String,
    user_ip: String,
    user: User,
    hook_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    username: Option<String>,
    primary_email: Option<String>,
    name: Option<String>,
    last_sign_in_at: Option<i64>,
    is_suspended: bool,
}

impl SignIn {
    /// Touches every member, so that no parse is optimised away.
    pub(crate) fn weight(&self) -> usize {
        let texts = [
            &self.event,
            &self.created_at,
            &self.session_id,
            &self.user_id,
            &self.user_ip,
            &self.hook_id,
            &self.user.id,
        ];
        let optional = [
            &self.user.username,
            &self.user.primary_email,
            &self.user.name,
        ];
        texts.iter().map(|text| text.len()).sum::<usize>()
            + optional.iter().filter(|text| text.is_some()).count()
            + usize::from(self.user.is_suspended)
            + usize::from(self.user.last_sign_in_at.is_some())
    }
}

pub(crate) fn serve(variant: &str) {
    let app = match variant {
        "logto" => {
            let receiver = Receiver::new("bench", Logto::new(secret()))
                .dedup(MemoryStore::new())
                .build()
                .expect("the receiver is set up rightly");
            hook(post(on_event).layer(receiver.layer()))
        }
        "standard-webhooks" => {
            let pack = Preset::standard_webhooks(secret()).events::<SignIn>();
            let receiver = Receiver::new("bench", pack)
                .dedup(MemoryStore::new())
                .build()
                .expect("the receiver is set up rightly");
            hook(post(on_payload).layer(receiver.layer()))
        }
        "logto-by-hand" => hook(post(logto_by_hand)),
        "standard-webhooks-by-hand" => hook(post(standard_webhooks_by_hand)),
        other => peers::app(other).unwrap_or_else(|| panic!("no variant {other}")),
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            println!("{}", listener.local_addr().expect("an address").port());
            axum::serve(listener, app).await.expect("the server runs");
        });
}

pub(crate) fn secret() -> Secret {
    Secret::bytes(KEY).expect("the key is not empty")
}

pub(crate) fn hook(route: axum::routing::MethodRouter) -> Router {
    Router::new().route("/hook", route)
}

async fn on_event(Event(delivery): Event<logto::Event>) -> Ack {
    assert!(matches!(delivery.event(), logto::Event::PostSignIn(_)));
    Ack::processed()
}

pub(crate) async fn on_payload(Event(delivery): Event<Payload<SignIn>>) -> Ack {
    assert!(matches!(delivery.event(), Payload::Known(known) if known.weight() > 0));
    Ack::processed()
}

fn keyed() -> &'static Hmac<Sha256> {
    static KEYED: std::sync::OnceLock<Hmac<Sha256>> = std::sync::OnceLock::new();
    KEYED.get_or_init(|| Hmac::new_from_slice(KEY).expect("HMAC takes any key"))
}

async fn logto_by_hand(headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(signature) = headers.get("logto-signature-sha-256") else {
        return StatusCode::UNAUTHORIZED;
    };
    let mut wanted = [0; 32];
    if const_hex::decode_to_slice(signature.as_bytes(), &mut wanted).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    let mut mac = keyed().clone();
    mac.update(&body);
    if mac.verify_slice(&wanted).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    match logto::Event::from_slice(&body) {
        Ok(logto::Event::PostSignIn(_)) => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    }
}

async fn standard_webhooks_by_hand(headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(at), Some(signature)) = (
        text("webhook-id"),
        text("webhook-timestamp"),
        text("webhook-signature"),
    ) else {
        return StatusCode::UNAUTHORIZED;
    };
    let now = UnixTime::from_system(SystemTime::now()).as_secs();
    if at.parse().is_ok_and(|at: i64| (now - at).abs() > 300) {
        return StatusCode::UNAUTHORIZED;
    }
    let mut mac = keyed().clone();
    for piece in [id, ".", at, "."] {
        mac.update(piece.as_bytes());
    }
    mac.update(&body);
    let computed: [u8; 32] = mac.finalize().into_bytes().into();
    let right = signature.split(' ').any(|one| {
        one.strip_prefix("v1,")
            .and_then(|one| STANDARD.decode(one).ok())
            .is_some_and(|one| subtle::ConstantTimeEq::ct_eq(&one[..], &computed[..]).into())
    });
    if !right {
        return StatusCode::UNAUTHORIZED;
    }
    match serde_json::from_slice::<SignIn>(&body) {
        Ok(event) if event.weight() > 0 => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    }
}
