//! One span for each delivery, over the whole road, with nothing of the sender's in it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{Reason, Secret, polling::AskError, providers::logto::Logto};
use tracing::{Subscriber, field::Visit, span};
use tracing_subscriber::{Layer, layer::Context};

use crate::polling::world::{Says, World};
use crate::props::{CANARY, Connection, Gate, Listening, On, Stage, Step, every_end, logto, until};

/// One span and all that was ever said of it.
#[derive(Clone, Debug, Default)]
struct Seen {
    name: &'static str,
    target: &'static str,
    fields: BTreeMap<&'static str, Vec<String>>,
    children: Vec<String>,
    lines: Vec<String>,
    closed: bool,
}

impl Seen {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.last().map(String::as_str)
    }
}

impl Visit for Seen {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        let values = self.fields.entry(field.name()).or_default();
        values.push(value.to_owned());
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        let values = self.fields.entry(field.name()).or_default();
        values.push(format!("{value:?}"));
    }
}

/// Every span, by its id and then in the order of opening.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<All>>);

#[derive(Default)]
struct All {
    by_id: HashMap<u64, usize>,
    spans: Vec<Seen>,
}

impl Spans {
    /// Those of deliveries.
    fn deliveries(&self) -> Vec<Seen> {
        let all = self.0.lock().unwrap();
        let ours = all.spans.iter().filter(|span| span.target == "hookgate");
        ours.cloned().collect()
    }

    fn with(&self, id: &span::Id, change: impl FnOnce(&mut Seen)) {
        let mut all = self.0.lock().unwrap();
        let place = all.by_id[&id.into_u64()];
        change(&mut all.spans[place]);
    }
}

impl<S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, new: &span::Attributes<'_>, id: &span::Id, context: Context<'_, S>) {
        let mut seen = Seen {
            name: new.metadata().name(),
            target: new.metadata().target(),
            ..Seen::default()
        };
        new.record(&mut seen);
        let parent = context
            .span(id)
            .and_then(|span| span.parent())
            .map(|parent| parent.id());
        if let Some(parent) = parent {
            self.with(&parent, |parent| parent.children.push(seen.name.to_owned()));
        }
        let mut all = self.0.lock().unwrap();
        let place = all.spans.len();
        all.spans.push(seen);
        all.by_id.insert(id.into_u64(), place);
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, _: Context<'_, S>) {
        self.with(id, |seen| values.record(seen));
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        if let Some(span) = context.event_span(event) {
            let mut line = Seen::default();
            event.record(&mut line);
            let text = line.field("message").unwrap_or_default().to_owned();
            self.with(&span.id(), |seen| seen.lines.push(text));
        }
    }

    fn on_close(&self, id: span::Id, _: Context<'_, S>) {
        self.with(&id, |seen| seen.closed = true);
    }
}

fn collect() -> (Spans, Listening) {
    let spans = Spans::default();
    let listening = Listening::by(spans.clone());
    (spans, listening)
}

#[tokio::test]
async fn each_delivery_has_one_span_whatever_becomes_of_it() {
    let (spans, _guard) = collect();
    let (stage, told) = every_end().await;
    until("the end of all", || {
        spans
            .deliveries()
            .iter()
            .filter(|span| !span.closed)
            .count()
            <= 1
    })
    .await;
    let mut ended: Vec<String> = Vec::new();
    for span in spans.deliveries() {
        assert_eq!(span.name, "hookgate.delivery");
        assert_eq!(span.field("endpoint"), Some("test"));
        assert_eq!(span.field("pack"), Some("puppet"));
        let reason = span.fields.get("reason");
        assert!(
            reason.is_none_or(|said| said.len() == 1),
            "{span:?} ended twice"
        );
        ended.extend(reason.and_then(|said| said.first().cloned()));
    }
    let mut told: Vec<String> = told.reasons().iter().map(ToString::to_string).collect();
    ended.sort();
    told.sort();
    assert_eq!(ended, told);
    // One body was never finished.
    assert_eq!(spans.deliveries().len(), ended.len() + 1);

    let reasons: BTreeSet<&str> = ended.iter().map(String::as_str).collect();
    let of_no_receiver = [Reason::BadKey, Reason::NotProtected];
    // A handler past its deadline goes on, and ends as it then does.
    let passing = [Reason::HandlerDeadline];
    for reason in Reason::ALL {
        if !of_no_receiver.contains(reason) && !passing.contains(reason) {
            assert!(reasons.contains(reason.as_str()), "no span of {reason}");
        }
    }
    drop(stage);
}

