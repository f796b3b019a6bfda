//! Which fallbacks are refused, and which processes cannot be awaited.

use std::time::Duration;

use bytes::Bytes;
use hookgate::{
    Ack, BuildError, Delivery, Finding, Nack,
    dedup::{OwnerToken, Promises, Settled, StoreError},
    inbox::MemoryInbox,
    polling::{
        AskDue, AskError, Backoff, Due, DueBatch, ExpectError, Expectation, Expectations,
        Expecting, Fallback, FallbackBuilder, GaveUp, Heard, MemoryExpectations, Question, Rate,
        Reply, StatusSource, Turn,
    },
    providers::idcloud::{Event, IdCloud},
    tenants::{KeySource, KeySourceError, Tenant, Tenants},
};
use tracing::Level;

use super::world::World;
use crate::props::{Durable as Marks, Log, at_once};

async fn on_event(_: Delivery<Event>) -> Result<Ack, Nack> {
    Ok(Ack::processed())
}

async fn on_gave_up(_: GaveUp) -> Result<Ack, Nack> {
    Ok(Ack::processed())
}

fn refusal(set: impl FnOnce(FallbackBuilder) -> FallbackBuilder) -> String {
    let world = World::new(0);
    let process = world.tasks.process();
    let builder = world.builder(&process, IdCloud::new());
    let receiver = builder.dedup(world.store.clone()).build().unwrap();
    let fallback = world.fallback(&receiver).handle(on_event);
    match set(fallback).build() {
        Err(why) => why.to_string(),
        Ok(_) => "built".to_owned(),
    }
}

#[test]
fn settings_that_cannot_be_are_refused() {
    assert_eq!(refusal(|it| it), "built");
    let zero = Duration::ZERO;
    assert!(refusal(|it| it.first_after(zero)).contains("first delay"));
    assert!(refusal(|it| it.places(0)).contains("places"));
    assert!(refusal(|it| it.lease(zero)).contains("lease"));
    assert!(refusal(|it| it.ask_timeout(zero)).contains("question"));
    assert!(refusal(|it| it.rate(Rate::every("a", zero))).contains("questions"));
    let second = Duration::from_secs(1);
    assert!(refusal(|it| it.give_up_after(second)).contains("before it is asked for"));
    let mut backoff = Backoff::default();
    backoff.longest = zero;
    assert!(refusal(|it| it.backoff(backoff)).contains("longest wait"));
}

/// Otherwise each lease would lapse before anything is written, and no question would be counted.
#[test]
fn a_lease_is_longer_than_its_question() {
    let secs = Duration::from_secs;
    assert!(refusal(|it| it.lease(secs(56))).contains("a lease ends"));
    assert_eq!(refusal(|it| it.lease(secs(57))), "built");
    assert!(refusal(|it| it.ask_timeout(secs(24))).contains("a lease ends"));
}

/// Promises to be shared and to survive, and is never asked.
struct Durable;

impl Expectations for Durable {
    async fn expect(&self, _: &Expectation) -> Result<Expecting, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn due(&self, _: AskDue<'_>) -> Result<DueBatch, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn postpone(&self, _: &Due, _: Duration, _: bool) -> Result<Settled, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn end(&self, _: &Due) -> Result<Settled, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn turn(&self, _: &Rate, _: Duration) -> Result<Turn, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn hold(&self, _: &Rate, _: Duration) -> Result<(), StoreError> {
        Err(StoreError::Timeout)
    }

    async fn heard(&self, _: &str) -> Result<(), StoreError> {
        Err(StoreError::Timeout)
    }

    async fn last_heard(&self, _: &str) -> Result<Heard, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn tell(&self, _: &str, _: bool, _: Duration, _: OwnerToken) -> Result<bool, StoreError> {
        Err(StoreError::Timeout)
    }

    async fn open(&self, _: &str) -> Result<u64, StoreError> {
        Err(StoreError::Timeout)
    }

    fn promises(&self) -> Promises {
        Promises::durable()
    }
}

