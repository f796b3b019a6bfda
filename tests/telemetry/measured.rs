//! Metrics: what each says, and that no label can grow without bound.

use std::{
    collections::BTreeSet,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, routing::post};
use hookgate::{
    Ack, Delivery, Nack, Reason,
    framework::{BodyBroken, BodySource},
    inbox::{DeadReason, Inbox},
    metrics::{self as known, Kind},
    pack::Head,
    providers::logto::Event,
    time::Timer,
    worker::Worker,
};
use hookgate_axum::EventRejection;
use tower::ServiceExt;

use crate::{
    inbox::works::{self, Works},
    polling::{
        reconciling::server::{Logto, lost},
        silence::Listens,
        world::{Says, World},
    },
    props::{
        self, CANARY, Connection, Fault, Gate, On, Recorded, Stage, Step, every_end, logto, poll,
        until,
    },
};

type LogtoEvent = hookgate_axum::Event<Event>;

#[tokio::test]
async fn no_label_is_unbounded_and_none_holds_anything_of_the_senders() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let (_stage, _told) = every_end().await;
    unprotected_requests().await;
    token_requests().await;
    inbox_work().await;
    polling_work();
    reconciling_work().await;
    let mut reasons: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    reasons.extend(TOKEN_REASONS);
    let mut seen = BTreeSet::new();
    for (key, _) in recorded.all() {
        let metric = known::ALL.iter().find(|metric| metric.name == key.name());
        let metric = metric.unwrap_or_else(|| panic!("`{}` is not in the list", key.name()));
        seen.insert(metric.name);
        let labels: Vec<&str> = key.labels().map(::metrics::Label::key).collect();
        assert_eq!(labels, metric.labels, "{}", metric.name);
        for label in key.labels() {
            let value = label.value();
            assert!(!value.contains(CANARY), "{key:?}");
            let bounded = match label.key() {
                "endpoint" => value == "test",
                "issuer" => value == ISSUER,
                "event_type" => [
                    "none",
                    "other",
                    "thing.happened",
                    "Organization.Deleted",
                    "Role.Data.Updated",
                    "PROCESS_STATE_FINISHED",
                ]
                .contains(&value),
                "next" => ["done", "retried", "paused", "dead", "lost"].contains(&value),
                "cause" => DeadReason::read(value).is_some(),
                "reason" => reasons.contains(value),
                "call" => CALLS.contains(&value),
                "error" => ["full", "timeout", "unavailable"].contains(&value),
                "outcome" => [&OUTCOMES[..], &EXPECTED, &RECONCILED]
                    .concat()
                    .contains(&value),
                "answer" => ANSWERS.contains(&value),
                _ => false,
            };
            assert!(bounded, "{label:?} of {}", metric.name);
        }
    }
    // Stores record their own, by their own crates.
    let ours = known::ALL
        .iter()
        .filter(|metric| !metric.labels.contains(&"store"));
    let all: BTreeSet<&str> = ours.map(|metric| metric.name).collect();
    assert_eq!(seen, all, "each is recorded");
}

/// What becomes of awaited processes.
const EXPECTED: [&str; 6] = [
    "expected",
    "pushed",
    "polled",
    "suppressed",
    "not_wanted",
    "gave_up",
];
/// What becomes of the entries of a log.
const RECONCILED: [&str; 6] = [
    "known",
    "handled",
    "not_wanted",
    "unresolved",
    "too_old",
    "unreadable",
];
/// What an API says.
const ANSWERS: [&str; 8] = [
    "end",
    "status",
    "not_yet",
    "gone",
    "page",
    "limited",
    "unavailable",
    "refused",
];

/// A process that is sent, one that is asked for, and one that nobody knows. An endpoint that listens.
fn polling_work() {
    let mut world = World::new(1).says([Says::NotYet, Says::Gone]);
    let app = world.instance();
    for id in ["a", "b", "c"] {
        world.ends(id, 1);
        app.expect(id);
    }
    app.push(&world.clock, "c", Duration::from_secs(2), 1);
    world.pass(60);
    Listens::new(1, |it| it).pass(10);
}

