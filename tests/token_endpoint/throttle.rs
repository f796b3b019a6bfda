//! A caller that fails too often waits, and nobody else does.

use std::{net::SocketAddr, pin::Pin, sync::LazyLock, task::Poll, time::Duration};

use hookgate::{
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    token::{Assertion, AssertionSimulator, Client, TokenAnswer},
};

use super::{
    assertions::{file, posted},
    private_key_jwt,
};
use crate::props::{
    Fault, Gate, On, ScriptedStore,
    endpoint::{Endpoint, FORM, NOW, RIGHT, URL, header, refused},
    poll,
};

const FORMS: &[(&str, &str)] = &[("content-type", FORM)];

/// An address of its own for each number, and a network of its own.
fn host(number: u32) -> String {
    format!("[2001:db8:{:x}:{:x}::1]:1", number >> 16, number & 0xffff)
}

fn guess(id: &str) -> String {
    format!("grant_type=client_credentials&client_id={id}&client_secret=x")
}

/// Signs quickly, so that much can be signed.
fn signer() -> AssertionSimulator {
    let signer = AssertionSimulator::pem(file("ed25519.key"), JwsAlgorithm::EdDsa).unwrap();
    signer.claim("aud", URL).claim("sub", "unico-check")
}

fn of_signer() -> Assertion {
    let key = VerifyingKey::pem(file("ed25519.pub"), [JwsAlgorithm::EdDsa]);
    Assertion::of("unico-check", key).subject("unico-check")
}

fn right() -> String {
    static SIGNER: LazyLock<AssertionSimulator> = LazyLock::new(signer);
    posted(&SIGNER.token(NOW))
}

/// With a text that the signature does not cover.
fn forged(subject: &str) -> String {
    let right = signer().claim("sub", subject).token(NOW);
    let (signed, _) = right.rsplit_once('.').unwrap();
    posted(&format!("{signed}.{}", "A".repeat(86)))
}

async fn status(endpoint: &Endpoint, peer: &str, body: &str) -> u16 {
    let answer = endpoint.post_from(peer, FORMS, body.to_owned()).await;
    answer.status().as_u16()
}

#[tokio::test]
async fn who_fails_too_often_waits_and_others_do_not() {
    let endpoint = Endpoint::client();
    let wrong = guess("unico");
    for _ in 0..10 {
        assert_eq!(status(&endpoint, "203.0.113.7:1", &wrong).await, 401);
    }
    let answer = endpoint.form(RIGHT).await;
    refused(&answer, 429, "temporarily_unavailable");
    assert_eq!(header(&answer, "retry-after"), Some("6"));
    assert_eq!(status(&endpoint, "203.0.113.8:1", RIGHT).await, 200);
    endpoint.clock.advance(Duration::from_secs(6));
    for _ in 0..100 {
        let right = status(&endpoint, "203.0.113.7:1", RIGHT).await;
        assert_eq!(right, 200, "success counts nothing");
    }
    // One client, from many addresses.
    let mut refusals = Vec::new();
    for number in 0..120 {
        refusals.push(status(&endpoint, &host(number), &wrong).await);
    }
    let judged = refusals.iter().filter(|status| **status == 401).count();
    assert_eq!(judged, 100);
    assert_eq!(status(&endpoint, "203.0.113.9:1", RIGHT).await, 429);
}

#[tokio::test]
async fn an_unknown_peer_is_refused_unless_addresses_are_left_out_by_name() {
    let counted = Endpoint::client();
    let peers = [
        None,
        Some("0.0.0.0:0"),
        Some("[::]:0"),
        Some("[::ffff:0.0.0.0]:1"),
    ];
    let peers = || peers.map(|peer| peer.map(|peer| peer.parse::<SocketAddr>().unwrap()));
    for peer in peers() {
        let answer = counted.answer(peer, FORMS, Some(RIGHT.into())).await;
        assert_eq!(answer.status(), 500, "{peer:?}");
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
    }
    let client = || Client::new("unico", "s3cr+t&:%");
    let uncounted = Endpoint::of(|builder| builder.client(client()).without_addresses());
    for peer in peers() {
        let answer = uncounted.answer(peer, FORMS, Some(RIGHT.into())).await;
        assert!(uncounted.opens(&answer), "{peer:?}");
    }
}

