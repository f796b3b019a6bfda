//! What is counted: pairs of hookgate's way and what it stands beside.

use std::hint::black_box;

use hmac::{Hmac, KeyInit};
use hookgate::{Key, Secret, cloudevents::Mode, providers::facephi::Facephi};
use http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::{
    COUNTED, WARM_UP, cloudevents,
    deliveries::Sender,
    facephi, hmac_header, on_axum,
    roads::{self, Axum, Road},
};
#[cfg(feature = "actix")]
use crate::{on_actix, roads::Actix};

pub(crate) type Side = Box<dyn FnMut()>;

/// Two that do the same work.
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) base: Side,
    pub(crate) ours: Side,
}

pub(crate) fn all() -> Vec<Pair> {
    let mut pairs = Vec::new();
    // Where actix-web is, libraries that axum uses do more than they do in an application without it.
    if cfg!(not(feature = "actix")) {
        pairs.extend(schemes());
        pairs.extend(packs());
        pairs.extend(on_frameworks("axum", |subject| {
            Axum::serving(on_axum::app(subject))
        }));
    }
    #[cfg(feature = "actix")]
    pairs.extend(on_frameworks("actix", |subject| {
        Actix::serving(&on_actix::configured(subject))
    }));
    pairs
}

fn schemes() -> impl Iterator<Item = Pair> {
    [hmac_header::plain(512), hmac_header::templated(512)]
        .into_iter()
        .map(|case| {
            let case: &'static _ = Box::leak(Box::new(case));
            let secret = Secret::bytes(hmac_header::KEY).expect("the key is not empty");
            let keys = [Key::new("0", secret)];
            let keyed = keyed(hmac_header::KEY);
            Pair {
                name: format!("hmac_header/{}/512", case.name),
                base: Box::new(move || assert!(black_box(case).bare(&keyed))),
                ours: Box::new(move || assert!(black_box(case).hookgate(&keys))),
            }
        })
}

fn packs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for size in [820, 2048] {
        let case = facephi::case("compact", facephi::compact(size));
        let case: &'static _ = Box::leak(Box::new(case));
        let secret = Secret::utf8(facephi::KEY).expect("the key is not empty");
        let pack = Facephi::new(secret.clone());
        let keys = [Key::new("0", secret)];
        let keyed = keyed(facephi::KEY.as_bytes());
        let headers = HeaderMap::new();
        pairs.push(Pair {
            name: format!("facephi/{size}"),
            base: Box::new(move || assert!(black_box(case).baseline(&keyed))),
            ours: Box::new(move || assert!(black_box(case).hookgate(&pack, &keys, &headers))),
        });
    }
    for mode in [Mode::Structured, Mode::Binary] {
        let case: &'static cloudevents::Case = Box::leak(Box::new(cloudevents::case(mode, 820)));
        let secret = Secret::utf8(cloudevents::KEY).expect("the key is not empty");
        let pack = case.pack();
        let keys = [Key::new("0", secret)];
        let keyed = keyed(cloudevents::KEY.as_bytes());
        pairs.push(Pair {
            name: format!("cloudevents/{}/820", mode.name()),
            base: Box::new(move || assert!(black_box(case).baseline(&keyed))),
            ours: Box::new(move || assert!(black_box(case).hookgate(&pack, &keys))),
        });
    }
    pairs
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes any key")
}

/// The whole road beside a handler written by hand.
fn on_frameworks<R: Road + 'static>(
    framework: &str,
    serving: impl Fn(&str) -> R,
) -> impl Iterator<Item = Pair> {
    // Nothing but the body identifies an event of Logto, so its digest is part of the work.
    let senders = [
        ("logto", Sender::Logto, true),
        ("standard-webhooks", Sender::StandardWebhooks, false),
    ];
    senders
        .into_iter()
        .map(move |(name, sender, digested)| Pair {
            name: format!("{framework}/{name}"),
            base: side(serving(&format!("{name}-by-hand")), sender, digested),
            ours: side(serving(name), sender, false),
        })
}

fn side<R: Road + 'static>(mut road: R, sender: Sender, digested: bool) -> Side {
    let requests = roads::requests(sender, WARM_UP + COUNTED);
    let requests: Vec<_> = requests
        .into_iter()
        .map(|(head, body)| (road.request(head, body.clone()), body))
        .collect();
    let mut requests = requests.into_iter();
    Box::new(move || {
        let (request, body) = requests.next().expect("one for each run");
        if digested {
            black_box(Sha256::digest(&body));
        }
        assert_eq!(road.answer(request), 200);
    })
}