#[tokio::test]
async fn no_span_holds_anything_of_the_senders() {
    let (spans, _guard) = collect();
    let (_stage, _told) = every_end().await;
    let mut values: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for span in spans.deliveries() {
        for (name, said) in &span.fields {
            values.entry(name).or_default().extend(said.clone());
        }
        for line in &span.lines {
            assert!(!line.contains(CANARY), "{line}");
        }
    }
    for (name, values) in &values {
        for value in values {
            assert!(!value.contains(CANARY), "{name}: {value}");
        }
    }
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let one_of = |name: &str, words: BTreeSet<String>| {
        assert!(values[name].is_subset(&words), "{name}: {:?}", values[name]);
    };
    one_of("endpoint", set(&["test"]));
    one_of("pack", set(&["puppet"]));
    one_of("key_id", set(&["key-1"]));
    assert_eq!(
        values["event_type"],
        set(&["none", "other", "thing.happened"])
    );
    assert_eq!(
        values["verdict"],
        set(&[
            "ignored",
            "lost",
            "misused",
            "processed",
            "queued",
            "refused",
            "rejected",
            "retry",
            "skipped",
            "unavailable"
        ])
    );
    one_of("attempt", set(&["1"]));
    one_of("detached", set(&["true"]));
    one_of("recognized", set(&["false"]));
    let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    one_of("reason", set(&reasons));
    let known = [
        "attempt",
        "detached",
        "endpoint",
        "event_key",
        "event_type",
        "key_id",
        "pack",
        "reason",
        "recognized",
        "sender_span_id",
        "sender_trace_id",
        "verdict",
    ];
    for name in values.keys() {
        assert!(
            known.contains(name),
            "a field that nobody looked at: {name}"
        );
    }
}

#[tokio::test]
async fn a_handler_that_goes_on_without_its_sender_stays_inside_of_its_span() {
    let (spans, _guard) = collect();
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let mut sender = Connection::open(stage.server.addr).await;
    sender.write_call(&logto::event(1)).await;
    until("the run", || stage.script.runs() == 1).await;
    sender.reset();
    until("the task", || stage.has_detached()).await;
    let span = &spans.deliveries()[0];
    assert!(!span.closed);
    assert_eq!(span.field("detached"), Some("true"));
    assert_eq!(span.field("verdict"), None);
    assert_eq!(span.children, ["handler"], "the handler's own span");

    gate.open();
    stage.receiver.drained().await;
    let span = &spans.deliveries()[0];
    assert!(span.closed);
    assert_eq!(span.field("verdict"), Some("processed"));
    assert_eq!(span.children, ["handler", "handler at its end"]);
    assert_eq!(span.lines, ["delivery handled"]);
    assert_eq!(spans.deliveries().len(), 1);
}

#[tokio::test]
async fn every_503_writes_a_line_in_its_span() {
    let (spans, _guard) = collect();
    let (_stage, _told) = every_end().await;
    let of = |reason: &str| {
        let all = spans.deliveries();
        let spans = all.into_iter().filter(|span| {
            span.field("verdict") == Some("unavailable") && span.field("reason") == Some(reason)
        });
        spans.collect::<Vec<_>>()
    };
    for reason in [
        "in_progress",
        "overloaded",
        "shutting_down",
        "store_unavailable",
        "store_full",
        "settle_failed",
        "no_live_key",
        "keys_unavailable",
        "access_unavailable",
    ] {
        let spans = of(reason);
        assert!(!spans.is_empty(), "nothing ended as {reason}");
        assert!(
            spans.iter().all(|span| !span.lines.is_empty()),
            "{reason}: {spans:?}"
        );
    }
    let late = spans.deliveries().into_iter().find(|span| {
        span.lines
            .iter()
            .any(|line| line.contains("past its deadline"))
    });
    assert_eq!(late.unwrap().field("verdict"), Some("processed"));
}

