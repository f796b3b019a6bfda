//! Nothing leaks: no secret, payload, personal data or error text in a log line, span or answer.

use std::{
    error::Error,
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{Observed, Observer, Secret, access::ApiKey, providers::logto::Logto};

use crate::props::{
    CANARY, Connection, Fault, Gate, Log, On, Stage, Step, logto, personal, quiet, until,
};

/// An observer that gets what logs must not have.
#[derive(Clone, Default)]
struct Hook(Arc<Mutex<Vec<String>>>);

impl Observer for Hook {
    fn handler_failed(&self, delivery: Observed<'_>, error: Option<&(dyn Error + Send + Sync)>) {
        let mut told = self.0.lock().unwrap();
        told.push(error.map(ToString::to_string).unwrap_or_default());
        assert!(!format!("{delivery:?}").contains(CANARY));
    }
}

const SECRET: &str = "CANARY-SECRET-cl43GgdTZpcCdipNaSt";
const API_KEY: &str = "CANARY-API-KEY";

#[tokio::test]
async fn logs_and_answers_hold_no_canary() {
    let log = Log::begin();
    let hook = Hook::default();
    let pack = Logto::new(Secret::utf8(SECRET).unwrap());
    let stage = Stage::of(pack, |builder| {
        builder
            .access(ApiKey::header("x-api-key", API_KEY))
            .observer(hook.clone())
    })
    .await;
    let call = |event: &str, n| {
        logto::signed(personal(event, n), SECRET)
            .target("/hook?token=CANARY-QUERY")
            .with("x-api-key", API_KEY)
            .with("authorization", "Bearer CANARY-BEARER")
    };
    let mut answers = Vec::new();

    // Handlers' ends of every kind.
    let failing = "CANARY-ERROR: no row for anna@example.com";
    stage
        .script
        .then(Step::Fail(failing))
        .then(Step::Panic("CANARY-PANIC"));
    stage
        .script
        .then(Step::Reject)
        .then(Step::Ignore)
        .then(Step::Process);
    for n in [1, 1, 1, 2, 3, 3] {
        answers.push(stage.send(&call("PostSignIn", n)).await);
    }
    answers.push(stage.send(&call("CANARY.Unknown", 4)).await);
    answers.push(stage.send(&call("User.Created", 5)).await);
    answers.push(stage.send(&call("Role.Created", 6)).await);

    // Refusals of every kind.
    let wrong = call("PostSignIn", 7);
    let mut tampered = wrong.clone();
    tampered.body = personal("PostSignIn", 8).into();
    for refused in [
        wrong.clone().with(logto::SIGNATURE, "CANARY-SIGNATURE"),
        wrong.clone().without(logto::SIGNATURE),
        wrong.clone().with("x-api-key", "CANARY-WRONG-KEY"),
        wrong
            .clone()
            .with("content-type", "application/canary-CANARY"),
        wrong
            .clone()
            .with("host", "CANARY.example.com")
            .and("host", "b"),
        logto::signed("\"CANARY-PAYLOAD\"", SECRET).with("x-api-key", API_KEY),
        logto::signed(r#"{"event":["CANARY"]}"#, SECRET).with("x-api-key", API_KEY),
        logto::signed(logto::body_at(1, "CANARY-TIME"), SECRET).with("x-api-key", API_KEY),
        tampered,
    ] {
        answers.push(stage.send(&refused).await);
    }

    token_requests().await;

    // A store whose errors name servers and passwords.
    for on in [On::Claim, On::Mark, On::Release, On::Extend, On::Look] {
        stage.store.always(on, Fault::Down);
    }
    answers.push(stage.send(&call("PostSignIn", 9)).await);
    stage.store.heal();
    for on in [On::Mark, On::Release, On::Extend, On::Look] {
        stage.store.always(on, Fault::Down);
    }
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate)).then(Step::Retry);
    let slow = stage.sending(&call("PostSignIn", 10));
    until("the run", || stage.script.last().raw.ends_with(b"}")).await;
    let mut copy = Connection::open(stage.server.addr).await;
    copy.write_call(&call("PostSignIn", 10)).await;
    stage.pass(Duration::from_secs(12)).await;
    answers.push(copy.reply().await);
    answers.push(slow.await.unwrap());
    gate.open();
    answers.push(stage.send(&call("PostSignIn", 11)).await);
    stage.pass(Duration::from_secs(40)).await;
    // The store is now told what it was not told: a release is tried for longer than a lease.
    stage.store.heal();
    stage.pass(Duration::from_secs(10)).await;
    stage.receiver.drained().await;

    let log = log.text();
    for line in [
        "delivery refused",
        "delivery handled",
        "settle",
        "claim",
        "extend",
        "release",
        "token issued",
        "token refused",
        "into_make_service_with_connect_info",
    ] {
        assert!(log.contains(line), "nothing logged of {line}: {log}");
    }
    quiet("log", &log);
    for answer in &answers {
        quiet("answer", &format!("{:?} {}", answer.headers, answer.text()));
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
    assert_eq!(hook.0.lock().unwrap()[0], failing, "the hook has it");
}

/// Token requests of every end, with a canary wherever something of the caller's can be.
async fn token_requests() {
    use hookgate::{
        dedup::MemoryStore,
        keys::{JwsAlgorithm, VerifyingKey},
        pack::Head,
        testing::FakeClock,
        token::{Assertion, AssertionSimulator, Client, TokenIssuer, TokenSimulator},
    };

    use crate::props::{now, vector};

    let file = |name: &str| vector(&format!("token/{name}.pem"));
    let key = || VerifyingKey::pem(file("ed25519.pub"), [JwsAlgorithm::EdDsa]);
    let clock = FakeClock::at(now());
    let issuer = TokenIssuer::new("https://hooks.example/token")
        .client(Client::new("CANARY-ID", "CANARY-SECRET").scope("CANARY-SCOPE"))
        .client(Client::private_key_jwt("CANARY-SIGNER", key()))
        .user(Client::new("CANARY-USER", "CANARY-PASSWORD"))
        .assertion(Assertion::of("CANARY-CLIENT", key()).refuse_replays())
        .replay_store(MemoryStore::new())
        .clock(clock.clone())
        .build()
        .unwrap();
    let signed = |audience: &str, subject: &str| {
        let signer = AssertionSimulator::pem(file("ed25519.key"), JwsAlgorithm::EdDsa).unwrap();
        signer
            .key_id("CANARY-KEY")
            .claim("aud", audience)
            .claim("sub", subject)
            .claim("jti", "CANARY-JTI")
    };
    let url = "https://hooks.example/token";
    let simulators = [
        TokenSimulator::client("CANARY-ID", "CANARY-SECRET"),
        TokenSimulator::client_by_basic("CANARY-ID", "CANARY-SECRET"),
        TokenSimulator::client("CANARY-ID", "CANARY-WRONG"),
        TokenSimulator::client_by_basic("CANARY-UNKNOWN", "CANARY-WRONG").in_json(),
        TokenSimulator::user("CANARY-USER", "CANARY-PASSWORD"),
        TokenSimulator::user("CANARY-USER", "CANARY-WRONG"),
        TokenSimulator::assertion(signed(url, "CANARY-SUBJECT")),
        TokenSimulator::assertion(signed(url, "CANARY-SUBJECT")),
        TokenSimulator::assertion(signed("CANARY-AUDIENCE", "CANARY-SUBJECT")),
        TokenSimulator::assertion(signed(url, "CANARY-ID")),
        TokenSimulator::private_key_jwt("CANARY-SIGNER", signed(url, "CANARY-SIGNER")),
        TokenSimulator::private_key_jwt("CANARY-SIGNER", signed(url, "CANARY-SIGNER")),
        TokenSimulator::private_key_jwt("CANARY-SIGNER", signed(url, "CANARY-OTHER")),
        TokenSimulator::private_key_jwt("CANARY-ID", signed(url, "CANARY-ID")),
    ];
    let mut requests: Vec<_> = simulators
        .into_iter()
        .map(|simulator| {
            let sent = simulator.request(now());
            let headers = sent.headers.iter();
            let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
            (headers.collect::<Vec<_>>(), sent.body.to_vec())
        })
        .collect();
    let form = requests.first().unwrap().clone();
    for more in [
        "&scope=CANARY-SCOPE",
        "&scope=CANARY-OTHER",
        "&scope=CANARY&scope=CANARY",
        "&client_assertion=CANARY&client_assertion_type=CANARY",
        "&assertion=CANARY",
        "&CANARY=%",
    ] {
        let body = [&form.1[..], more.as_bytes()].concat();
        requests.push((form.0.clone(), body));
    }
    requests.push((form.0.clone(), b"grant_type=CANARY".to_vec()));
    let other_type = vec![("content-type".to_owned(), "application/CANARY".to_owned())];
    requests.push((other_type, form.1.clone()));
    let timer: Arc<dyn hookgate::time::Timer> = Arc::new(clock);
    // Then again, until it has to wait.
    for round in 0..4 {
        for (headers, body) in &requests {
            let peer = (round < 3).then(|| ([203, 0, 113, 7], 4711).into());
            let head = Head::new("POST", "/CANARY-PATH", headers).peer(peer);
            let answer = issuer.answer(head, Some(body.clone().into()), &timer).await;
            // A token is signed, and shows such data only in its claims.
            if answer.status() != 200 {
                let body = String::from_utf8_lossy(answer.body()).into_owned();
                quiet("answer", &format!("{:?} {body}", answer.headers()));
            }
        }
    }
}
