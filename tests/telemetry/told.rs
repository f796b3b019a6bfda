//! What failed is told: by stores, by handlers, inline and in a worker.

use std::{error::Error, fmt, time::Duration};

use bytes::Bytes;
use hookgate::{
    Ack, Delivery, EventKey, LogErrors, Secret,
    dedup::{
        Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError as Failed,
    },
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, OrderKey, Page, Pause,
        Position, Quarantine, QuarantineCap, Totals,
    },
    pack::ContentDigest,
    providers::logto::{Event, Logto},
    worker::Worker,
};
use tracing::Level;

use crate::{
    inbox::works::{self, Works},
    props::{CAUSE, Fault, Log, On, Stage, Step, logto, personal, quiet},
};

#[tokio::test]
async fn the_cause_that_a_store_wrote_for_the_log_is_in_its_line_and_nothing_behind_it() {
    let log = Log::begin();
    let stage = Stage::logto().await;
    stage.store.always(On::Claim, Fault::Down);
    assert_eq!(stage.send(&logto::event(1)).await.status, 503);
    let lines = log.with("call=\"claim\"");
    assert!(!lines.is_empty());
    for (level, line) in &lines {
        assert_eq!(*level, Level::ERROR);
        assert!(line.contains(&format!("cause={CAUSE:?} ")), "{line}");
    }
    quiet("log", &log.text());
}

/// A cause of another's store: too long, on several lines.
#[derive(Debug)]
struct Unkempt;

impl fmt::Display for Unkempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one\nERROR two ")?;
        (0..10_000).try_for_each(|_| f.write_str("and more "))
    }
}

impl Error for Unkempt {}

/// An inbox that does nothing.
struct Away;

fn away<T>() -> Result<T, Failed> {
    Err(Failed::Unavailable(Unkempt.into()))
}

impl DedupStore for Away {
    async fn claim(
        &self,
        _: &EventKey,
        _: Option<&ContentDigest>,
        _: OwnerToken,
        _: Duration,
    ) -> Result<Claim, Failed> {
        away()
    }

    async fn settle(&self, _: &Lease, _: End, _: Duration) -> Result<Settled, Failed> {
        away()
    }

    async fn extend(&self, _: &Lease, _: Duration) -> Result<Settled, Failed> {
        away()
    }

    async fn look(&self, _: &EventKey) -> Result<State, Failed> {
        away()
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}

impl Inbox for Away {
    async fn accept(&self, _: Vec<Entry>) -> Result<Vec<Accept>, Failed> {
        away()
    }

    async fn quarantine(&self, _: Entry, _: QuarantineCap) -> Result<Quarantine, Failed> {
        away()
    }

    async fn lease(&self, _: Ask<'_>) -> Result<Batch, Failed> {
        away()
    }

    async fn keep(&self, _: &[&Lease], _: Duration) -> Result<Vec<Settled>, Failed> {
        away()
    }

    async fn give_back(
        &self,
        _: &Lease,
        _: Duration,
        _: Counts,
        _: Option<Bytes>,
    ) -> Result<Settled, Failed> {
        away()
    }

    async fn bury(&self, _: &Lease, _: DeadReason, _: Option<Bytes>) -> Result<Settled, Failed> {
        away()
    }

    async fn pause(&self, _: &str, _: Pause) -> Result<(), Failed> {
        away()
    }

    async fn resume(&self, _: &str) -> Result<(), Failed> {
        away()
    }

    async fn promote(&self, _: &OrderKey) -> Result<(), Failed> {
        away()
    }

    async fn hold(&self, _: &str, _: bool) -> Result<(), Failed> {
        away()
    }

    async fn totals(&self) -> Result<Vec<Totals>, Failed> {
        away()
    }

    async fn list(&self, _: &Filter, _: Option<&Position>, _: usize) -> Result<Page, Failed> {
        away()
    }

    async fn read(&self, _: &EventKey) -> Result<Option<Kept>, Failed> {
        away()
    }

    async fn replay(&self, _: &EventKey, _: &str) -> Result<bool, Failed> {
        away()
    }

    async fn discard(&self, _: &EventKey) -> Result<bool, Failed> {
        away()
    }

