//! Bearer tokens under keys that their issuer publishes: real HTTP, a real provider's recordings, a fake clock.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hookgate::{
    Secret, UnixTime,
    access::{
        Access, AnyOf, Basic, Bearer, Denied, HttpsFetcher, Jwks, JwksDocument, JwksError,
        JwksFetcher,
    },
    keys::JwsAlgorithm,
    providers::{
        facephi::{Facephi, FacephiSimulator, Topic},
        idcloud::{IdCloud, IdCloudSimulator, Status},
    },
    testing::FakeClock,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::Level;

use crate::props::{
    Call, Gate, Issuer, Log, Reply, Says, ScriptedStore, Stage, Token, hmac_sha256, poll, soon,
    until,
};

const COOL_DOWN: Duration = Duration::from_secs(10);
const FRESH: Duration = Duration::from_secs(5 * 60);
const STALE: Duration = Duration::from_secs(60 * 60);
const ALGORITHMS: [JwsAlgorithm; 3] = [
    JwsAlgorithm::Rs256,
    JwsAlgorithm::Ps256,
    JwsAlgorithm::Es256,
];

/// What `tests/vectors/jwks/README.md` describes.
#[derive(Deserialize)]
struct Recording {
    recorded_at: i64,
    issuer: String,
    audience: String,
    before: Phase,
    overlap: Phase,
    after: Phase,
}

#[derive(Deserialize)]
struct Phase {
    answer: Answer,
    tokens: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Answer {
    body: String,
}

impl Phase {
    fn set(&self) -> Says {
        Says::Set(self.answer.body.clone(), None)
    }
}

fn recording() -> Recording {
    serde_json::from_str(include_str!("../vectors/jwks/oidc-provider.json")).unwrap()
}

/// A receiver that takes the recorded provider's tokens, and the server that publishes its keys.
struct Scene {
    recorded: Recording,
    issuer: Issuer,
    stage: Stage,
}

impl Scene {
    async fn new(says: impl FnOnce(&Recording) -> Says) -> Self {
        Self::with(says, |jwks| jwks).await
    }

    async fn with(says: impl FnOnce(&Recording) -> Says, set: impl FnOnce(Jwks) -> Jwks) -> Self {
        let recorded = recording();
        let issuer = Issuer::start(says(&recorded)).await;
        let clock = FakeClock::at(UnixTime::from_secs(recorded.recorded_at));
        let jwks = set(Jwks::new(issuer.url(), ALGORITHMS).clock(clock.clone()));
        let bearer = Bearer::from_jwks(jwks)
            .issuer(&recorded.issuer)
            .audience(&recorded.audience)
            .scope("webhooks");
        let access = AnyOf::of(bearer).or(Basic::new("unico", "pass"));
        let store = ScriptedStore::new(&clock);
        let stage = Stage::on(IdCloud::numeric(), clock, store, |builder| {
            builder.access(access)
        });
        Self {
            stage: stage.await,
            recorded,
            issuer,
        }
    }

    fn call(authorization: &str) -> Call {
        let body = IdCloudSimulator::new()
            .transaction("a", Status::Concluded)
            .body;
        Call::post("/hook", body).with("authorization", authorization)
    }

    async fn send(&self, token: &str) -> Reply {
        self.stage
            .send(&Self::call(&format!("Bearer {token}")))
            .await
    }

    async fn status(&self, token: &str) -> u16 {
        self.send(token).await.status
    }

    /// The token of a kind of the phase `before`.
    fn old(&self, algorithm: &str) -> &str {
        &self.recorded.before.tokens[algorithm]
    }

    fn new_token(&self) -> &str {
        &self.recorded.after.tokens["RS256"]
    }