/// What is still awaited after a restart was handled before it, and nobody would know.
#[test]
fn marks_last_as_long_as_what_is_awaited() {
    let world = World::new(0);
    let process = world.tasks.process();
    let receiver = world.builder(&process, IdCloud::new());
    let receiver = receiver.dedup(world.store.clone()).build().unwrap();
    let fallback = Fallback::new(&receiver, world.api(), Durable);
    let fallback = fallback.handle(on_event).on_gave_up(on_gave_up);
    let refused = fallback.build().unwrap_err().to_string();
    assert!(refused.contains("handled twice"), "{refused}");
}

/// Of memory, by the number of instances. A durable store has nothing to say.
#[test]
fn what_is_kept_by_one_process_alone_is_found_where_several_run() {
    let log = Log::begin();
    let world = World::new(0);
    let process = world.tasks.process();
    let found = |instances: usize, known: &[&'static str]| {
        let builder = world.builder(&process, IdCloud::new());
        let builder = builder.dedup(world.store.clone()).instances(instances);
        let builder = known.iter().fold(builder, |it, code| it.acknowledge(code));
        let receiver = builder.build().unwrap();
        let fallback = world.fallback(&receiver).handle(on_event).build().unwrap();
        let hour = Duration::from_secs(3600);
        let silence = receiver.expect_every(hour, world.expectations.clone());
        let silence = silence.build().unwrap();
        let told = |found: Vec<Finding>| {
            let told = found.into_iter();
            told.map(|it| (it.code(), it.is_acknowledged()))
                .collect::<Vec<_>>()
        };
        (told(fallback.check()), told(silence.check()))
    };
    let (apart, forgets) = ("expectations_not_shared", "expectations_forgotten");
    assert_eq!(found(1, &[]), (vec![(forgets, false)], vec![]));
    let several = found(2, &[]);
    assert_eq!(several.0, [(apart, false), (forgets, false)]);
    assert_eq!(several.1, [(apart, false)]);
    let lines = |code: &str| {
        let lines = log.with(code);
        lines.iter().map(|(level, _)| *level).collect::<Vec<_>>()
    };
    assert_eq!(lines(apart), [Level::WARN; 2]);
    assert_eq!(lines(forgets), [Level::WARN; 2]);
    let known = found(2, &[apart, forgets]);
    assert_eq!(known.0, [(apart, true), (forgets, true)]);
    assert_eq!(known.1, [(apart, true)]);
    assert_eq!(lines(apart)[2..], [Level::DEBUG; 2]);

    let receiver = world.builder(&process, IdCloud::new());
    let receiver = receiver.dedup(Marks).instances(2);
    let receiver = receiver.build().unwrap();
    let fallback = Fallback::new(&receiver, world.api(), Durable);
    let fallback = fallback.handle(on_event).on_gave_up(on_gave_up).build();
    assert_eq!(fallback.unwrap().check(), []);
    let silence = receiver.expect_every(Duration::from_secs(3600), Durable);
    assert_eq!(silence.build().unwrap().check(), []);
}

/// Its mark would be gone, and the event would run again.
#[test]
fn a_process_is_given_up_before_its_event_is_forgotten() {
    let week = Duration::from_secs(7 * 24 * 3600);
    let minute = Duration::from_secs(60);
    let second = Duration::from_secs(1);
    assert!(refusal(|it| it.give_up_after(week - minute)).contains("handled twice"));
    assert_eq!(
        refusal(|it| it.give_up_after(week - minute - second)),
        "built"
    );
}

#[test]
fn somebody_must_handle_what_is_asked_for_and_nobody_twice() {
    let world = World::new(0);
    let process = world.tasks.process();
    let inline = world.builder(&process, IdCloud::new());
    let inline = inline.dedup(world.store.clone()).build().unwrap();
    let without = world.fallback(&inline).build().unwrap_err();
    assert!(without.to_string().contains("call `.handle(…)`"));
    let queued = world.builder(&process, IdCloud::new());
    let queued = queued.inbox_for_tests(MemoryInbox::new()).build().unwrap();
    let at = |path: &str| world.fallback(&queued).path(path).build().map(drop);
    assert!(at("/webhooks/idcloud").is_ok());
    // The routes would answer 404, and the worker would stop.
    let no_path = world.fallback(&queued).build().map(drop);
    for refused in [no_path, at("webhooks/idcloud")] {
        assert!(refused.unwrap_err().to_string().contains("call `.path("));
    }
    let twice = world.fallback(&queued).handle(on_event).build();
    assert!(twice.unwrap_err().to_string().contains("leave out"));
}