    async fn erase(&self, _: Duration, _: usize) -> Result<u64, Failed> {
        away()
    }
}

#[tokio::test]
async fn a_workers_line_has_the_cause_too_in_one_line_of_a_bounded_length() {
    let log = Log::begin();
    let works = Works::new().await;
    let worker = Worker::new(Away)
        .clock(works.stage.clock.clone())
        .handle(&works.stage.receiver, |_: Delivery<Event>| async {
            Ok(Ack::processed())
        });
    works.start(worker);
    works.rest().await;
    let lines = log.with("a worker got no answer when it asked for work");
    let [(Level::ERROR, line), ..] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert!(line.contains("cause=\"one ERROR two and more "), "{line}");
    assert!(line.len() < 1024, "{}", line.len());
}

const ERROR: &str = "no row for anna\nERROR hookgate: all is well\u{1b}[2J";
const IN_ONE_LINE: &str = "no row for anna ERROR hookgate: all is well [2J";

#[tokio::test]
async fn what_a_handler_failed_with_is_logged_where_the_application_asks_for_it() {
    for is_asked in [true, false] {
        let log = Log::begin();
        let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
        let stage = Stage::of(pack, |builder| match is_asked {
            true => builder.observer(LogErrors),
            false => builder,
        })
        .await;
        stage.script.then(Step::Fail(ERROR)).then(Step::Retry);
        stage.send(&logto::event(1)).await;
        stage.send(&logto::event(2)).await;
        let lines = log.with("what a handler failed with");
        assert_eq!(lines.len(), usize::from(is_asked));
        assert_eq!(log.text().contains("anna"), is_asked);
        for (level, line) in lines {
            assert_eq!(level, Level::ERROR);
            assert!(line.contains(&format!("error={IN_ONE_LINE:?}")), "{line}");
            assert!(line.contains("endpoint=\"test\""), "{line}");
        }
    }
}

#[tokio::test]
async fn the_line_of_a_handler_that_failed_says_who_has_its_error() {
    let log = Log::begin();
    let stage = Stage::logto().await;
    for step in [
        Step::Fail("x"),
        Step::Retry,
        Step::Panic("x"),
        Step::Respond(http::StatusCode::BAD_REQUEST, "x"),
    ] {
        stage.script.then(step);
        stage.send(&logto::event(1)).await;
    }
    let lines = log.with("the next copy may run");
    let says = ["`LogErrors`", "no error", "the panic hook", "no error"];
    assert_eq!(lines.len(), says.len());
    for ((level, line), says) in lines.iter().zip(says) {
        assert_eq!(*level, Level::WARN);
        assert!(line.contains(says), "{line}");
    }
    assert!(lines[3].1.contains("status=400"));
}

#[tokio::test]
async fn a_workers_line_of_a_handler_that_failed_says_so_too() {
    let log = Log::begin();
    let works = Works::with(|builder| builder.observer(LogErrors)).await;
    works.then([works::Step::Fail("no row for anna"), works::Step::Process]);
    works.stage.send(&logto::event(1)).await;
    works.start(works.worker());
    works.pass_until(|| works.runs() == 2).await;
    assert_eq!(log.with("what a handler failed with").len(), 1);
    let [(Level::WARN, line)] = &log.with("it is tried again")[..] else {
        panic!("{}", log.text());
    };
    assert!(line.contains("`LogErrors`"), "{line}");
}

#[tokio::test]
async fn an_event_that_a_handler_rejects_for_good_is_a_warning() {
    let log = Log::begin();
    let stage = Stage::logto().await;
    stage.script.then(Step::Reject);
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    let [(Level::WARN, line)] = &log.with("no copy will run")[..] else {
        panic!("{}", log.text());
    };
    assert!(
        line.contains("why=") && line.contains(&format!("event_key={}", stage.script.last().key))
    );
}

#[tokio::test]
async fn an_event_that_does_not_fit_its_type_is_warned_of_once_a_minute_for_each_type() {
    let log = Log::begin();
    let stage = Stage::logto().await;
    let send = async |event: &str, n| {
        let call = logto::signed(personal(event, n), logto::KEY);
        assert_eq!(stage.send(&call).await.status, 200);
    };
    let warned = |event_type: &str| {
        let lines = log.with("its handler gets `Unrecognized`");
        let of = |(level, line): &&(Level, String)| {
            assert_eq!(*level, Level::WARN);
            line.contains(&format!("event_type={event_type:?}"))
        };
        lines.iter().filter(of).count()
    };
    for n in 0..3 {
        send("User.Created", n).await;
        send("CANARY.One", n).await;
        send("CANARY.Another", n).await;
    }
    // Types that nobody knows are one: what a sender names does not fill the memory.
    assert_eq!((warned("User.Created"), warned("other")), (1, 1));
    send("Role.Created", 4).await;
    assert_eq!(warned("Role.Created"), 1);
    stage.clock.advance(Duration::from_secs(59));
    send("User.Created", 5).await;
    assert_eq!(warned("User.Created"), 1);
    stage.clock.advance(Duration::from_secs(1));
    send("User.Created", 6).await;
    assert_eq!(warned("User.Created"), 2);
    // Each has it in its span, and one that fits has not.
    assert_eq!(log.with("recognized=false").len(), 12);
    stage.send(&logto::event(7)).await;
    assert_eq!(log.with("recognized=false").len(), 12);
    quiet("log", &log.text());
}
