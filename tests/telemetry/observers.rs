//! What an application's observer is told of its deliveries.

use std::{
    error::Error,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use hookgate::{
    Observed, Observer, Reason, Rejection, Secret,
    providers::logto::{EventName, Logto},
    testing::FakeClock,
};

use crate::props::{
    self, Bomb, Call, Gate, On, Puppet, ScriptedStore, Stage, Step, logto, now, until,
};

#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<Reason>>>);

impl Observer for Ends {
    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        assert_eq!(delivery.endpoint(), "test");
        self.0.lock().unwrap().push(reason);
    }
}

#[tokio::test]
async fn each_verified_delivery_ends_once_whatever_becomes_of_it() {
    let ends = Ends::default();
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap())
        .interested_in([EventName::OrganizationDeleted]);
    let stage = Stage::of(pack, |builder| builder.observer(ends.clone())).await;
    stage.script.then(Step::Retry);

    let event = logto::event(1);
    let unwanted = logto::body(2).replace("Organization.Deleted", "PostSignIn");
    for call in [
        &event,
        &event,
        &event,
        &logto::signed(unwanted, logto::KEY),
        &logto::signed(logto::body(3), "another key"),
    ] {
        stage.send(call).await;
    }
    assert_eq!(
        *ends.0.lock().unwrap(),
        [
            Reason::HandlerRetry,
            Reason::Handled,
            Reason::Duplicate,
            Reason::NotOfInterest
        ]
    );
}

/// What a refused request leaves.
#[derive(Clone, Default)]
struct Refused(Arc<Mutex<Vec<Seen>>>);

/// Why a request was refused, and its body where the observer got it.
type Seen = (Reason, Option<Bytes>);

impl Observer for Refused {
    fn rejected(&self, _: &str, rejection: &Rejection) {
        let mut refused = self.0.lock().unwrap();
        let reason = rejection.reason();
        match refused.last_mut() {
            Some((told, Some(_))) if *told == Reason::Undecodable => *told = reason,
            _ => refused.push((reason, None)),
        }
    }

    fn undecodable(&self, endpoint: &str, _: &'static str, bytes: &Bytes) {
        assert_eq!(endpoint, "test");
        // Which reason it is comes with `rejected`.
        let told = (Reason::Undecodable, Some(bytes.clone()));
        self.0.lock().unwrap().push(told);
    }
}

#[tokio::test]
async fn a_refused_time_of_an_event_has_its_own_reason_and_its_bytes_reach_the_application() {
    let refused = Refused::default();
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::of(pack, |builder| builder.observer(refused.clone())).await;
    let with_time = |time: &str| {
        format!(
            r#"{{"event":"PostSignIn","sessionId":"s","userId":"u","hookId":"h","createdAt":"{time}"}}"#
        )
    };
    let unreadable = with_time("yesterday");
    for call in [
        logto::signed(unreadable.clone(), logto::KEY),
        logto::signed(with_time("2001-01-01T00:00:00Z"), logto::KEY),
        logto::signed(unreadable.clone(), "another key"),
    ] {
        assert_eq!(stage.send(&call).await.status, 401);
    }
    assert_eq!(stage.script.runs(), 0);
    assert_eq!(
        *refused.0.lock().unwrap(),
        [
            (Reason::UnreadableEventTime, Some(Bytes::from(unreadable))),
            (Reason::TimestampTooOld, None),
            (Reason::SignatureMismatch, None),
        ]
    );
}