/// A log with one event that was lost.
async fn reconciling_work() {
    let logto = Logto::start().await;
    logto.logs(lost(1));
    logto.reconciler().once().await.unwrap();
}

/// An event that is handled from an inbox, and a dead letter.
async fn inbox_work() {
    let works = Works::new().await;
    works.then([works::Step::Process, works::Step::Reject]);
    for n in 0..2 {
        works.stage.send(&logto::event(n)).await;
    }
    works.start(works.worker());
    works.pass_until(|| works.done() == 2).await;
    works.pass(Duration::from_secs(10)).await;
}

/// Two requests to routes that forgot their receiver.
async fn unprotected_requests() {
    let tried = |event: Result<LogtoEvent, EventRejection>| async move {
        assert!(event.is_err());
    };
    let app: Router = Router::new()
        .route("/tried", post(tried))
        .route("/taken", post(|_: LogtoEvent| async {}));
    for (path, status) in [("/tried", 200), ("/taken", 500)] {
        let request = logto::event(1).target(path).request::<Body>();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn each_request_to_a_route_without_a_receiver_is_counted_even_if_its_handler_runs() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    unprotected_requests().await;
    assert_eq!(recorded.sum(known::UNPROTECTED.name, &[]), 2.0);
}

const ISSUER: &str = "https://hooks.example/token";

/// The ends of a token request beside a [`Reason`].
const TOKEN_REASONS: [&str; 8] = [
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "issued",
    "server_error",
    "temporarily_unavailable",
    "unsupported_grant_type",
];

/// A token, and refusals of requests that hold a canary in every place.
async fn token_requests() {
    use std::sync::Arc;

    use hookgate::{pack::Head, testing::FakeClock, time::Timer, token};

    let issuer = token::TokenIssuer::new(ISSUER)
        .client(token::Client::new("unico", "s3cret"))
        .build()
        .unwrap();
    let timer: Arc<dyn Timer> = Arc::new(FakeClock::at(props::now()));
    let form = "application/x-www-form-urlencoded";
    let good = "grant_type=client_credentials&client_id=unico&client_secret=s3cret";
    let wrong = "grant_type=client_credentials&client_id=CANARY&client_secret=CANARY";
    for (media_type, body) in [
        (form, good),
        (form, wrong),
        (form, "grant_type=CANARY"),
        (
            form,
            "grant_type=client_credentials&scope=CANARY&scope=CANARY",
        ),
        ("x/CANARY", good),
    ] {
        let headers = vec![("content-type", media_type), ("user-agent", CANARY)];
        let peer = Some(([203, 0, 113, 7], 4711).into());
        let head = Head::new("POST", "/token?CANARY", &headers).peer(peer);
        issuer.answer(head, Some(body.into()), &timer).await;
    }
}

#[tokio::test]
async fn each_token_request_is_counted_once_with_what_became_of_it() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    token_requests().await;
    let name = known::TOKEN_REQUESTS.name;
    for reason in [
        "issued",
        "invalid_client",
        "unsupported_grant_type",
        "invalid_request",
        "unsupported_media_type",
    ] {
        let labels = [("issuer", ISSUER), ("reason", reason)];
        assert_eq!(recorded.sum(name, &labels), 1.0, "{reason}");
    }
    assert_eq!(recorded.sum(name, &[]), 5.0);
}

const CALLS: [&str; 7] = [
    "claim",
    "settle",
    "release",
    "extend",
    "look",
    "accept",
    "quarantine",
];

const OUTCOMES: [&str; 10] = [
    "ignored",
    "lost",
    "misused",
    "processed",
    "queued",
    "refused",
    "rejected",
    "retry",
    "skipped",
    "unavailable",
];