#[test]
fn somebody_must_hear_what_is_given_up() {
    let world = World::new(0);
    let process = world.tasks.process();
    let receiver = world.builder(&process, IdCloud::new());
    let receiver = receiver.dedup(world.store.clone()).build().unwrap();
    let fallback = Fallback::new(&receiver, world.api(), MemoryExpectations::new());
    let deaf = fallback.handle(on_event).build().unwrap_err();
    assert!(matches!(deaf, BuildError::Fallback(why) if why.contains("on_gave_up")));
}

/// The same process would be two events: one as it is sent, and one as it is asked for.
#[test]
fn a_source_that_tells_another_generation_of_bodies_is_refused() {
    let world = World::new(0);
    let process = world.tasks.process();
    for (pack, is_taken) in [(IdCloud::new(), true), (IdCloud::numeric(), false)] {
        let receiver = world.builder(&process, pack);
        let receiver = receiver.dedup(world.store.clone()).build().unwrap();
        let built = world.fallback(&receiver).handle(on_event).build();
        assert_eq!(built.is_ok(), is_taken);
        if let Err(why) = built {
            assert!(why.to_string().contains("generation"), "{why}");
        }
    }
}

struct Endless;

impl StatusSource for Endless {
    async fn ask(&self, _: Question<'_>) -> Result<Reply, AskError> {
        Ok(Reply::NotYet)
    }

    fn ends(&self, _: &str) -> Vec<Bytes> {
        Vec::new()
    }
}

#[test]
fn a_source_without_ends_is_refused() {
    let world = World::new(0);
    let process = world.tasks.process();
    let receiver = world.builder(&process, IdCloud::new());
    let receiver = receiver.dedup(world.store.clone()).build().unwrap();
    let fallback = Fallback::new(&receiver, Endless, MemoryExpectations::new());
    let fallback = fallback.handle(on_event).on_gave_up(on_gave_up);
    assert!(
        fallback
            .build()
            .unwrap_err()
            .to_string()
            .contains("no state")
    );
}

struct Customers;

impl KeySource for Customers {
    async fn tenant(&self, _: &str) -> Result<Option<Tenant>, KeySourceError> {
        Ok(None)
    }
}

/// Otherwise its event would have another key than the one that is sent.
#[test]
fn a_process_has_a_tenant_where_the_endpoint_has_tenants() {
    let world = World::new(0);
    let process = world.tasks.process();
    let many = IdCloud::new().tenants(Tenants::by_route_param("customer", Customers));
    for (pack, tenant, other) in [(IdCloud::new(), None, Some("a")), (many, Some("a"), None)] {
        let receiver = world.builder(&process, pack).dedup(world.store.clone());
        let receiver = receiver.build().unwrap();
        let fallback = world.fallback(&receiver).handle(on_event).build().unwrap();
        let expecting = at_once(fallback.expect(tenant, "id")).unwrap();
        assert_eq!(expecting, Expecting::New);
        let again = at_once(fallback.expect(tenant, "id")).unwrap();
        assert_eq!(again, Expecting::Known);
        let refused = at_once(fallback.expect(other, "id"));
        assert!(matches!(refused, Err(ExpectError::Tenant)));
        for id in ["", &"x".repeat(513)] {
            let refused = at_once(fallback.expect(tenant, id));
            assert!(matches!(refused, Err(ExpectError::Id)));
        }
        let expected = fallback.expectation(tenant, "secret-id").unwrap();
        assert!(!format!("{expected:?}").contains("secret-id"));
    }
}
