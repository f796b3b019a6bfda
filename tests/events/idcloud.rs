//! IDCloud: both bodies, one event each, over HTTP.

use std::time::Duration;

use hookgate::{
    BuildError, Receiver,
    access::{AnyoneMayCall, ApiKey, Basic},
    dedup::MemoryStore,
    pack::{Provider, Retries},
    providers::idcloud::{
        Event, Flow, IdCloud, IdCloudSimulator, LastEvent, Milestone, PaymentStatus, State, Status,
        TransactionStatus,
    },
    simulator::Sent,
    tenants::{KeySource, KeySourceError, Tenant, TenantName, Tenants},
};
use proptest::prelude::*;

use crate::props::{self, Call, Stage, Step, decoded, decoded_by, event_key};

const ID: &str = "8263a268-5388-492a-bca2-28e1ff4a69f0";
const PAIR: &str = "unico:pass:word";

fn unico() -> IdCloudSimulator {
    IdCloudSimulator::new().basic(PAIR)
}

async fn stage(pack: IdCloud) -> Stage {
    Stage::of(pack, |builder| builder.access(Basic::from_text(PAIR))).await
}

async fn status(stage: &Stage, sent: Sent) -> u16 {
    stage.send(&Call::of(&sent)).await.status
}

/// What the pack reads, without credentials. Other tests cover the road.
fn read(pack: &IdCloud, body: &str) -> Result<Event, String> {
    decoded(pack.clone(), body).map(|(event, _)| event)
}

fn key(endpoint: &str, parts: &[&str]) -> String {
    event_key(endpoint, "idcloud", parts)
}

#[test]
fn the_vendors_samples_are_read() {
    let current = IdCloud::new();
    let body =
        format!(r#"{{ "processId": "{ID}", "state": "PROCESS_STATE_FINISHED", "flow": "id" }}"#);
    let Ok(Event::Process(process)) = read(&current, &body) else {
        panic!("not a process");
    };
    assert_eq!(
        (process.process_id.as_str(), &process.state),
        (ID, &State::Finished)
    );
    assert_eq!((process.flow, process.last_event), (Some(Flow::Id), None));

    let body = format!(
        r#"{{"processId":"{ID}","state":"PROCESS_STATE_FINISHED","flow":"idunicodocs_r2","lastEvent":
        "EVENT_TYPE_DOCUMENT_STEP_STARTED","lastEventDescription":"Document step has started","new":[1]}}"#
    );
    let Ok(Event::Process(process)) = read(&current, &body) else {
        panic!("not a process");
    };
    assert_eq!(process.last_event, Some(LastEvent::DocumentStepStarted));
    assert_eq!(process.extra.get("new").unwrap().get(), "[1]");
    assert!(!format!("{process:?}").contains("has started"));

    let numeric = IdCloud::numeric();
    for (status, expected) in [
        ("3", Status::Concluded.into()),
        ("2", Status::Divergence.into()),
        ("99", Status::Other(99).into()),
        ("\"approved\"", PaymentStatus::Approved.into()),
        ("\"skiped\"", PaymentStatus::Skipped.into()),
        (
            "\"brand-new\"",
            PaymentStatus::Other("brand-new".into()).into(),
        ),
    ] {
        let body = format!(r#"{{ "id": "{ID}", "status": {status} }}"#);
        let Ok(Event::Transaction(transaction)) = read(&numeric, &body) else {
            panic!("not a transaction: {status}");
        };
        let expected: TransactionStatus = expected;
        assert_eq!(transaction.status, expected);
    }
}

#[test]
fn states_are_compared_leniently() {
    for text in [
        "PROCESS_STATE_FINISHED",
        "finished",
        "Finished",
        "process_state_finished",
    ] {
        assert_eq!(State::from(text), State::Finished);
    }
    assert_eq!(
        State::from("PROCESS_STATE_paused"),
        State::Other("PAUSED".into())
    );
    assert_eq!(
        State::Other("PAUSED".into()).to_text(),
        "PROCESS_STATE_PAUSED"
    );
}