#[tokio::test]
async fn each_request_is_counted_once_with_its_reason() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let (_stage, told) = every_end().await;
    let deliveries = known::DELIVERIES.name;
    for reason in Reason::ALL {
        let told = told.reasons().iter().filter(|told| *told == reason).count();
        let counted = recorded.sum(deliveries, &[("reason", reason.as_str())]);
        assert_eq!(counted, told as f64, "{reason}");
    }
    let count = |outcome| recorded.sum(deliveries, &[("outcome", outcome)]);
    for outcome in OUTCOMES {
        assert!(count(outcome) > 0.0, "{outcome}");
    }
    assert_eq!(count("rejected"), 1.0);
    assert_eq!(count("ignored"), 1.0);
    assert_eq!(recorded.sum(known::HANDLER_DEADLINES.name, &[]), 2.0);
    assert_eq!(recorded.sum(known::LEASES_LOST.name, &[]), 1.0);
    assert_eq!(recorded.sum(known::CHANGED_CONTENT.name, &[]), 1.0);
    assert_eq!(recorded.sum(known::UNRECOGNIZED.name, &[]), 1.0);
}

/// The mark of an event that was ignored has to be written, as any other.
#[tokio::test]
async fn what_a_handler_ignored_is_counted_as_that_once_its_mark_is_written() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let stage = Stage::logto().await;
    let outcome = |outcome| recorded.sum(known::DELIVERIES.name, &[("outcome", outcome)]);
    stage.script.then(Step::Ignore).then(Step::Ignore);
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    assert_eq!((outcome("ignored"), outcome("processed")), (1.0, 0.0));

    stage.store.always(On::Mark, Fault::Down);
    let sent = stage.sending(&logto::event(2));
    until("the mark", || stage.store.count(On::Mark) > 1).await;
    stage.pass(Duration::from_secs(3)).await;
    assert_eq!(sent.await.unwrap().status, 503);
    let failed = [("reason", Reason::SettleFailed.as_str())];
    assert_eq!(recorded.sum(known::DELIVERIES.name, &failed), 1.0);
    assert_eq!(outcome("ignored"), 1.0);
}

/// The mark finds it again.
#[tokio::test]
async fn a_lost_lease_is_counted_as_soon_as_it_is_found_and_once() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let hour = Duration::from_secs(3600);
    let stage = Stage::logto_with(|builder| builder.handler_deadline(hour)).await;
    let lost = || recorded.sum(known::LEASES_LOST.name, &[]);
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    stage.store.always(On::Extend, Fault::Down);
    let first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    stage.pass(Duration::from_secs(31)).await;
    assert!(stage.script.last().lease.is_lost());
    assert_eq!(lost(), 1.0);
    gate.open();
    first.await.unwrap();
    assert_eq!(lost(), 1.0);
}

#[tokio::test]
async fn the_run_of_a_worker_is_counted_by_what_it_came_to() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let count = |outcome, reason: Reason| {
        let labels = [("outcome", outcome), ("reason", reason.as_str())];
        recorded.sum(known::DELIVERIES.name, &labels)
    };
    let lost = || recorded.sum(known::LEASES_LOST.name, &[]);
    for loses in [false, true] {
        let works = Works::new().await;
        let inbox = works.inbox.clone();
        let handler = move |delivery: Delivery<Event>| {
            let inbox = inbox.clone();
            async move {
                if loses {
                    // Somebody else ends it meanwhile.
                    let lease = delivery.lease().granted();
                    inbox.bury(lease, DeadReason::Failed, None).await.unwrap();
                }
                Ok::<_, Nack>(Ack::ignored("not ours"))
            }
        };
        let worker = Worker::new(works.inbox.clone()).clock(works.stage.clock.clone());
        works.stage.send(&logto::event(1)).await;
        works.start(worker.handle(&works.stage.receiver, handler));
        let reason = [Reason::Handled, Reason::LeaseLost][usize::from(loses)];
        let counted = || recorded.sum(known::DELIVERIES.name, &[("reason", reason.as_str())]);
        works.pass_until(|| counted() == 1.0).await;
        works.pass(Duration::from_secs(60)).await;
        assert_eq!(counted(), 1.0);
        assert_eq!(count("ignored", Reason::Handled), 1.0);
        assert_eq!(count("ignored", Reason::LeaseLost), 0.0);
        assert_eq!(lost(), f64::from(u8::from(loses)));
    }
}