#[tokio::test]
async fn strangers_with_made_up_ids_lock_nobody_out_where_addresses_are_not_counted() {
    let endpoint = Endpoint::of(|builder| {
        builder
            .client(Client::new("unico", "s3cr+t&:%"))
            .user(Client::new("operator", "pass"))
            .assertion(of_signer())
            .without_addresses()
    });
    let json = &[("content-type", crate::props::endpoint::JSON)];
    let user = |id: &str, password: &str| format!(r#"{{"user":"{id}","password":"{password}"}}"#);
    let from = "203.0.113.7:1";
    for number in 0..10_000 {
        let id = format!("stranger-{number}");
        assert_eq!(status(&endpoint, from, &guess(&id)).await, 401);
    }
    for number in 0..150 {
        let id = format!("stranger-{number}");
        let answer = endpoint.post(json, user(&id, "x")).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(status(&endpoint, from, &forged(&id)).await, 400);
    }
    assert_eq!(status(&endpoint, from, RIGHT).await, 200);
    let answer = endpoint.post(json, user("operator", "pass")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(status(&endpoint, from, &right()).await, 200);
    // Guesses at one of them are few all the same.
    let mut judged = 0;
    for _ in 0..150 {
        judged += usize::from(status(&endpoint, from, &guess("unico")).await == 401);
    }
    // A stranger or two may have fallen into the same slot.
    assert!((90..=100).contains(&judged), "{judged}");
    assert_eq!(status(&endpoint, from, RIGHT).await, 429);
}

#[tokio::test]
async fn waiting_tells_nothing_of_which_ids_exist() {
    let expected = [vec![401; 100], vec![429; 20]].concat();
    let bodies = [
        guess("nobody"),
        guess("unico"),
        forged("nobody"),
        forged("unico-check"),
    ];
    for body in bodies {
        let endpoint = Endpoint::of(|builder| {
            builder
                .client(Client::new("unico", "s3cr+t&:%"))
                .assertion(of_signer())
        });
        let mut course = Vec::new();
        for number in 0..120 {
            let told = status(&endpoint, &host(number), &body).await;
            course.push(if told == 400 { 401 } else { told });
        }
        assert_eq!(course, expected, "{body}");
    }
}

#[tokio::test]
async fn a_client_that_is_named_in_two_spellings_has_one_account() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let endpoint = Endpoint::client();
    let grant = "grant_type=client_credentials";
    for number in 0..100 {
        // Read as it is, and decoded as in a form.
        let pair = if number % 2 == 0 {
            "unico:x"
        } else {
            "%75nico:x"
        };
        let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
        let headers = [("content-type", FORM), ("authorization", &basic)];
        let answer = endpoint.post_from(&host(number), &headers, grant).await;
        assert_eq!(answer.status(), 401);
    }
    assert_eq!(status(&endpoint, &host(200), &guess("unico")).await, 429);
}

#[tokio::test]
async fn wrong_assertions_are_counted_by_address_and_by_the_subject_that_they_name() {
    let endpoint = Endpoint::of(|builder| builder.assertion(of_signer()));
    let forged = forged("unico-check");
    let mut judged = 0;
    for _ in 0..2_000 {
        let told = status(&endpoint, "203.0.113.7:1", &forged).await;
        judged += usize::from(told == 400);
    }
    assert_eq!(judged, 10);
    assert_eq!(status(&endpoint, "203.0.113.7:1", &right()).await, 429);
    assert_eq!(status(&endpoint, "203.0.113.8:1", &right()).await, 200);
    for number in 0..200 {
        let told = status(&endpoint, &host(number), &forged).await;
        judged += usize::from(told == 400);
    }
    assert_eq!(judged, 100);
    // A caller that knows a subject cannot keep out one that can sign for it.
    assert_eq!(status(&endpoint, "203.0.113.8:1", &right()).await, 200);
}

#[tokio::test]
async fn guesses_under_the_id_of_a_client_with_a_key_do_not_keep_it_out() {
    let client = private_key_jwt::signing_client("unico");
    let store = MemoryStore::new();
    let endpoint = Endpoint::of(|builder| builder.client(client).replay_store(store));
    let right = || private_key_jwt::posted(&private_key_jwt::signer().token(NOW));
    let signed = right();
    let (signed, _) = signed.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", "A".repeat(342));
    for number in 0..100 {
        assert_eq!(status(&endpoint, &host(number), &forged).await, 401);
    }
    assert_eq!(status(&endpoint, &host(200), &forged).await, 429);
    assert_eq!(status(&endpoint, &host(201), &guess("unico")).await, 429);
    assert_eq!(status(&endpoint, &host(202), &right()).await, 200);
}

#[tokio::test]
async fn a_guess_in_two_readings_counts_under_one_id() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let named = |id: &str| Client::new(id, "s3cret");
    let endpoint = Endpoint::of(|builder| builder.client(named("a b")).client(named("a+b")));
    let grant = "grant_type=client_credentials";
    let basic = format!("Basic {}", BASE64_STANDARD.encode("a+b:x"));
    let headers = [("content-type", FORM), ("authorization", &*basic)];
    for number in 0..100 {
        let answer = endpoint.post_from(&host(number), &headers, grant).await;
        assert_eq!(answer.status(), 401);
    }
    assert_eq!(status(&endpoint, &host(200), &guess("a+b")).await, 429);
    assert_eq!(status(&endpoint, &host(201), &guess("a%2Bb")).await, 401);
}