#[test]
fn a_member_that_does_not_fit_is_no_reason_to_refuse() {
    let body = format!(r#"{{"processId":"{ID}","state":"finished","flow":7}}"#);
    let Ok(Event::Unrecognized(event)) = read(&IdCloud::new(), &body) else {
        panic!("recognized");
    };
    assert_eq!((event.id.as_str(), event.raw.get()), (ID, body.as_str()));
}

#[test]
fn without_identity_there_is_no_event() {
    for body in [
        "",
        "[]",
        "null",
        "7",
        "{}",
        "{\"processId\":\"a\"}",
        "{\"state\":\"finished\"}",
        "{\"processId\":7,\"state\":\"finished\"}",
        "{\"processId\":\"\",\"state\":\"finished\"}",
        "{\"processId\":\"a\",\"state\":7}",
        "{\"processId\":\"a\",\"state\":\"x\",\"state\":\"y\"}",
        "{\"processId\":\"a\",\"processId\":\"b\",\"state\":\"x\"}",
        "{\"processId\":\"a\",\"state\":\"finished\"} x",
    ] {
        assert!(read(&IdCloud::new(), body).is_err(), "{body}");
    }
    for body in [
        "{\"id\":\"a\"}",
        "{\"id\":7,\"status\":3}",
        "{\"id\":\"a\",\"status\":3.5}",
        "{\"id\":\"a\",\"status\":null}",
        "{\"id\":\"a\",\"status\":99999999999999999999}",
        "{\"id\":\"a\",\"status\":{}}",
        "{\"id\":\"a\",\"status\":3,\"status\":4}",
    ] {
        assert!(read(&IdCloud::numeric(), body).is_err(), "{body}");
    }
    let deep = format!(
        "{{\"id\":\"a\",\"status\":3,\"x\":{}{}}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    assert!(read(&IdCloud::numeric(), &deep).is_err());
}

#[test]
fn the_key_is_id_and_state_or_status() {
    let of = |pack: IdCloud, body: &str| {
        let receiver = Receiver::new("test", pack)
            .access(AnyoneMayCall)
            .dedup(MemoryStore::with_capacity(1))
            .build()
            .unwrap();
        decoded_by::<Event>(&receiver, body).unwrap().1
    };
    let process = |state: &str| format!(r#"{{"flow":"id","state":"{state}","processId":"{ID}"}}"#);
    let transaction = |status: &str| format!(r#"{{"id":"{ID}","status":{status}}}"#);
    let finished = key("test", &[ID, "state", "PROCESS_STATE_FINISHED"]);
    assert_eq!(
        of(IdCloud::new(), &process("PROCESS_STATE_FINISHED")),
        finished
    );
    assert_eq!(of(IdCloud::new(), &process("finished")), finished);
    assert_eq!(
        of(IdCloud::numeric(), &transaction("3")),
        key("test", &[ID, "process_status", "3"])
    );
    assert_eq!(
        of(IdCloud::numeric(), &transaction("\"approved\"")),
        key("test", &[ID, "payment_status", "approved"])
    );
    let both = || IdCloud::both_generations([Status::Concluded, Status::Cancelled]);
    let terminal = key("test", &[ID, "end"]);
    assert_eq!(of(both(), &process("finished")), terminal);
    assert_eq!(of(both(), &process("PROCESS_STATE_FAILED")), terminal);
    assert_eq!(of(both(), &transaction("3")), terminal);
    assert_eq!(of(both(), &transaction("4")), terminal);
    assert_eq!(
        of(both(), &transaction("2")),
        key("test", &[ID, "process_status", "2"])
    );
    assert_eq!(
        of(both(), &process("PROCESS_STATE_CREATED")),
        key("test", &[ID, "state", "PROCESS_STATE_CREATED"])
    );
}

#[tokio::test]
async fn only_who_has_the_credentials_is_believed_and_each_event_runs_once() {
    let stage = stage(IdCloud::numeric()).await;
    let concluded = || unico().transaction(ID, Status::Concluded);
    let stranger = IdCloudSimulator::new().transaction(ID, Status::Concluded);
    let reply = stage.send(&Call::of(&stranger)).await;
    assert_eq!(reply.status, 401);
    assert_eq!(
        reply.header("www-authenticate"),
        Some("Basic realm=\"webhook\", charset=\"UTF-8\"")
    );
    let guess = IdCloudSimulator::new().basic("unico:pass");
    let wrong = stage
        .send(&Call::of(&guess.transaction(ID, Status::Concluded)))
        .await;
    assert_eq!(
        wrong.clone().dateless(),
        reply.dateless(),
        "one answer for all"
    );
    assert_eq!(stage.script.runs(), 0);

    assert_eq!(
        status(&stage, unico().transaction(ID, Status::Divergence)).await,
        200
    );
    assert_eq!(status(&stage, concluded()).await, 200);
    assert_eq!(status(&stage, concluded()).await, 200);
    assert_eq!(stage.script.runs(), 2);
    assert_eq!(status(&stage, unico().body("{}")).await, 400);
    assert_eq!(
        status(&stage, unico().process(ID, State::Finished, "id")).await,
        400
    );
}

#[tokio::test]
async fn what_is_written_alike_in_two_vocabularies_is_two_events() {
    let run = async |pack: IdCloud, bodies: &[&'static str]| {
        let stage = stage(pack).await;
        for body in bodies {
            assert_eq!(status(&stage, unico().body(*body)).await, 200);
        }
        stage.script.runs()
    };
    let both = IdCloud::both_generations([Status::Concluded]);
    let bodies = [
        r#"{"processId":"p1","state":"PROCESS_STATE_FINISHED"}"#,
        r#"{"id":"p1","status":"terminal"}"#,
        r#"{"id":"p1","status":"end"}"#,
        r#"{"id":"p1","status":""}"#,
        r#"{"id":"p1","status":"PROCESS_STATE_FINISHED"}"#,
    ];
    assert_eq!(run(both, &bodies).await, bodies.len());
    let bodies = [r#"{"id":"p1","status":2}"#, r#"{"id":"p1","status":"2"}"#];
    assert_eq!(run(IdCloud::numeric(), &bodies).await, bodies.len());
}

#[tokio::test]
async fn an_endpoint_in_between_generations_handles_the_end_once() {
    let stage = stage(IdCloud::both_generations([Status::Concluded])).await;
    assert_eq!(
        status(&stage, unico().transaction(ID, Status::Concluded)).await,
        200
    );
    assert_eq!(
        status(&stage, unico().process(ID, State::Finished, "id")).await,
        200
    );
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn what_is_not_wanted_is_answered_and_not_run() {
    let pack = IdCloud::numeric()
        .interested_in([Status::Concluded])
        .interested_in([PaymentStatus::Approved]);
    let stage = stage(pack).await;
    for (milestone, runs) in [
        (TransactionStatus::from(Status::Divergence), 0),
        (Status::Other(9).into(), 0),
        (Status::Concluded.into(), 1),
        (PaymentStatus::Waiting.into(), 1),
        (PaymentStatus::Approved.into(), 2),
    ] {
        assert_eq!(
            status(&stage, unico().transaction(ID, milestone)).await,
            200
        );
        assert_eq!(stage.script.runs(), runs);
    }
}

#[tokio::test]
async fn a_copy_waits_for_its_first_longer_than_elsewhere() {
    let pack = IdCloud::numeric().timeout(Duration::from_secs(20));
    assert_eq!(pack.profile().copies_wait, Some(Duration::from_secs(16)));
    let stage = stage(pack).await;
    let gate = props::Gate::shut();
    stage.script.then(Step::wait(&gate));
    let sent = Call::of(&unico().transaction(ID, Status::Concluded));
    let first = stage.sending(&sent);
    props::until("the first runs", || stage.script.runs() == 1).await;
    let copy = stage.sending(&sent);
    stage.pass(Duration::from_secs(6)).await;
    assert!(!copy.is_finished(), "elsewhere a copy gives up after 3 s");
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    stage.pass(Duration::from_secs(1)).await;
    assert_eq!(copy.await.unwrap().status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[test]
fn without_a_rule_there_is_no_receiver() {
    let builder = || Receiver::new("test", IdCloud::new()).dedup(MemoryStore::with_capacity(1));
    let error = builder().build().unwrap_err();
    assert!(matches!(error, BuildError::Receiver(why) if why.contains("AnyoneMayCall")));
    assert!(builder().access(AnyoneMayCall).build().is_ok());
    let unmapped = Receiver::new("test", IdCloud::both_generations([]))
        .access(AnyoneMayCall)
        .dedup(MemoryStore::with_capacity(1));
    assert!(unmapped.build().is_err());
}

#[test]
fn the_retention_covers_the_forms_attempts() {
    let pack = IdCloud::new().attempts(5, Duration::from_secs(60));
    assert_eq!(
        pack.profile().retries,
        Retries::For(Duration::from_secs(15 * 60))
    );
    let long = IdCloud::new().attempts(30, Duration::from_secs(3600));
    assert_eq!(
        Retries::For(long.profile().retention),
        long.profile().retries
    );
    let forever = IdCloud::new().attempts(u32::MAX, Duration::MAX);
    assert_eq!(forever.profile().retention, Duration::MAX);
}

struct Clients;

impl KeySource for Clients {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        Ok(match name {
            "acme" => {
                Some(Tenant::without_keys("acme").access(ApiKey::from_text("X-API-Key:acmes")))
            }
            "zeta" => {
                Some(Tenant::without_keys("zeta").access(ApiKey::from_text("X-API-Key:zetas")))
            }
            "open" => Some(Tenant::new("open", hookgate::Secret::utf8("key").unwrap())),
            "bare" => Some(Tenant::without_keys("bare")),
            _ => None,
        })
    }
}

#[tokio::test]
async fn each_tenant_has_a_rule_of_its_own_and_none_goes_without() {
    let header = TenantName::Header(http::HeaderName::from_static("x-tenant"));
    let pack = IdCloud::numeric().tenants(Tenants::new(header, Clients));
    let stage = Stage::of(pack, |builder| builder).await;
    let by = |tenant: &str, key: &str| {
        let unico = IdCloudSimulator::new().api_key(key);
        Call::of(&unico.transaction(ID, Status::Concluded)).with("x-tenant", tenant)
    };
    for (tenant, key, expected) in [
        ("acme", "X-API-Key:acmes", 200),
        ("zeta", "X-API-Key:zetas", 200),
        ("acme", "X-API-Key:zetas", 401),
        ("open", "X-API-Key:acmes", 401),
        ("bare", "X-API-Key:acmes", 401),
        ("nobody", "X-API-Key:acmes", 401),
    ] {
        assert_eq!(
            stage.send(&by(tenant, key)).await.status,
            expected,
            "{tenant}"
        );
    }
    assert_eq!(stage.script.runs(), 2, "two tenants, two events");
    assert_eq!(
        Milestone::from(Status::Concluded),
        Milestone::Status(TransactionStatus::Process(Status::Concluded))
    );
}

/// JSON of the members that matter, with values of every kind.
fn bodies() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "3",
        "-1",
        "3.5",
        "1e400",
        "\"3\"",
        "\"\"",
        "\"finished\"",
        "null",
        "true",
        "[]",
        "{}",
        "\"\\ud800\"",
    ]);
    let name = prop::sample::select(vec![
        "processId",
        "state",
        "flow",
        "lastEvent",
        "id",
        "status",
        "x",
    ]);
    prop::collection::vec((name, value), 0..6).prop_map(|members| {
        let members: Vec<_> = members
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #[test]
    fn no_body_panics_and_each_is_taken_by_one_generation_at_most(body in bodies()) {
        let current = read(&IdCloud::new(), &body);
        let numeric = read(&IdCloud::numeric(), &body);
        let both = read(&IdCloud::both_generations([Status::Concluded]), &body);
        prop_assert!(current.is_err() || numeric.is_err());
        prop_assert_eq!(both.is_ok(), current.is_ok() || numeric.is_ok());
        let _ = read(&IdCloud::new(), body.get(..body.len() / 2).unwrap_or_default());
    }
}
