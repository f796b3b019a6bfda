//! Deliveries of GitHub and CloudEvents at hookgate and at other receivers, each as its users set it up.
//!
//! They do not do the same work. hookgate also decides that each delivery runs once. The CloudEvents extractor
//! verifies nothing.

use std::{env, path::PathBuf};

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

/// One that is compared.
struct Compared {
    name: &'static str,
    peer: Peer,
    sender: Sender,
    /// Where hookgate stands in the list, in the same place.
    ours: usize,
}

const PEERS: [Compared; 7] = [
    Compared {
        name: "hookgate on axum, with dedup",
        peer: Peer::Rust("github"),
        sender: Sender::GitHub,
        ours: 0,
    },
    Compared {
        name: "webhook-verify 0.1.0 on axum",
        peer: Peer::Rust("webhook-verify"),
        sender: Sender::GitHub,
        ours: 0,
    },
    Compared {
        name: "@octokit/webhooks 14.2.0 on Node",
        peer: Peer::Node("octokit.mjs"),
        sender: Sender::GitHub,
        ours: 0,
    },
    Compared {
        name: "hookgate on actix-web, with dedup",
        peer: Peer::Actix("actix-github"),
        sender: Sender::GitHub,
        ours: 3,
    },
    Compared {
        name: "webhook-verify 0.1.0 on actix-web",
        peer: Peer::Actix("actix-webhook-verify"),
        sender: Sender::GitHub,
        ours: 3,
    },
    Compared {
        name: "hookgate on axum, signed cloudevents, with dedup",
        peer: Peer::Rust("cloudevents"),
        sender: Sender::CloudEvents,
        ours: 5,
    },
    Compared {
        name: "cloudevents-sdk 0.9 on axum, verifies nothing",
        peer: Peer::Rust("cloudevents-sdk"),
        sender: Sender::CloudEvents,
        ours: 5,
    },
];

enum Peer {
    /// A variant of this program's servers.
    Rust(&'static str),
    /// A variant of the program's that `HOOKGATE_BENCH_ACTIX` names.
    Actix(&'static str),
    /// A script in `peers/`.
    Node(&'static str),
}

impl Peer {
    /// `None` where its program is not there.
    fn program(&self) -> Option<PathBuf> {
        match self {
            Self::Rust(_) => env::current_exe().ok(),
            Self::Actix(_) => env::var_os("HOOKGATE_BENCH_ACTIX").map(PathBuf::from),
            Self::Node(script) => Some(PathBuf::from(script)),
        }
    }

    fn start(&self) -> Server {
        match self {
            Self::Rust(variant) | Self::Actix(variant) => Server::start(&Subject {
                program: self.program().expect("its program"),
                variant: (*variant).to_owned(),
            }),
            Self::Node(script) => Server::node(script),
        }
    }
}

/// The servers of this comparison that are written in Rust.
pub(crate) fn app(variant: &str) -> Option<Router> {
    Some(match variant {
        "github" => {
            let receiver = github();
            hook(post(on_payload).layer(receiver.layer()))
        }
        "webhook-verify" => {
            // Its layer with axum's own body cannot be shared between threads, so the body is put back here.
            let layer: VerifyLayer<Bytes> = VerifyLayer::new(Provider::GitHub, their_secret());
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

fn github() -> Receiver {
    let pack = Preset::github(secret()).events::<SignIn>();
    Receiver::new("bench", pack)
        .dedup(MemoryStore::new())
        .build()
        .expect("the receiver is set up rightly")
}

fn their_secret() -> webhook_verify::Secret {
    webhook_verify::Secret::new(std::str::from_utf8(KEY).expect("a text"))
}

/// Those on actix-web.
#[cfg(feature = "actix")]
pub(crate) mod on_actix {
    use std::sync::Arc;

    use actix_web::{HttpResponse, web};
    use hookgate_actix::ReceiverExt;
    use webhook_verify::{
        Provider,
        actix::{VerifiedBody, WebhookConfig},
    };

    use super::{github, their_secret};
    use crate::{
        by_hand::SignIn,
        on_actix::{Configure, PATH, on_payload},
    };

    pub(crate) fn configured(variant: &str) -> Option<Configure> {
        Some(match variant {
            "github" => {
                let receiver = github();
                Arc::new(move |config| {
                    let hook = web::resource(PATH).wrap(receiver.middleware());
                    config.service(hook.route(web::post().to(on_payload)));
                })
            }
            "webhook-verify" => Arc::new(|config| {
                let verifies = WebhookConfig::new(Provider::GitHub, their_secret());
                let hook = web::resource(PATH).app_data(verifies);
                config.service(hook.route(web::post().to(on_verified)));
            }),
            _ => return None,
        })
    }

    async fn on_verified(body: VerifiedBody) -> HttpResponse {
        let event: SignIn = serde_json::from_slice(&body).expect("an event");
        assert!(event.weight() > 0);
        HttpResponse::Ok().finish()
    }
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
    let is_meant = |it: &&Compared| it.name.contains(what) && it.peer.program().is_some();
    let peers: Vec<_> = PEERS.iter().filter(is_meant).collect();
    let rounds = rounds(ROUNDS);
    let mut times = vec![Vec::with_capacity(rounds); peers.len()];
    for round in 0..rounds {
        let first = u64::try_from(round * REQUESTS).expect("a small number");
        // Each round begins with another one.
        for turn in 0..peers.len() {
            let place = (turn + round) % peers.len();
            let Compared { peer, sender, .. } = peers[place];
            let requests = crate::deliveries::requests(*sender, first, REQUESTS);
            times[place].push(peer.start().cpu_per_request(&requests));
        }
    }
    println!("| receiver | CPU time a request | requests a second on one core | ratio | spread |");
    println!("| --- | --- | --- | --- | --- |");
    for (Compared { name, ours, .. }, theirs) in peers.iter().zip(&times) {
        let time = Spread::of(theirs.iter().copied()).median;
        let ours = peers.iter().position(|it| it.name == PEERS[*ours].name);
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
