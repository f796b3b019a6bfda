//! The verdict of an event, which its notification does not carry: for what is sent and for what is asked for.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body, http::Request, routing::post};
use hookgate::{
    Ack, BuildError, Delivery, Nack, Origin, Receiver,
    access::AnyoneMayCall,
    dedup::MemoryStore,
    metrics,
    polling::{Backoff, Expectations, Fallback, MemoryExpectations, Rate, Turn},
    providers::idcloud::{
        Event, IdCloud, State, Status,
        client::{Contract, Process, Verdicts},
    },
    testing::FakeClock,
};
use hookgate_axum::ReceiverExt;
use serde_json::json;
use tower::ServiceExt;

use super::{
    unico::{ID, Says, Unico},
    world::{ENDPOINT, World, notification},
};
use crate::props::{CANARY, Recorded, at_once, now, soon, until};

/// How each event came, and whether its verdict was there.
type Handled = Arc<Mutex<Vec<(String, Origin, bool)>>>;

async fn on_event(
    delivery: Delivery<Event>,
    verdicts: Verdicts,
    handled: Handled,
) -> Result<Ack, Nack> {
    let process = verdicts.of(delivery.event()).await?;
    let has_verdict = match &process {
        Process::Sdk(it) => it.extra.get("person").is_some(),
        _ => false,
    };
    let id = delivery.event().id().to_owned();
    handled
        .lock()
        .unwrap()
        .push((id, delivery.origin(), has_verdict));
    Ok(Ack::processed())
}

#[tokio::test]
async fn what_is_sent_and_what_is_asked_for_both_come_with_their_verdict() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let pack = IdCloud::new();
    let source = pack.status_source(&client).unwrap();
    let verdicts = pack.verdicts(&client).unwrap();
    let receiver = Receiver::new("idcloud", pack)
        .access(AnyoneMayCall)
        .dedup(MemoryStore::new())
        .build()
        .unwrap();
    let handled = Handled::default();
    let (asks, notes) = (verdicts.clone(), handled.clone());
    let soon_again = {
        let mut backoff = Backoff::default();
        (backoff.first, backoff.longest) = (Duration::from_millis(100), Duration::from_millis(100));
        backoff
    };
    let fallback = Fallback::new(&receiver, source, MemoryExpectations::new())
        .handle(move |delivery| on_event(delivery, asks.clone(), notes.clone()))
        .on_gave_up(|_| async { Ok(Ack::processed()) })
        .first_after(Duration::from_millis(1))
        .rate(Rate::every("unico", Duration::from_millis(1)))
        .backoff(soon_again)
        .build()
        .unwrap();
    let asks = fallback.clone();
    let running = tokio::spawn(async move { asks.run(std::future::pending()).await });

    let notes = handled.clone();
    let handler = move |hookgate_axum::Event(delivery): hookgate_axum::Event<Event>| {
        on_event(delivery, verdicts.clone(), notes.clone())
    };
    let app: Router = Router::new().route("/hook", post(handler).layer(receiver.layer()));
    let push = |id: &str| {
        let request = Request::post("/hook").header("content-type", "application/json");
        let body = Body::from(notification(id, &State::Finished));
        app.clone().oneshot(request.body(body).unwrap())
    };
    // The API is down for a moment: the sender is to send it again.
    unico.answers([Says::Json(503, json!({}))]);
    assert_eq!(push("pushed").await.unwrap().status(), 503);
    assert_eq!(push("pushed").await.unwrap().status(), 200);
    // The question of the fallback has its answer, and that of the handler fails. It is asked for again.
    let finished = json!({"process": {"id": "polled", "state": "PROCESS_STATE_FINISHED"}});
    unico.answers([Says::Json(200, finished), Says::Json(500, json!({}))]);
    soon(fallback.expect(None, "polled")).await.unwrap();
    until("both", || handled.lock().unwrap().len() == 2).await;
    assert_eq!(
        *handled.lock().unwrap(),
        [
            ("pushed".to_owned(), Origin::Pushed, true),
            ("polled".to_owned(), Origin::Polled, true),
        ]
    );
    running.abort();
}

fn event(state: &str) -> Event {
    let body = json!({"processId": ID, "state": state});
    Event::Process(serde_json::from_value(body).unwrap())
}

/// Each answer of the API, and what the handler ends with.
#[tokio::test]
async fn a_question_without_a_verdict_ends_the_handler_as_the_answer_means() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let verdicts = IdCloud::new().verdicts(&client).unwrap();
    let status = |status| Says::Json(status, json!({}));
    let with = |after: &str| Says::With(429, "retry-after", after.to_owned());
    let created = json!({"process": {"id": ID, "state": "PROCESS_STATE_CREATED"}});
    let other = json!({"process": {"id": "another", "state": "PROCESS_STATE_FINISHED"}});
    for (says, nack) in [
        (with("17"), "Retry { after: Some(17s) }"),
        (with("0"), "Retry { after: Some(1s) }"),
        (with("86400"), "Retry { after: Some(600s) }"),
        (status(429), "Retry { after: Some(1s) }"),
        (status(409), "Retry { after: Some(5s) }"),
        (Says::Json(200, created), "Retry { after: Some(5s) }"),
        (status(500), "Unavailable"),
        (status(403), "Unavailable"),
        (status(404), "Retry { after: None }"),
        (
            status(410),
            "Rejected { why: \"the API has deleted the process\" }",
        ),
        (Says::Json(200, other), "Retry { after: None }"),
        (Says::Raw("{"), "Retry { after: None }"),
        (Says::Endless, "Retry { after: None }"),
    ] {
        unico.answers([says.clone()]);
        let Err(told) = soon(verdicts.of(&event("PROCESS_STATE_FINISHED"))).await else {
            panic!("{says:?}");
        };
        assert_eq!(format!("{told:?}"), format!("Nack({nack})"), "{says:?}");
    }
    let asked = unico.asked().len();
    let body = json!({"processId": "a/b", "state": "PROCESS_STATE_FINISHED"});
    let strange = Event::Process(serde_json::from_value(body).unwrap());
    let payment = json!({"id": ID, "status": "approved"});
    let payment = Event::Transaction(serde_json::from_value(payment).unwrap());
    for event in [strange, payment] {
        let told = soon(verdicts.of(&event)).await.unwrap_err();
        assert!(format!("{told:?}").starts_with("Nack(Rejected"), "{told:?}");
    }
    assert_eq!(unico.asked().len(), asked);
    let process = soon(verdicts.of(&event("PROCESS_STATE_FINISHED")))
        .await
        .unwrap();
    assert!(!format!("{process:?} {verdicts:?}").contains(CANARY));
}