/// Every hook panics, with a value that panics again.
#[derive(Clone, Default)]
struct Panics(Arc<Mutex<Vec<&'static str>>>);

impl Panics {
    fn at(&self, hook: &'static str) {
        self.0.lock().unwrap().push(hook);
        std::panic::panic_any(Bomb);
    }
}

impl Observer for Panics {
    fn rejected(&self, _: &str, _: &Rejection) {
        self.at("rejected");
    }

    fn undecodable(&self, _: &str, _: &'static str, _: &Bytes) {
        self.at("undecodable");
    }

    fn ended(&self, _: Observed<'_>, _: Reason) {
        self.at("ended");
    }

    fn handler_failed(&self, _: Observed<'_>, _: Option<&(dyn Error + Send + Sync)>) {
        self.at("handler_failed");
    }

    fn changed_content(&self, _: Observed<'_>) {
        self.at("changed_content");
    }

    fn unrecognized(&self, _: Observed<'_>) {
        self.at("unrecognized");
    }
}

fn saying(text: &'static str) -> Call {
    Call::post("/hook", text)
}

#[tokio::test]
async fn an_observer_that_panics_changes_no_answer_and_holds_no_event() {
    // Of two, neither keeps anything from the other.
    let both = (Panics::default(), Panics::default());
    let pack = Puppet::default();
    let stage = Stage::of(pack.clone(), |builder| builder.observer(both.clone())).await;
    for step in [
        Step::Retry,
        Step::Panic("out of cheese"),
        Step::Process,
        Step::Reject,
    ] {
        stage.script.then(step);
    }
    let mut answers = Vec::new();
    for text in [
        "one a", "one a", "one a", "two a", "two a", "one b", "odd a",
    ] {
        answers.push(stage.send(&saying(text)).await.status);
    }
    assert_eq!(answers, [503, 503, 200, 200, 200, 200, 200]);
    assert_eq!(stage.store.count(On::Release), 2);
    assert_eq!(stage.script.runs(), 5);
    pack.refuse(Rejection::SignatureMismatch);
    assert_eq!(stage.send(&saying("three a")).await.status, 401);
    let mut broken = saying("");
    broken.body = b"\xff"[..].into();
    assert_eq!(stage.send(&broken).await.status, 400);

    let all = [
        "changed_content",
        "ended",
        "handler_failed",
        "rejected",
        "undecodable",
        "unrecognized",
    ];
    for panics in [both.0, both.1] {
        let mut told = panics.0.lock().unwrap().clone();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told, all);
    }
}

/// The store's calls at the moment when the application is told of a failure.
#[derive(Clone)]
struct Asks(ScriptedStore, Arc<Mutex<Vec<(usize, usize)>>>);

impl Observer for Asks {
    fn handler_failed(&self, _: Observed<'_>, _: Option<&(dyn Error + Send + Sync)>) {
        let asked = (self.0.count(On::Release), self.0.count(On::Mark));
        self.1.lock().unwrap().push(asked);
    }
}

#[tokio::test]
async fn what_a_handler_said_is_settled_before_the_application_is_told() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    let asks = Asks(store.clone(), Arc::default());
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::on(pack, clock, store, |builder| builder.observer(asks.clone())).await;
    for step in [
        Step::Retry,
        Step::Fail("gone"),
        Step::Panic("out of cheese"),
        Step::Reject,
    ] {
        stage.script.then(step);
    }
    for _ in 0..4 {
        stage.send(&logto::event(1)).await;
    }
    assert_eq!(*asks.1.lock().unwrap(), [(1, 0), (2, 0), (3, 0), (3, 1)]);
}

#[tokio::test]
async fn a_handler_that_is_cut_off_ends_once_and_the_application_is_told() {
    let ends = Ends::default();
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::of(pack, |builder| {
        builder.observer(ends.clone()).cancel_on_disconnect()
    })
    .await;
    stage.script.then(Step::wait(&Gate::shut()));
    let mut sender = props::Connection::open(stage.server.addr).await;
    sender.write_call(&logto::event(1)).await;
    until("the run", || stage.script.runs() == 1).await;
    sender.reset();
    until("the end", || !ends.0.lock().unwrap().is_empty()).await;
    assert_eq!(*ends.0.lock().unwrap(), [Reason::CutOff]);
}

/// Those that had not begun are cut off with the one that runs: each is told, and none is lost sight of.
#[tokio::test]
async fn each_event_of_a_body_that_is_cut_off_ends_once() {
    let ends = Ends::default();
    let stage = Stage::of(Puppet::default(), |builder| {
        builder.observer(ends.clone()).cancel_on_disconnect()
    })
    .await;
    stage
        .script
        .then(Step::Process)
        .then(Step::wait(&Gate::shut()));
    let mut sender = props::Connection::open(stage.server.addr).await;
    sender
        .write_call(&saying("batch\none\ntwo\nthree\nfour"))
        .await;
    until("the second run", || stage.script.runs() == 2).await;
    sender.reset();
    until("the end", || ends.0.lock().unwrap().len() > 1).await;
    let cut = Reason::CutOff;
    assert_eq!(*ends.0.lock().unwrap(), [Reason::Handled, cut, cut, cut]);
}