#[tokio::test]
async fn the_senders_trace_is_noted_and_is_no_parent() {
    let (spans, _guard) = collect();
    let stage = Stage::logto().await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    stage
        .send(&logto::event(1).with("traceparent", trace))
        .await;
    stage.send(&logto::event(2)).await;
    // A request that was not admitted is not believed even in that.
    let forged = logto::signed(logto::body(3), "another key").with("traceparent", trace);
    stage.send(&forged).await;
    let all = spans.deliveries();
    let noted: Vec<_> = all
        .iter()
        .map(|span| (span.field("sender_trace_id"), span.field("sender_span_id")))
        .collect();
    let ids = (
        Some("0af7651916cd43dd8448eb211c80319c"),
        Some("b7ad6b7169203331"),
    );
    assert_eq!(noted, [ids, (None, None), (None, None)]);
}

#[tokio::test]
async fn the_span_of_an_admitted_delivery_says_key_type_and_attempt() {
    let (spans, _guard) = collect();
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::of(pack, |builder| builder).await;
    stage.send(&logto::event(1)).await;
    let span = &spans.deliveries()[0];
    assert_eq!(span.field("event_type"), Some("Organization.Deleted"));
    assert_eq!(
        span.field("key_id"),
        Some(stage.script.last().key_id.as_str())
    );
    assert_eq!(span.field("attempt"), Some("1"));
    assert_eq!(span.field("verdict"), Some("processed"));
    assert_eq!(span.field("reason"), Some("handled"));
}

#[tokio::test]
async fn the_span_of_a_copy_whose_sender_leaves_says_what_became_of_it() {
    let (spans, _guard) = collect();
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    until("the run", || stage.script.runs() == 1).await;
    let mut copy = Connection::open(stage.server.addr).await;
    copy.write_call(&logto::event(1)).await;
    until("the copy", || stage.store.count(On::Claim) == 2).await;
    copy.reset();
    until("its end", || {
        spans.deliveries().get(1).is_some_and(|span| span.closed)
    })
    .await;
    let span = &spans.deliveries()[1];
    assert_eq!(span.field("verdict"), Some("unavailable"));
    assert_eq!(span.field("reason"), Some("in_progress"));
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(spans.deliveries().len(), 2);
}

/// Each question and the delivery of what it was told, with nothing of the process in either.
#[test]
fn each_question_has_a_span_around_that_of_what_it_was_told() {
    let (spans, _guard) = collect();
    let refused = AskError::Refused("the API refuses our credentials");
    let mut world = World::new(1).says([Says::NotYet, Says::Fails(refused), Says::Panics]);
    let app = world.instance();
    world.ends(CANARY, 1);
    app.expect(CANARY);
    world.pass(200);
    assert_eq!(world.done(CANARY), 1);

    let all = spans.deliveries();
    assert!(all.iter().all(|span| span.closed), "{all:?}");
    let questions: Vec<_> = all
        .iter()
        .filter(|span| span.name == "hookgate.question")
        .collect();
    let told = |name: &str| {
        questions
            .iter()
            .map(|it| it.field(name))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("endpoint"), [Some("test"); 4]);
    assert_eq!(told("pack"), [Some("idcloud"); 4]);
    assert_eq!(told("asked"), [Some("0"), Some("1"), Some("2"), Some("3")]);
    let answers = ["not_yet", "refused", "unavailable", "end"];
    assert_eq!(told("answer"), answers.map(Some));
    assert_eq!(
        told("outcome"),
        ["again", "again", "again", "polled"].map(Some)
    );
    let names = ["answer", "asked", "endpoint", "outcome", "pack"];
    for question in &questions {
        assert_eq!(question.fields.keys().copied().collect::<Vec<_>>(), names);
        assert!(!format!("{question:?}").contains(CANARY), "{question:?}");
    }
    // The line of a refusal stands in the span of its question, and the delivery is its child.
    assert_eq!(questions[1].lines.len(), 1);
    assert_eq!(questions[3].children, ["hookgate.delivery"]);
    let delivery = all
        .iter()
        .find(|it| it.name == "hookgate.delivery")
        .unwrap();
    assert_eq!(delivery.field("verdict"), Some("processed"));
}

/// Nothing is asked of those that were handled, and of those that find no room.
#[test]
fn what_is_not_asked_for_has_no_span_of_a_question() {
    let (spans, _guard) = collect();
    let mut world = World::new(2);
    let app = world.instance();
    world.ends("id", 1);
    app.expect("id");
    app.push(&world.clock, "id", Duration::from_secs(2), 1);
    world.pass(60);
    assert!(world.expectations.is_empty());
    let names: Vec<_> = spans.deliveries().iter().map(|it| it.name).collect();
    assert_eq!(names, ["hookgate.delivery"]);
}