/// An event of a state that others follow has a verdict so far. An end wants one.
#[tokio::test]
async fn an_answer_is_not_behind_its_event() {
    let unico = Unico::start().await;
    let verdicts = IdCloud::numeric()
        .verdicts(&unico.client(Contract::Api))
        .unwrap();
    for (event, answer, is_taken) in [
        (2, 1, false),
        (2, 2, true),
        (2, 3, true),
        (3, 2, false),
        (3, 3, true),
        (3, 4, true),
        (7, 1, true),
    ] {
        unico.answers([Says::Json(200, json!({"id": ID, "status": answer}))]);
        let body = json!({"id": ID, "status": event});
        let event = Event::Transaction(serde_json::from_value(body).unwrap());
        let told = soon(verdicts.of(&event)).await;
        assert_eq!(told.is_ok(), is_taken, "{event:?} {answer}");
        if let Ok(process) = told {
            assert_eq!(process.milestone(), Status::from(answer).into());
        }
    }
}

/// Both count for the account's limit.
#[tokio::test]
async fn questions_for_verdicts_share_the_fallbacks_turns() {
    let unico = Unico::start().await;
    let clock = FakeClock::at(now());
    let store = MemoryExpectations::with_clock(10, clock.clone());
    let minute = Duration::from_secs(60);
    let rate = || Rate::every("unico", minute);
    let verdicts = IdCloud::new()
        .verdicts(&unico.client(Contract::Sdk))
        .unwrap();
    let verdicts = verdicts.turns(store.clone(), rate());
    let finished = event("PROCESS_STATE_FINISHED");
    // The turn of the fallback.
    assert_eq!(
        at_once(store.turn(&rate(), minute)).unwrap(),
        Turn::In(Duration::ZERO)
    );
    let told = soon(verdicts.of(&finished)).await.unwrap_err();
    assert_eq!(format!("{told:?}"), "Nack(Retry { after: Some(60s) })");
    assert!(unico.asked().is_empty());
    clock.advance(minute);
    soon(verdicts.of(&finished)).await.unwrap();
    assert_eq!(
        at_once(store.turn(&rate(), minute)).unwrap(),
        Turn::In(minute)
    );
    // Who is told to wait tells the others.
    clock.advance(minute * 2);
    unico.answers([Says::With(429, "retry-after", "300".to_owned())]);
    let told = soon(verdicts.of(&finished)).await.unwrap_err();
    assert_eq!(format!("{told:?}"), "Nack(Retry { after: Some(300s) })");
    let turn = at_once(store.turn(&rate(), minute)).unwrap();
    assert_eq!(turn, Turn::Later(minute * 5));
}

#[tokio::test]
async fn a_client_of_another_generation_has_no_verdicts() {
    let unico = Unico::start().await;
    for (pack, contract) in [
        (IdCloud::new(), Contract::Api),
        (IdCloud::numeric(), Contract::Sdk),
    ] {
        let refused = pack.verdicts(&unico.client(contract)).map(drop);
        assert!(matches!(refused, Err(BuildError::Pack(_))));
    }
}

#[tokio::test]
async fn each_question_for_a_verdict_is_counted_for_its_receiver() {
    let unico = Unico::start().await;
    let receiver = World::new(7).instance().receiver;
    let verdicts = || {
        let client = unico.client(Contract::Sdk);
        IdCloud::new().verdicts(&client).unwrap()
    };
    let told = |state: &str| Says::Json(200, json!({"process": {"id": ID, "state": state}}));
    let fails = |status| Says::Json(status, json!({}));
    for (says, answer) in [
        (told("PROCESS_STATE_FINISHED"), "end"),
        (told("PROCESS_STATE_CREATED"), "not_yet"),
        (fails(409), "not_yet"),
        (fails(410), "gone"),
        (fails(404), "unavailable"),
        (fails(429), "limited"),
        (fails(500), "unavailable"),
        (fails(403), "refused"),
    ] {
        let asked = async |verdicts: Verdicts| {
            let recorded = Recorded::default();
            let _guard = ::metrics::set_default_local_recorder(&recorded);
            unico.answers([says.clone()]);
            let _ = soon(verdicts.of(&event("PROCESS_STATE_FINISHED"))).await;
            let total = metrics::QUESTIONS.name;
            let labels = [("endpoint", ENDPOINT), ("answer", answer)];
            (recorded.sum(total, &labels), recorded.sum(total, &[]))
        };
        assert_eq!(
            asked(verdicts().counted_for(&receiver)).await,
            (1.0, 1.0),
            "{answer}"
        );
        assert_eq!(asked(verdicts()).await, (0.0, 0.0), "{answer}");
    }
}
