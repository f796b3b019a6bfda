//! A sender of your own that no settings describe: `cargo run --example own_provider`.
//!
//! Acme signs the method, the address, the time and a digest of the body. It numbers the events of each account, and
//! has types. So it is an `impl Provider`. Where the events are plain JSON, settings say such a
//! signature: `docs/custom.md` leads through both.
//!
//! The program serves it, sends to it over HTTP, plays the test kit's table, and ends with an error when something is
//! not as it should be.

use std::{error::Error, net::SocketAddr, process::ExitCode, time::Duration};

use axum::{Router, extract::State, routing::post};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::dedup::MemoryStore;
use hookgate::pack::{
    Authenticated, Contents, Coverage, Decoded, EventType, KeyParts, Keys, LiveKeys, Provider,
    RawRequest, SenderProfile, Single, TimeKind, Undecodable, Verified,
};
use hookgate::simulator::Sent;
use hookgate::testing::{Asked, Bench, Content, Effect, Scenario};
use hookgate::time::{Clock, SystemClock};
use hookgate::{Ack, Nack, Receiver, ReceiverBuilder, Rejection, Secret, UnixTime};
use hookgate_axum::{Event, ReceiverExt, testing::kit};
use http::HeaderName;
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};

static TIME: HeaderName = HeaderName::from_static("x-acme-time");
static SIGNATURE: HeaderName = HeaderName::from_static("x-acme-signature");

/// What Acme tells. It will have more kinds than are known today.
enum AcmeEvent {
    Paid {
        cents: u64,
    },
    /// A payment all the same.
    UnreadablePaid,
    UnknownKind,
}

/// The members that every event of Acme has.
#[derive(Deserialize)]
struct Envelope {
    account: String,
    number: u64,
    kind: String,
    data: Value,
}

struct Acme {
    keys: Keys,
}

impl Provider for Acme {
    type Event = AcmeEvent;

    fn name(&self) -> &str {
        "acme"
    }

    /// Acme signs each attempt anew, so a signed time may be 300 s old, or ahead.
    fn profile(&self) -> SenderProfile {
        let mut profile = SenderProfile::unknown();
        profile.time = TimeKind::SentAt;
        profile.past = Some(profile.future);
        profile
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let time = match head.single(&TIME) {
            Single::Value(value) => std::str::from_utf8(value).ok(),
            Single::Missing => return Err(Rejection::MissingTimestamp),
            Single::Repeated => None,
        };
        let secs: Option<i64> = time.and_then(|text| text.parse().ok());
        let secs = secs.ok_or(Rejection::MalformedTimestamp)?;
        let given = match head.single(&SIGNATURE) {
            Single::Value(value) => value,
            Single::Missing => return Err(Rejection::MissingSignature),
            Single::Repeated => return Err(Rejection::MalformedSignature("it stands twice")),
        };
        let mut signature = [0; 32];
        const_hex::decode_to_slice(given, &mut signature)
            .map_err(|_| Rejection::MalformedSignature("it is not SHA-256 in hex"))?;
        let target = match head.query {
            Some(query) => format!("{}?{query}", head.path),
            None => head.path.to_owned(),
        };
        let text = signed_text(head.method, &target, secs, request.body);
        for (id, key) in keys.secrets() {
            // In constant time. Never compare signatures with `==`.
            if mac(key.expose(), &text).verify_slice(&signature).is_ok() {
                let sent_at = Some(UnixTime::from_secs(secs));
                return Ok(Verified::assertion(Coverage::Body, id).with_sent_at(sent_at));
            }
        }
        Err(Rejection::SignatureMismatch)
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<AcmeEvent>, Undecodable> {
        // What is not Acme's envelope has no identity. What it says inside may be anything.
        let envelope: Envelope = serde_json::from_slice(authenticated.bytes)
            .map_err(|_| Undecodable("it lacks account, number, kind or data"))?;
        let mut parts = KeyParts::of(&envelope.account);
        parts.part(envelope.number.to_string());
        let cents = envelope.data.get("cents").and_then(Value::as_u64);
        let event = match (envelope.kind.as_str(), cents) {
            ("paid", Some(cents)) => AcmeEvent::Paid { cents },
            ("paid", None) => AcmeEvent::UnreadablePaid,
            _ => AcmeEvent::UnknownKind,
        };
        let recognized = matches!(event, AcmeEvent::Paid { .. });
        Ok(Decoded::new(parts, event)
            .event_type(EventType::unknown(envelope.kind))
            .recognized(recognized)
            .into())
    }
}

/// Method, path with query, time and the body's digest, a line each. No line end can be in any of them.
fn signed_text(method: &str, target: &str, secs: i64, body: &[u8]) -> String {
    let digest = const_hex::encode(Sha256::digest(body));
    format!("{method}\n{target}\n{secs}\n{digest}")
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key);
    let mut mac = mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(text.as_bytes());
    mac
}

async fn on_event(
    State(effect): State<Effect>,
    Event(delivery): Event<AcmeEvent>,
) -> Result<Ack, Nack> {
    match delivery.event() {
        AcmeEvent::Paid { cents: 0 } => Ok(Ack::ignored("nothing to book")),
        AcmeEvent::Paid { .. } => {
            // Here an application books it.
            effect.happens().await?;
            Ok(Ack::processed())
        }
        // Acme sends it again, until this program can read it. What is ignored is gone.
        AcmeEvent::UnreadablePaid => Err(Nack::retry()),
        AcmeEvent::UnknownKind => Ok(Ack::ignored("a kind that is not known")),
    }
}