    fn assert_unavailable(reply: &Reply, what: &str) {
        assert_eq!(reply.status, 503, "{what}");
        assert!(reply.header("retry-after").is_some(), "{what}");
    }
}

/// `token` with another member in its head. Its signature no longer fits.
fn with_head(token: &str, name: &str, value: Value) -> String {
    with_altered_head(token, |head| head[name] = value)
}

/// The same of `token` without the id of its key.
fn without_kid(token: &str) -> String {
    with_altered_head(token, |head| {
        head.as_object_mut().unwrap().remove("kid").unwrap();
    })
}

fn with_altered_head(token: &str, alter: impl FnOnce(&mut Value)) -> String {
    let (head, rest) = token.split_once('.').unwrap();
    let mut head = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
    alter(&mut head);
    let head = BASE64_URL_SAFE_NO_PAD.encode(head.to_string());
    format!("{head}.{rest}")
}

#[tokio::test]
async fn tokens_of_a_foreign_provider_open_the_endpoint_while_its_keys_rotate() {
    let scene = Scene::new(|recorded| recorded.before.set()).await;
    let Recording {
        before,
        overlap,
        after,
        ..
    } = &scene.recorded;
    for (algorithm, token) in &before.tokens {
        assert_eq!(scene.status(token).await, 200, "{algorithm}");
    }
    assert_eq!(scene.issuer.fetches(), 1, "the set is kept");

    scene.issuer.says(overlap.set());
    scene.stage.clock.advance(COOL_DOWN);
    for phase in [overlap, before] {
        for (algorithm, token) in &phase.tokens {
            assert_eq!(scene.status(token).await, 200, "{algorithm}");
        }
    }
    assert_eq!(scene.issuer.fetches(), 2, "an unknown `kid` asks once");

    scene.issuer.says(after.set());
    scene.stage.clock.advance(FRESH);
    for (algorithm, token) in &before.tokens {
        assert_eq!(scene.status(token).await, 401, "{algorithm}: withdrawn");
    }
    for phase in [overlap, after] {
        for (algorithm, token) in &phase.tokens {
            assert_eq!(scene.status(token).await, 200, "{algorithm}");
        }
    }
    assert_eq!(scene.issuer.fetches(), 3);
    assert!(scene.issuer.asked().iter().all(|target| target == "/jwks"));
}

#[tokio::test]
async fn a_hundred_first_deliveries_cause_one_fetch() {
    let gate = Gate::shut();
    let scene =
        Scene::new(|recorded| Says::SetAfter(gate.clone(), recorded.before.answer.body.clone()))
            .await;
    let call = Scene::call(&format!("Bearer {}", scene.old("RS256")));
    let sending: Vec<_> = (0..100).map(|_| scene.stage.sending(&call)).collect();
    // The receiver's limit for each of them, and that of the fetch.
    until("all wait", || scene.stage.clock.sleepers() > 100).await;
    gate.open();
    for reply in sending {
        assert_eq!(soon(reply).await.unwrap().status, 200);
    }
    assert_eq!(scene.issuer.fetches(), 1);
}

#[tokio::test]
async fn a_flood_of_unknown_kids_causes_one_fetch_a_cool_down() {
    let scene = Scene::new(|recorded| recorded.before.set()).await;
    assert_eq!(scene.status(scene.old("RS256")).await, 200);
    let evil = format!("http://{}/evil", scene.issuer.addr);
    for round in 0..3 {
        scene.stage.clock.advance(COOL_DOWN);
        for number in 0..100 {
            let token = with_head(
                scene.old("RS256"),
                "kid",
                json!(format!("{round}.{number}")),
            );
            let token = with_head(&token, "jku", json!(evil));
            assert_eq!(scene.status(&token).await, 401);
        }
        assert_eq!(scene.issuer.fetches(), 2 + round);
    }
    assert!(scene.issuer.asked().iter().all(|target| target == "/jwks"));
    assert_eq!(scene.status(scene.old("RS256")).await, 200);
}

#[tokio::test]
async fn the_issuer_is_not_asked_for_what_would_not_open_the_endpoint_anyway() {
    let scene = Scene::new(|recorded| recorded.before.set()).await;
    let token = scene.old("RS256").to_owned();
    let oversized = format!("{token}{}", "A".repeat(8 * 1024));
    let with_claim = |name: &str, value: Value| {
        let parts: Vec<_> = token.split('.').collect();
        let claims = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let mut claims: Value = serde_json::from_slice(&claims).unwrap();
        claims[name] = value;
        let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("{}.{claims}.{}", parts[0], parts[2])
    };
    for token in [
        oversized.as_str(),
        "x",
        &with_head(&token, "alg", json!("none")),
        &with_head(&token, "alg", json!("HS256")),
        &with_head(&token, "alg", json!("EdDSA")),
        &with_claim("iss", json!("https://other.example")),
        &with_claim("aud", json!("https://other.example")),
        &with_claim("scope", json!("other")),
        &with_claim("exp", json!(scene.recorded.recorded_at - 61)),
        &with_claim("nbf", json!(scene.recorded.recorded_at + 61)),
    ] {
        // Not 503, although there is no key yet: these are wrong under any key.
        assert_eq!(scene.status(token).await, 401, "{token}");
        assert_eq!(scene.issuer.fetches(), 0, "{token}");
    }
    let twice =
        Scene::call(&format!("Bearer {token}")).and("authorization", format!("Bearer {token}"));
    assert_eq!(scene.stage.send(&twice).await.status, 401);
    let basic = Scene::call("Basic dW5pY286cGFzcw==");
    assert_eq!(scene.stage.send(&basic).await.status, 200);
    assert_eq!(scene.issuer.fetches(), 0);
}

#[tokio::test]
async fn an_issuer_that_fails_at_first_is_503_within_bounds_and_recovers_without_restart() {
    let faults = [
        ("hangs up", Says::HangsUp),
        ("500", Says::Status("500 Internal Server Error")),
        ("204", Says::Status("204 No Content")),
        ("redirects", Says::Redirect),
        ("10 MB", Says::TenMegabytes),
        ("endless", Says::Endless),
        ("garbage", Says::Set("<html>".to_owned(), None)),
        ("no set", Says::Set("{}".to_owned(), None)),
        ("empty set", Says::Set(r#"{"keys":[]}"#.to_owned(), None)),
        (
            "101 keys",
            Says::Set(
                json!({"keys": vec![json!({"kty": "RSA"}); 101]}).to_string(),
                None,
            ),
        ),
    ];
    for (what, says) in faults {
        let scene = Scene::new(|_| says).await;
        for _ in 0..3 {
            let reply = scene.send(scene.old("RS256")).await;
            Scene::assert_unavailable(&reply, what);
        }
        assert_eq!(scene.issuer.asked(), ["/jwks"], "{what}: asked once");
        assert!(scene.issuer.written() < 64 << 20, "{what}: read to the end");
        assert_eq!(scene.stage.script.runs(), 0, "{what}");

        scene.issuer.says(scene.recorded.before.set());
        scene.stage.clock.advance(COOL_DOWN);
        assert_eq!(scene.status(scene.old("RS256")).await, 200, "{what}");
    }
}

#[tokio::test]
async fn a_slow_issuer_costs_a_delivery_no_more_than_the_limit_and_its_answer_is_kept() {
    let gate = Gate::shut();
    let scene =
        Scene::new(|recorded| Says::SetAfter(gate.clone(), recorded.before.answer.body.clone()))
            .await;
    let call = Scene::call(&format!("Bearer {}", scene.old("RS256")));
    let sending = scene.stage.sending(&call);
    until("it waits", || scene.stage.clock.sleepers() > 1).await;
    scene.stage.clock.advance(Duration::from_secs(2));
    Scene::assert_unavailable(&soon(sending).await.unwrap(), "slow");
    // Its sender is gone. The fetch goes on.
    gate.open();
    let began = std::time::Instant::now();
    while scene.status(scene.old("RS256")).await != 200 {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "the set never came"
        );
        scene.stage.clock.advance(Duration::from_millis(1));
    }
    assert_eq!(scene.issuer.fetches(), 1);
}

#[tokio::test]
async fn a_fetch_that_never_ends_is_given_up() {
    let scene = Scene::new(|_| Says::StopsHalfway).await;
    let call = Scene::call(&format!("Bearer {}", scene.old("RS256")));
    let sending = scene.stage.sending(&call);
    until("it is half answered", || scene.issuer.fetches() == 1).await;
    scene.stage.clock.advance(Duration::from_secs(5));
    Scene::assert_unavailable(&soon(sending).await.unwrap(), "half an answer");
    scene.issuer.says(scene.recorded.before.set());
    // The pause begins when the fetch has been given up.
    until("it is given up", || scene.stage.clock.sleepers() == 0).await;
    Scene::assert_unavailable(&scene.send(scene.old("RS256")).await, "in the pause");
    assert_eq!(scene.issuer.fetches(), 1);
    scene.stage.clock.advance(COOL_DOWN);
    assert_eq!(scene.status(scene.old("RS256")).await, 200);
}

#[tokio::test]
async fn while_the_issuer_is_down_the_last_good_set_goes_on_for_a_bounded_time() {
    let scene = Scene::with(
        |recorded| recorded.before.set(),
        |jwks| {
            // Within the life of the recorded tokens.
            jwks.stale_for(Duration::from_secs(30 * 60))
        },
    )
    .await;
    assert_eq!(scene.status(scene.old("RS256")).await, 200);
    scene.issuer.says(Says::HangsUp);
    scene.stage.clock.advance(FRESH);
    assert_eq!(scene.status(scene.old("ES256")).await, 200);
    let unknown = scene.send(scene.new_token()).await;
    Scene::assert_unavailable(&unknown, "nobody knows whether this key exists");
    let forged = format!("{}AAAA", scene.old("ES256"));
    assert_eq!(scene.status(&forged).await, 401, "its key is known");
    assert_eq!(scene.issuer.fetches(), 2, "asked once, then the pause");

    let last = Duration::from_secs(30 * 60) - Duration::from_millis(1);
    scene.stage.clock.advance(last);
    assert_eq!(scene.status(scene.old("PS256")).await, 200);
    scene.stage.clock.advance(Duration::from_millis(1));
    let too_old = scene.send(scene.old("PS256")).await;
    Scene::assert_unavailable(&too_old, "the set is too old");

    scene.issuer.says(scene.recorded.overlap.set());
    scene.stage.clock.advance(COOL_DOWN);
    assert_eq!(scene.status(scene.old("PS256")).await, 200);
    assert_eq!(scene.status(scene.new_token()).await, 200);
}

/// Any key may be meant, one that is published meanwhile too.
#[tokio::test]
async fn a_token_that_names_no_key_is_wrong_by_a_set_that_is_fresh_alone() {
    let scene = Scene::new(|recorded| recorded.before.set()).await;
    assert_eq!(scene.status(scene.old("RS256")).await, 200);
    let nameless = without_kid(scene.old("RS256"));
    assert_eq!(scene.status(&nameless).await, 401);
    scene.issuer.says(Says::HangsUp);
    let a_moment = Duration::from_millis(1);
    scene.stage.clock.advance(FRESH - a_moment);
    assert_eq!(scene.status(&nameless).await, 401);
    assert_eq!(scene.issuer.fetches(), 1, "nobody is asked");
    scene.stage.clock.advance(a_moment);
    let reply = scene.send(&nameless).await;
    Scene::assert_unavailable(&reply, "a newer set may have its key");
    assert_eq!(scene.issuer.fetches(), 2);
}

/// In the pause after a set was fetched, a key that it lacks is no key of the issuer's.
#[tokio::test]
async fn an_unknown_key_is_wrong_for_as_long_as_the_set_was_just_fetched() {
    let scene = Scene::new(|recorded| recorded.before.set()).await;
    assert_eq!(scene.status(scene.new_token()).await, 401);
    scene.issuer.says(Says::HangsUp);
    let a_moment = Duration::from_millis(1);
    scene.stage.clock.advance(COOL_DOWN - a_moment);
    assert_eq!(scene.status(scene.new_token()).await, 401);
    assert_eq!(scene.issuer.fetches(), 1, "nobody is asked");
    scene.stage.clock.advance(a_moment);
    let reply = scene.send(scene.new_token()).await;
    Scene::assert_unavailable(&reply, "it may have been published since");
    assert_eq!(scene.issuer.fetches(), 2);
}

#[tokio::test]
async fn a_set_without_a_usable_key_withdraws_all_that_was_published_before() {
    let others = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"other","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    for (what, set) in [
        ("empty", r#"{"keys":[]}"#),
        ("keys for other algorithms", others),
        (
            "nothing that is a key",
            r#"{"keys":[{},7,{"kty":"oct","k":"AAAA"}]}"#,
        ),
    ] {
        let scene = Scene::new(|recorded| recorded.before.set()).await;
        assert_eq!(scene.status(scene.old("RS256")).await, 200, "{what}");
        let log = Log::begin();
        scene
            .issuer
            .says(Says::Set(set.to_owned(), Some("max-age=3600")));
        scene.stage.clock.advance(FRESH);
        for name in ["RS256", "ES256", "PS256"] {
            // Not 401, after which the event would be lost: a set may be empty by mistake, and come back.
            let reply = scene.send(scene.old(name)).await;
            Scene::assert_unavailable(&reply, what);
        }
        assert_eq!(scene.stage.script.runs(), 1, "{what}");
        assert_eq!(scene.issuer.fetches(), 2, "{what}: asked once a pause");
        let lines = log.with("no key set");
        assert_eq!(lines.len(), 1, "{what}: {lines:?}");
        assert_eq!(lines[0].0, Level::ERROR, "{what}");

        // The issuer is asked again after each pause, whatever it said of how long that is good.
        scene.stage.clock.advance(COOL_DOWN);
        let still = scene.send(scene.old("RS256")).await;
        Scene::assert_unavailable(&still, what);
        assert_eq!(scene.issuer.fetches(), 3, "{what}");
        // An issuer that then fails has nothing to go back to.
        scene.issuer.says(Says::HangsUp);
        scene.stage.clock.advance(COOL_DOWN);
        let down = scene.send(scene.old("RS256")).await;
        Scene::assert_unavailable(&down, what);

        scene.issuer.says(scene.recorded.overlap.set());
        scene.stage.clock.advance(COOL_DOWN);
        assert_eq!(scene.status(scene.old("RS256")).await, 200, "{what}");
        assert_eq!(scene.status(scene.new_token()).await, 200, "{what}");
    }
}

#[tokio::test]
async fn what_is_no_key_set_leaves_the_last_good_one_in_force() {
    for (what, says) in [
        ("no JSON", Says::Set("<html>".to_owned(), None)),
        ("no object", Says::Set("[]".to_owned(), None)),
        ("no keys", Says::Set("{}".to_owned(), None)),
        (
            "keys that are no list",
            Says::Set(r#"{"keys":{}}"#.to_owned(), None),
        ),
        (
            "keys that are null",
            Says::Set(r#"{"keys":null}"#.to_owned(), None),
        ),
        ("half a set", Says::Set(r#"{"keys":["#.to_owned(), None)),
        ("an error", Says::Status("503 Service Unavailable")),
        ("nothing", Says::HangsUp),
    ] {
        let scene = Scene::new(|recorded| recorded.before.set()).await;
        assert_eq!(scene.status(scene.old("RS256")).await, 200, "{what}");
        let log = Log::begin();
        scene.issuer.says(says);
        scene.stage.clock.advance(FRESH);
        assert_eq!(scene.status(scene.old("ES256")).await, 200, "{what}");
        assert_eq!(scene.issuer.fetches(), 2, "{what}");
        let lines = log.with("no new key set");
        assert_eq!(lines.len(), 1, "{what}: {lines:?}");
        assert_eq!(lines[0].0, Level::WARN, "{what}");
    }
}

/// Brings one set.
struct Published(String);

impl JwksFetcher for Published {
    async fn fetch(&self) -> Result<JwksDocument, JwksError> {
        Ok(JwksDocument::new(self.0.clone()))
    }
}

/// The public key of RFC 7517, appendix A.1: on P-256, and nobody's here.
const OTHER: (&str, &str) = (
    "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
);

#[tokio::test]
async fn a_token_is_tried_against_few_keys_however_many_are_published() {
    let recorded = recording();
    let published: Value = serde_json::from_str(&recorded.before.answer.body).unwrap();
    let keys = published["keys"].as_array().unwrap();
    let right = keys.iter().find(|key| key["kty"] == "EC").unwrap();
    let token = &recorded.before.tokens["ES256"];
    let others = |count: usize, kid: Option<&str>| {
        let (x, y) = OTHER;
        let other = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid});
        std::iter::repeat_n(other, count)
    };
    let judge = async |set: Vec<Value>| {
        let fetcher = Published(json!({ "keys": set }).to_string());
        let clock = FakeClock::at(UnixTime::from_secs(recorded.recorded_at));
        let jwks = Jwks::fetched_by(fetcher, ALGORITHMS).clock(clock);
        jwks.refresh().await.unwrap();
        let rule = Bearer::from_jwks(jwks).audience(&recorded.audience);
        let headers = vec![("authorization", format!("Bearer {token}"))];
        let head = hookgate::pack::Head::new("POST", "/", &headers);
        rule.check(&head, UnixTime::from_secs(recorded.recorded_at))
    };
    let nameless = || {
        let mut key = right.clone();
        key.as_object_mut().unwrap().remove("kid");
        key
    };
    let wrong = Err(Denied::Wrong);
    assert_eq!(
        judge(others(7, None).chain([nameless()]).collect()).await,
        Ok(())
    );
    assert_eq!(
        judge(others(8, None).chain([nameless()]).collect()).await,
        wrong
    );
    // The key that the token names comes first, wherever it stands. Keys that it does not name cost nothing.
    assert_eq!(
        judge(others(99, None).chain([right.clone()]).collect()).await,
        Ok(())
    );
    let elsewhere = others(99, Some("other")).chain([nameless()]);
    assert_eq!(judge(elsewhere.collect()).await, Ok(()));
}

#[tokio::test]
async fn max_age_counts_within_bounds() {
    let minute = Duration::from_secs(60);
    for (control, fresh) in [
        ("max-age=0", minute),
        ("no-store", minute),
        ("public, max-age=600", 10 * minute),
        ("max-age=31536000", STALE),
    ] {
        let body = recording().before.answer.body;
        let scene = Scene::new(|_| Says::Set(body, Some(control))).await;
        let send = || scene.status(scene.old("RS256"));
        assert_eq!(send().await, 200, "{control}");
        scene.stage.clock.advance(fresh - Duration::from_millis(1));
        assert_eq!(send().await, 200, "{control}");
        assert_eq!(scene.issuer.fetches(), 1, "{control}: still fresh");
        scene.stage.clock.advance(Duration::from_millis(1));
        assert_eq!(send().await, 200, "{control}");
        assert_eq!(scene.issuer.fetches(), 2, "{control}: no longer fresh");
    }
}

#[tokio::test]
async fn only_public_keys_for_signatures_are_taken_and_an_odd_one_costs_no_other() {
    let secret = b"a secret that somebody published by mistake";
    let scene = Scene::new(|recorded| {
        let mut set: Value = serde_json::from_str(&recorded.before.answer.body).unwrap();
        let keys = set["keys"].as_array_mut().unwrap();
        let oct = json!({"kty": "oct", "kid": "oct", "alg": "HS256", "k": BASE64_URL_SAFE_NO_PAD.encode(secret)});
        let odd = [
            oct,
            json!({"kty": "AKP", "kid": "post-quantum", "alg": "ML-DSA-44", "pub": "AAAA"}),
            json!({"kty": "EC", "crv": "secp256k1", "kid": "k1", "x": "AA", "y": "AA"}),
            json!({"kty": "RSA", "kid": 5, "n": [], "e": null}),
            json!({"kty": "RSA", "kid": "broken", "n": "*", "e": "AQAB"}),
            json!("not even an object"),
        ];
        keys.splice(0..0, odd);
        // The key of the RSA tokens is for PS256 alone. The key of the EC tokens is for encryption.
        for key in keys {
            match key["kty"].as_str() {
                Some("RSA") => key["alg"] = json!("PS256"),
                Some("EC") => key["use"] = json!("enc"),
                _ => {}
            }
        }
        Says::Set(set.to_string(), None)
    })
    .await;
    assert_eq!(scene.status(scene.old("PS256")).await, 200);
    assert_eq!(
        scene.status(scene.old("RS256")).await,
        401,
        "not its algorithm"
    );
    assert_eq!(scene.status(scene.old("ES256")).await, 401, "not its use");
    let token = with_head(scene.old("RS256"), "alg", json!("HS256"));
    let token = with_head(&token, "kid", json!("oct"));
    let (message, _) = token.rsplit_once('.').unwrap();
    let mac = BASE64_URL_SAFE_NO_PAD.encode(hmac_sha256(secret, message.as_bytes()));
    assert_eq!(scene.status(&format!("{message}.{mac}")).await, 401);
}

/// `Ed25519` (RFC 9864) is `EdDSA` with a key on that curve, and with no other.
#[tokio::test]
async fn a_published_key_for_ed25519_may_be_named_in_either_way() {
    let pem = include_str!("../vectors/jwt/curve.pub.pem");
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::prelude::BASE64_STANDARD.decode(der).unwrap();
    // RFC 8410, section 4: the key is the last 32 bytes.
    let x = BASE64_URL_SAFE_NO_PAD.encode(&der[der.len() - 32..]);
    let now = UnixTime::from_secs(1_700_000_000);
    let judge = async |crv: &str, alg: Option<&str>, token: &str| {
        let key = json!({"kty": "OKP", "crv": crv, "alg": alg, "x": x});
        let fetcher = Published(json!({"keys": [key]}).to_string());
        let jwks = Jwks::fetched_by(fetcher, [JwsAlgorithm::EdDsa]).clock(FakeClock::at(now));
        let fetched = jwks.refresh().await;
        let rule = Bearer::from_jwks(jwks).audience("hookgate");
        let headers = vec![("authorization", format!("Bearer {}", Token::named(token)))];
        let head = hookgate::pack::Head::new("POST", "/", &headers);
        fetched.map(|()| rule.check(&head, now))
    };
    let (new, old) = (
        "Ed25519 by the name of RFC 9864",
        "the same key by the name of RFC 8037",
    );
    for alg in [None, Some("EdDSA"), Some("Ed25519")] {
        for token in [new, old] {
            let judged = judge("Ed25519", alg, token).await;
            assert_eq!(judged.unwrap(), Ok(()), "{alg:?}: {token}");
        }
        for token in [
            "Ed448 says Ed25519",
            "Ed448 says EdDSA",
            "Ed448 says what it is",
        ] {
            let judged = judge("Ed25519", alg, token).await;
            assert_eq!(judged.unwrap(), Err(Denied::Wrong), "{alg:?}: {token}");
        }
        let judged = judge("Ed448", alg, new).await;
        assert!(matches!(judged, Err(JwksError::NoUsableKey)), "{alg:?}");
    }
    for alg in ["Ed448", "ed25519", "ES256"] {
        let judged = judge("Ed25519", Some(alg), new).await;
        assert!(matches!(judged, Err(JwksError::NoUsableKey)), "{alg}");
    }
}

#[tokio::test]
async fn refreshing_at_start_says_what_is_wrong_and_spares_the_first_delivery_the_wait() {
    let recorded = recording();
    let issuer = Issuer::start(Says::HangsUp).await;
    let jwks = Jwks::new(issuer.url(), ALGORITHMS);
    for (says, why) in [
        (Says::HangsUp, "the issuer cannot be reached"),
        (Says::Redirect, "the issuer answered 302 instead of 200"),
        (Says::TenMegabytes, "the key set is over 262144 bytes"),
        (Says::Set("[]".to_owned(), None), "what came is no key set"),
    ] {
        issuer.says(says);
        assert_eq!(jwks.refresh().await.unwrap_err().to_string(), why);
    }
    issuer.says(recorded.before.set());
    jwks.refresh().await.unwrap();
    issuer.says(Says::HangsUp);
    let access = Bearer::from_jwks(jwks).audience(&recorded.audience);
    let headers = vec![(
        "authorization",
        format!("Bearer {}", recorded.before.tokens["ES256"]),
    )];
    let head = hookgate::pack::Head::new("POST", "/", &headers);
    let now = UnixTime::from_secs(recorded.recorded_at);
    assert_eq!(access.check(&head, now), Ok(()));
}

#[test]
fn settings_that_cannot_be_right_are_refused_at_start() {
    let at = |url: &str| Jwks::new(url, ALGORITHMS);
    let refused = |jwks: Jwks| assert!(Bearer::from_jwks(jwks).validate().is_err());
    let fine = |jwks: Jwks| assert!(Bearer::from_jwks(jwks).validate().is_ok());
    for url in [
        "https://id.example/jwks",
        "http://127.0.0.1:1/jwks",
        "http://[::1]/jwks",
        "http://localhost/jwks",
    ] {
        fine(at(url));
    }
    for url in [
        "http://id.example/jwks",
        "http://localhost.example/jwks",
        "http://127.0.0.1.example/jwks",
        "https://user:password@id.example/jwks",
        "file:///etc/jwks",
        "id.example/jwks",
        "",
    ] {
        refused(at(url));
    }
    let good = || at("https://id.example/jwks");
    refused(Jwks::new("https://id.example/jwks", []));
    refused(Jwks::new(
        "https://id.example/jwks",
        [JwsAlgorithm::Rs256, JwsAlgorithm::Hs256],
    ));
    refused(good().cool_down(Duration::ZERO));
    refused(good().fetch_timeout(Duration::ZERO));
    refused(good().fresh_for(Duration::from_secs(2), Duration::from_secs(1)));
    let secret = HttpsFetcher::new("https://id.example/jwks?code=canary");
    assert!(!format!("{secret:?}").contains("canary"));
    assert!(!format!("{:?}", good()).contains("/jwks"));
}

#[tokio::test]
async fn facephi_logs_in_with_a_token_that_was_issued_to_the_client_in_its_form() {
    let recorded = recording();
    let issuer = Issuer::start(recorded.before.set()).await;
    let clock = FakeClock::at(UnixTime::from_secs(recorded.recorded_at));
    let jwks = Jwks::new(issuer.url(), ALGORITHMS).clock(clock.clone());
    let oauth2 = Bearer::from_jwks(jwks)
        .issuer(&recorded.issuer)
        .audience(&recorded.audience)
        .issued_to("RS256");
    assert!(oauth2.clone().issued_to("").validate().is_err());
    let access = AnyOf::of(oauth2).or(Facephi::api_key("0f3c"));
    let store = ScriptedStore::new(&clock);
    let secret = "N0tASecretForAnyone0123456789abc";
    let sent =
        FacephiSimulator::new(secret, hookgate::time::Clock::now(&clock)).send(Topic::IdCaptured);
    let pack = Facephi::new(Secret::utf8(secret).unwrap());
    let stage = Stage::on(pack, clock, store, |builder| builder.access(access)).await;
    let send = async |name: &str, value: &str| {
        let mut call = Call::post("/hook", sent.body.clone());
        for (name, value) in &sent.headers {
            call = call.with(name, value);
        }
        stage.send(&call.with(name, value)).await.status
    };
    let bearer = |client: &str| format!("Bearer {}", recorded.before.tokens[client]);
    assert_eq!(
        send("authorization", &bearer("PS256")).await,
        401,
        "another client"
    );
    assert_eq!(send("x-api-key", "0f3d").await, 401);
    assert_eq!(stage.script.runs(), 0);
    assert_eq!(send("authorization", &bearer("RS256")).await, 200);
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(send("x-api-key", "0f3c").await, 200);
}

/// The key set of our own token endpoint, read as any other issuer's.
#[tokio::test]
async fn a_receiver_elsewhere_takes_the_tokens_of_facephis_endpoint_through_its_key_set() {
    let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
    let form = Facephi::oauth2("https://app.example.com/token", "facephi", "77ab");
    let endpoint = form.clock(clock.clone()).build().unwrap();
    let mut sender = hookgate::token::TokenSimulator::client("facephi", "77ab");
    let asked = sender.request(hookgate::time::Clock::now(&clock));
    let headers = asked.headers.clone();
    let head = hookgate::pack::Head::new("POST", "/token", &headers);
    let head = head.peer("203.0.113.7:443".parse().ok());
    let timer: std::sync::Arc<dyn hookgate::time::Timer> = std::sync::Arc::new(clock.clone());
    let answer = endpoint.answer(head, Some(asked.body), &timer).await;
    sender
        .read(
            answer.status().as_u16(),
            answer.body(),
            hookgate::time::Clock::now(&clock),
        )
        .unwrap();
    let token = sender.token(hookgate::time::Clock::now(&clock)).unwrap();

    let set = String::from_utf8(endpoint.jwks().body().to_vec()).unwrap();
    let issuer = Issuer::start(Says::Set(set, None)).await;
    let jwks = Jwks::new(issuer.url(), [JwsAlgorithm::Es256]).clock(clock);
    jwks.refresh().await.unwrap();
    let access = Bearer::from_jwks(jwks)
        .issuer("https://app.example.com/token")
        .audience("https://app.example.com/token")
        .issued_to("facephi");
    let headers = vec![("authorization", format!("Bearer {token}"))];
    let head = hookgate::pack::Head::new("POST", "/", &headers);
    let now = UnixTime::from_secs(1_700_000_000);
    assert_eq!(access.check(&head, now), Ok(()));
}

/// Brings the old set first, once the gate is open, then the new one.
struct OldThenNew {
    sets: Mutex<VecDeque<String>>,
    gate: Gate,
}

impl JwksFetcher for OldThenNew {
    async fn fetch(&self) -> Result<JwksDocument, JwksError> {
        let (set, is_last) = {
            let mut sets = self.sets.lock().unwrap();
            (sets.pop_front().unwrap(), sets.is_empty())
        };
        if !is_last {
            self.gate.passed().await;
        }
        Ok(JwksDocument::new(set))
    }
}

#[tokio::test]
async fn an_older_answer_never_brings_back_keys_that_a_newer_one_has_withdrawn() {
    let recorded = recording();
    let gate = Gate::shut();
    let fetcher = OldThenNew {
        sets: Mutex::new([recorded.before.answer.body, recorded.after.answer.body].into()),
        gate: gate.clone(),
    };
    let now = UnixTime::from_secs(recorded.recorded_at);
    let jwks = Jwks::fetched_by(fetcher, ALGORITHMS).clock(FakeClock::at(now));
    let mut older = Box::pin(jwks.refresh());
    assert!(poll(older.as_mut()).is_pending());
    let mut newer = Box::pin(jwks.refresh());
    let early = poll(newer.as_mut());
    gate.open();
    older.await.unwrap();
    if early.is_pending() {
        newer.await.unwrap();
    }
    let rule = Bearer::from_jwks(jwks.clone()).audience(&recorded.audience);
    let token = &recorded.before.tokens["ES256"];
    let headers = vec![("authorization", format!("Bearer {token}"))];
    let head = hookgate::pack::Head::new("POST", "/", &headers);
    assert_eq!(rule.check(&head, now), Err(Denied::Wrong));
}

#[tokio::test]
async fn a_set_with_more_keys_than_are_tried_is_told_once() {
    let (x, y) = OTHER;
    for (keys, told) in [(8, 0), (9, 1)] {
        let log = Log::begin();
        let key = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y});
        let set = json!({"keys": vec![key; keys]}).to_string();
        let jwks = Jwks::fetched_by(Published(set), ALGORITHMS);
        for _ in 0..3 {
            jwks.refresh().await.unwrap();
        }
        let lines = log.with("tokens without `kid` may be refused");
        assert_eq!(lines.len(), told, "{lines:?}");
        assert!(lines.iter().all(|line| line.0 == Level::WARN));
    }
}
