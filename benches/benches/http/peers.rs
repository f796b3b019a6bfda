//! Deliveries of GitHub and CloudEvents at hookgate and at other receivers, each as its users set it up.
//!
//! They do not do the same work. hookgate also decides that each delivery runs once. The CloudEvents extractor
//! verifies nothing.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    error_handling::HandleErrorLayer,
    http::{Request, StatusCode},
    routing::post,
};
use cloudevents::{AttributesReader, Event};
use hookgate::{
    Ack, Receiver,
    cloudevents::CloudEvent,
    dedup::MemoryStore,
    providers::{cloudevents::CloudEvents, preset::Preset},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
};
use hookgate_axum::ReceiverExt;
use hookgate_turns::{Spread, rounds};
use webhook_verify::{Provider, tower::VerifyLayer};

use crate::{
    by_hand::SignIn,
    deliveries::{KEY, Sender},
    load::{Server, Subject},
    on_axum::{hook, on_payload},
    receivers::secret,
};

const ROUNDS: usize = 9;
const REQUESTS: usize = 10_000;

/// Name, variant, and its requests. The first of each sender is ours.
const PEERS: [(&str, Peer, Sender); 5] = [
    (
        "hookgate on axum, with dedup",
        Peer::Rust("github"),
        Sender::GitHub,
    ),
    (
        "webhook-verify 0.1.0 on axum",
        Peer::Rust("webhook-verify"),
        Sender::GitHub,
    ),
    (
        "@octokit/webhooks 14.2.0 on Node",
        Peer::Node("octokit.mjs"),
        Sender::GitHub,
    ),
    (
        "hookgate on axum, signed cloudevents, with dedup",
        Peer::Rust("cloudevents"),
        Sender::CloudEvents,
    ),
    (
        "cloudevents-sdk 0.9 on axum, verifies nothing",
        Peer::Rust("cloudevents-sdk"),
        Sender::CloudEvents,
    ),
];

enum Peer {
    /// A variant of this program's servers.
    Rust(&'static str),
    /// A script in `peers/`.
    Node(&'static str),
}

impl Peer {
    fn start(&self) -> Server {
        match self {
            Self::Rust(variant) => Server::start(&Subject::here(*variant)),
            Self::Node(script) => Server::node(script),
        }
    }
}

/// The servers of this comparison that are written in Rust.
pub(crate) fn app(variant: &str) -> Option<Router> {
    Some(match variant {
        "github" => {
            let pack = Preset::github(secret()).events::<SignIn>();
            let receiver = Receiver::new("bench", pack)
                .dedup(MemoryStore::new())
                .build()
                .expect("the receiver is set up rightly");
            hook(post(on_payload).layer(receiver.layer()))
        }
        "webhook-verify" => {
            let key = webhook_verify::Secret::new(std::str::from_utf8(KEY).expect("a text"));
            // Its layer with axum's own body cannot be shared between threads, so the body is put back here.
            let layer: VerifyLayer<Bytes> = VerifyLayer::new(Provider::GitHub, key);
            let layers = tower::ServiceBuilder::new()
                .layer(HandleErrorLayer::new(|_| async { StatusCode::BAD_REQUEST }))
                .layer(layer)
                .map_request(|request: Request<Bytes>| request.map(Body::from));
            hook(post(on_json)).layer(layers)
        }
        "cloudevents" => {
            let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
            let scheme = HmacHeader::try_from(config).expect("the scheme is right");
            let pack = CloudEvents::signed(scheme, secret()).events::<SignIn>();
            let receiver = Receiver::new("bench", pack)
                .dedup(MemoryStore::new())
                .build()
                .expect("the receiver is set up rightly");
            hook(post(on_our_cloud_event).layer(receiver.layer()))
        }
        "cloudevents-sdk" => hook(post(on_cloud_event)),
        _ => return None,
    })
}

async fn on_json(Json(event): Json<SignIn>) -> StatusCode {
    assert!(event.weight() > 0);
    StatusCode::OK
}

async fn on_our_cloud_event(
    hookgate_axum::Event(delivery): hookgate_axum::Event<CloudEvent<SignIn>>,
) -> Ack {
    let event = delivery.event();
    let attributes = event.attributes().expect("they are signed");
    assert_eq!(&*attributes.event_type, "PostSignIn");
    assert!(event.known().is_some_and(|data| data.weight() > 0));
    Ack::processed()
}

async fn on_cloud_event(event: Event) -> StatusCode {
    assert_eq!(event.ty(), "PostSignIn");
    StatusCode::OK
}

/// Prints the table: of all, or of those whose name has `what` in it. The ratio is hookgate's rate beside theirs.
pub(crate) fn compare(what: &str) {
    let peers: Vec<_> = PEERS.iter().filter(|it| it.0.contains(what)).collect();
    let rounds = rounds(ROUNDS);
    let mut times = vec![Vec::with_capacity(rounds); peers.len()];
    for round in 0..rounds {
        let first = u64::try_from(round * REQUESTS).expect("a small number");
        // Each round begins with another one.
        for turn in 0..peers.len() {
            let place = (turn + round) % peers.len();
            let (_, peer, sender) = peers[place];
            let requests = crate::deliveries::requests(*sender, first, REQUESTS);
            times[place].push(peer.start().cpu_per_request(&requests));
        }
    }
    println!("| receiver | CPU time a request | requests a second on one core | ratio | spread |");
    println!("| --- | --- | --- | --- | --- |");
    for ((name, _, sender), theirs) in peers.iter().zip(&times) {
        let time = Spread::of(theirs.iter().copied()).median;
        let ours = peers.iter().position(|it| it.2 == *sender);
        let ours = &times[ours.expect("it is among them")];
        // Rates are the other way round: ours is greater where our time is less.
        let ratio = Spread::of(theirs.iter().zip(ours).map(|(theirs, ours)| theirs / ours));
        println!(
            "| {name} | {:.1} µs | {:.0} | {:.3} | {:.3} to {:.3} |",
            time * 1e6,
            1.0 / time,
            ratio.median,
            ratio.least,
            ratio.most,
        );
    }
}