fn endpoint(keys: impl Into<Keys>) -> ReceiverBuilder {
    Receiver::new("acme", Acme { keys: keys.into() })
}

/// Nested, as applications are: what was sent is signed, whatever the router has matched.
fn app(receiver: &Receiver, effect: Effect) -> Router {
    let hook = Router::new().route("/acme", post(on_event).layer(receiver.layer()));
    Router::new().nest("/webhooks", hook).with_state(effect)
}

const TARGET: &str = "/webhooks/acme?source=live";

/// What Acme sends, signed for `target`.
fn acme(secret: &str, at: UnixTime, target: &str, body: String) -> Sent {
    let secs = at.as_secs();
    let text = signed_text("POST", target, secs, body.as_bytes());
    let signature = mac(secret.as_bytes(), &text).finalize().into_bytes();
    let headers = [
        ("content-type", "application/json".to_owned()),
        (TIME.as_str(), secs.to_string()),
        (SIGNATURE.as_str(), const_hex::encode(signature)),
    ];
    Sent::new(TARGET, headers, body).signed_in(SIGNATURE.as_str())
}

fn paid(account: &str, number: u64) -> String {
    json!({ "account": account, "number": number, "kind": "paid", "data": { "cents": 1990 } })
        .to_string()
}

/// Acme, as the test kit asks for it.
fn acme_in_the_kit(asked: &Asked<'_>) -> Option<Sent> {
    let (kind, data) = match asked.content {
        Content::Usual => ("paid", json!({ "cents": 1990, "payer": asked.personal() })),
        Content::UnknownType => ("hookgate.unknown", json!({ "payer": asked.personal() })),
        _ => ("paid", json!([asked.personal()])),
    };
    let body = json!({ "account": asked.id(), "number": 1, "kind": kind, "data": data });
    Some(acme(asked.secret, asked.at, TARGET, body.to_string()))
}

async fn send(to: SocketAddr, sent: Sent) -> Result<u16, Box<dyn Error>> {
    let request = sent.with_header("host", to.to_string()).into_request()?;
    let stream = TokioIo::new(TcpStream::connect(to).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await?;
    connection.abort();
    Ok(response.status().as_u16())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let secret = "a secret that Acme and we have";
    let effect = Effect::default();
    let receiver = endpoint(Secret::utf8(secret)?)
        .dedup(MemoryStore::with_capacity(1000))
        .build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let served = axum::serve(listener, app(&receiver, effect.clone()));
    let server = tokio::spawn(async { served.await });

    let now = SystemClock::new().now();
    let later = now.saturating_add(Duration::from_secs(1));
    let stale = now.saturating_sub(Duration::from_secs(3600));
    let right = |number| acme(secret, now, TARGET, paid("ac-1", number));
    let unknown = paid("ac-1", 9).replace("paid", "refunded");
    let unreadable = paid("ac-1", 10).replace("1990", "\"19.90\"");
    let mut all_right = true;
    for (what, sent, status, effects) in [
        ("an event", right(1), 200, 1),
        (
            "signed anew",
            acme(secret, later, TARGET, paid("ac-1", 1)),
            200,
            1,
        ),
        ("the next event of the account", right(2), 200, 2),
        (
            "the first of another account",
            acme(secret, now, TARGET, paid("ac-2", 1)),
            200,
            3,
        ),
        (
            "a kind that is not known",
            acme(secret, now, TARGET, unknown),
            200,
            3,
        ),
        (
            "a payment of another shape",
            acme(secret, now, TARGET, unreadable),
            503,
            3,
        ),
        (
            "the same, once it can be read",
            acme(secret, now, TARGET, paid("ac-1", 10)),
            200,
            4,
        ),
        ("a changed body", right(3).with_tampered_body(), 401, 4),
        (
            "signed for another route",
            acme(secret, now, "/acme", paid("ac-1", 3)),
            401,
            4,
        ),
        (
            "signed an hour ago",
            acme(secret, stale, TARGET, paid("ac-1", 3)),
            401,
            4,
        ),
        (
            "by another key",
            acme("no key", now, TARGET, paid("ac-1", 3)),
            401,
            4,
        ),
    ] {
        let found = (send(address, sent).await?, effect.count());
        let is_right = found == (status, effects);
        all_right &= is_right;
        let verdict = if is_right { "as it should be" } else { "WRONG" };
        println!(
            "{what:<32} {}  handled so far: {}  {verdict}",
            found.0, found.1
        );
    }
    server.abort();

    let on_bench = async |bench: &Bench| {
        let receiver = bench.build(endpoint(bench.keys()));
        app(
            &receiver.unwrap_or_else(|why| panic!("{why}")),
            bench.effect(),
        )
    };
    let report = kit(on_bench, acme_in_the_kit).run(Scenario::ALL).await;
    // Acme shows a signature and no credentials.
    report.assert_passed_but([Scenario::WithoutCredentials, Scenario::WrongCredentials]);
    if !all_right {
        return Ok(ExitCode::FAILURE);
    }
    let played = Scenario::ALL.len().saturating_sub(2);
    println!(
        "proved: Acme's events are verified over method, address, time and body, and each is handled once; \
         {played} scenarios of the test kit hold"
    );
    Ok(ExitCode::SUCCESS)
}