#[tokio::test]
async fn an_event_that_does_not_fit_its_type_is_counted_when_a_worker_runs_it() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let unrecognized = || recorded.sum(known::UNRECOGNIZED.name, &[]);
    let works = Works::new().await;
    for call in [
        logto::event(1),
        logto::signed(props::personal("User.Created", 2), logto::KEY),
        logto::signed(props::personal("User.Created", 3), logto::KEY),
    ] {
        assert_eq!(works.stage.send(&call).await.status, 200);
    }
    assert_eq!(unrecognized(), 0.0);
    works.start(works.worker());
    works.pass_until(|| works.done() == 3).await;
    assert_eq!(unrecognized(), 2.0);
}

#[tokio::test]
async fn a_copy_whose_sender_leaves_while_it_waits_is_counted_once() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let stage = Stage::logto().await;
    let gauge = |metric: known::Metric| recorded.sum(metric.name, &[]);
    let ended = |reason| recorded.sum(known::DELIVERIES.name, &[("reason", reason)]);
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    let mut copy = Connection::open(stage.server.addr).await;
    copy.write_call(&logto::event(1)).await;
    until("the copy", || gauge(known::COPIES_WAITING) == 1.0).await;
    assert_eq!(gauge(known::DELIVERIES), 0.0);
    copy.reset();
    until("the copy's end", || gauge(known::COPIES_WAITING) == 0.0).await;
    assert_eq!(ended("in_progress"), 1.0);
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(gauge(known::DELIVERIES), 2.0);
}

#[tokio::test]
async fn a_copy_whose_sender_leaves_before_it_is_known_for_one_is_counted_once() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let stage = Stage::logto().await;
    let gauge = |metric: known::Metric| recorded.sum(metric.name, &[]);
    let (gate, claim) = (Gate::shut(), Gate::shut());
    stage.script.then(Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    stage.store.next(On::Claim, Fault::Waits(claim.clone()));
    let mut copy = Connection::open(stage.server.addr).await;
    copy.write_call(&logto::event(1)).await;
    until("the claim", || stage.store.count(On::Claim) == 2).await;
    copy.reset();
    until("the task", || gauge(known::HANDLERS_DETACHED) == 1.0).await;
    claim.open();
    until("its end", || gauge(known::HANDLERS_DETACHED) == 0.0).await;
    let in_progress = [("reason", "in_progress")];
    assert_eq!(recorded.sum(known::DELIVERIES.name, &in_progress), 1.0);
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(gauge(known::DELIVERIES), 2.0);
}

/// A body that never comes.
struct Never;

impl BodySource for Never {
    fn poll_chunk(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<bytes::Bytes, BodyBroken>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_request_whose_sender_leaves_before_its_body_was_read_is_counted_once() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let stage = Stage::logto().await;
    let timer: Arc<dyn Timer> = Arc::new(stage.clock.clone());
    let call = logto::event(1);
    let head = Head::new("POST", "/hook", &call.headers);
    {
        let mut admitting = pin!(stage.receiver.judge().admit(head, Never, &timer));
        assert!(poll(admitting.as_mut()).is_pending());
        assert_eq!(recorded.sum(known::DELIVERIES.name, &[]), 0.0);
    }
    let incomplete = [("reason", "body_incomplete")];
    assert_eq!(recorded.sum(known::DELIVERIES.name, &incomplete), 1.0);
    assert_eq!(recorded.sum(known::DELIVERIES.name, &[]), 1.0);
}

#[tokio::test]
async fn gauges_follow_what_is_held_and_return_to_nothing() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let stage = Stage::logto().await;
    let gauge = |metric: known::Metric| recorded.sum(metric.name, &[]);
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let call = logto::event(1);
    let first = stage.sending(&call);
    until("the run", || stage.script.runs() == 1).await;
    let copy = stage.sending(&call);
    until("the copy", || gauge(known::COPIES_WAITING) == 1.0).await;
    assert_eq!(gauge(known::HANDLERS_RUNNING), 1.0);
    assert_eq!(gauge(known::HANDLERS_DETACHED), 0.0);
    assert_eq!(gauge(known::BODY_BYTES), call.body.len() as f64);
    assert_eq!(gauge(known::STORE_KEYS), 1.0);
    assert_eq!(gauge(known::STORE_CAPACITY), 100_000.0);