/// A store whose claims wait at the gate.
fn shut() -> (ScriptedStore, Gate) {
    let store = ScriptedStore::over(MemoryStore::new());
    let gate = Gate::shut();
    store.always(On::Claim, Fault::Waits(gate.clone()));
    (store, gate)
}

type Answering<'a> = Pin<Box<dyn Future<Output = TokenAnswer> + 'a>>;

fn status_now(answering: &mut Answering<'_>) -> Poll<u16> {
    poll(answering.as_mut()).map(|answer| answer.status().as_u16())
}

fn once(store: &ScriptedStore) -> Endpoint {
    let assertion = of_signer().refuse_replays();
    Endpoint::of(|builder| builder.assertion(assertion).replay_store(store.clone()))
}

fn asking(endpoint: &Endpoint) -> Answering<'_> {
    let body = right();
    Box::pin(endpoint.post_from("203.0.113.7:1", FORMS, body))
}

#[tokio::test]
async fn right_requests_at_once_are_no_failures() {
    let (store, gate) = shut();
    let endpoint = once(&store);
    let mut all: Vec<_> = (0..30).map(|_| asking(&endpoint)).collect();
    assert!(all.iter_mut().all(|one| status_now(one).is_pending()));
    assert_eq!(store.count(On::Claim), 30);
    gate.open();
    assert!(
        all.iter_mut()
            .all(|one| status_now(one) == Poll::Ready(200))
    );
}

#[tokio::test]
async fn who_hangs_up_before_the_judgement_has_not_failed() {
    let (store, gate) = shut();
    let endpoint = once(&store);
    for _ in 0..200 {
        assert!(status_now(&mut asking(&endpoint)).is_pending());
    }
    gate.open();
    assert_eq!(status_now(&mut asking(&endpoint)), Poll::Ready(200));
    // A wrong guess is counted before the endpoint waits for anything. Hanging up does not take it back.
    store.heal();
    store.always(On::Claim, Fault::Waits(Gate::shut()));
    for _ in 0..10 {
        assert_eq!(status(&endpoint, "203.0.113.7:1", &forged("x")).await, 400);
    }
    assert_eq!(status_now(&mut asking(&endpoint)), Poll::Ready(429));
}

#[tokio::test]
async fn requests_under_way_are_bounded_and_give_their_place_back() {
    let (store, gate) = shut();
    let endpoint = once(&store);
    let mut all: Vec<_> = (0..1_024).map(|_| asking(&endpoint)).collect();
    assert!(all.iter_mut().all(|one| status_now(one).is_pending()));
    let mut one_more = asking(&endpoint);
    let Poll::Ready(answer) = poll(one_more.as_mut()) else {
        panic!("one more is under way");
    };
    refused(&answer, 503, "temporarily_unavailable");
    assert!(header(&answer, "retry-after").is_some());
    all.truncate(1_000);
    assert!(status_now(&mut asking(&endpoint)).is_pending());
    gate.open();
    assert!(
        all.iter_mut()
            .all(|one| status_now(one) == Poll::Ready(200))
    );
}