    stage.pass(Duration::from_secs(9)).await;
    assert_eq!(first.await.unwrap().status, 503);
    assert_eq!(copy.await.unwrap().status, 503);
    assert_eq!(gauge(known::COPIES_WAITING), 0.0);
    assert_eq!(gauge(known::HANDLERS_DETACHED), 1.0);
    gate.open();
    stage.receiver.drained().await;
    stage.send(&logto::event(2)).await;
    assert_eq!(gauge(known::HANDLERS_RUNNING), 0.0);
    assert_eq!(gauge(known::HANDLERS_DETACHED), 0.0);
    assert_eq!(gauge(known::BODY_BYTES), 0.0);
    assert_eq!(gauge(known::STORE_KEYS), 2.0);
}

#[tokio::test]
async fn times_are_in_seconds_by_the_receivers_clock() {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let run = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    stage.clock.advance(Duration::from_secs(4));
    gate.open();
    assert_eq!(run.await.unwrap().status, 200);
    let handled = [("outcome", "processed")];
    assert_eq!(recorded.sum(known::HANDLER_SECONDS.name, &handled), 4.0);
    assert_eq!(recorded.sum(known::VERIFY_SECONDS.name, &[]), 0.0);
    assert_eq!(recorded.samples(known::VERIFY_SECONDS.name, &[]), 1);
    for call in ["claim", "settle"] {
        assert_eq!(
            recorded.samples(known::STORE_SECONDS.name, &[("call", call)]),
            1,
            "{call}"
        );
    }
}

#[test]
fn names_follow_the_conventions() {
    let mut names = BTreeSet::new();
    for metric in known::ALL {
        assert!(names.insert(metric.name), "{} twice", metric.name);
        assert!(metric.name.starts_with("hookgate_"));
        assert_eq!(
            metric.name.ends_with("_total"),
            metric.kind == Kind::Counter,
            "{}",
            metric.name
        );
        assert_eq!(
            metric.name.ends_with("_seconds"),
            matches!(metric.kind, Kind::Seconds | Kind::Age),
            "{}",
            metric.name
        );
        let whose = ["endpoint", "issuer", "store"];
        let is_somebodys = whose.iter().any(|whose| metric.labels.contains(whose));
        // A route without a receiver has no endpoint.
        assert_eq!(is_somebodys, *metric != known::UNPROTECTED);
    }
}

#[test]
fn the_guide_lists_each_metric_as_it_is() {
    let guide = include_str!("../../docs/observability.md");
    for metric in known::ALL {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Count => "gauge",
            Kind::Bytes => "gauge, bytes",
            Kind::Age => "gauge, seconds",
            Kind::Seconds => "histogram, seconds",
            Kind::Sizes => "histogram",
            _ => unreachable!("a kind that the guide does not have"),
        };
        let labels = match metric.labels {
            [] => "none".to_owned(),
            labels => format!("`{}`", labels.join("`, `")),
        };
        let row = format!(
            "| `{}` | {kind} | {labels} | {} |\n",
            metric.name, metric.meaning
        );
        assert!(guide.contains(&row), "docs/observability.md lacks {row}");
    }
    assert_eq!(
        guide.matches("| `hookgate_").count(),
        known::ALL.len() + ALERTS
    );
}

/// Metrics that the guide names once more, among its alerts.
const ALERTS: usize = 9;
