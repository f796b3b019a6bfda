//! Much is awaited: what is not due costs nothing, and what is due costs a few calls and begins on time.

use std::time::Duration;

use hookgate::{
    dedup::MemoryStore,
    polling::Rate,
    providers::idcloud::{IdCloud, State},
    time::Clock,
};

use super::{
    counted::{Counted, Counts},
    tenants::pack,
    world::{Instance, World},
};
use crate::props::at_once;

const OPEN: usize = 100_000;

/// 100,000 are due in a day.
fn crowded(seed: u64, rate: Rate) -> (World, Instance) {
    let mut world = World::new(seed);
    world.expectations = Counted::new(OPEN + 1000, &world.clock);
    let day = Duration::from_secs(24 * 3600);
    let later = |it: hookgate::polling::FallbackBuilder| it.first_after(day).give_up_after(2 * day);
    let patient = world.instance_with(IdCloud::new(), later);
    for number in 0..OPEN {
        let id = format!("later-{number}");
        at_once(patient.fallback.expect(None, &id)).unwrap();
    }
    patient.process.kill();
    let app = world.instance_with(IdCloud::new(), |it| it.rate(rate));
    world.expectations.take_counts();
    (world, app)
}

/// Those that are due are leased several at a time. One whose webhook came costs a look and one call more, and one that is asked
/// for a turn beside. Nobody touches the others.
#[test]
fn what_is_due_costs_a_few_calls_and_what_is_not_costs_none() {
    let rate = Rate::every("account", Duration::from_millis(1));
    let (mut world, app) = crowded(41, rate);
    for number in 0..200 {
        let id = format!("id-{number}");
        world.ends(&id, 1);
        app.expect(&id);
        if number % 2 == 0 {
            app.push(&world.clock, &id, Duration::from_secs(2), 1);
        }
    }
    world.pass(9);
    let idle = world.expectations.take_counts();
    assert!(idle.due <= 10, "{idle:?}");
    assert_eq!(Counts { due: 0, ..idle }, Counts::default());

    world.pass_by(Duration::from_millis(10), 10);
    let counts = world.expectations.take_counts();
    let calls = Counts {
        due: 0,
        leased: 200,
        end: 200,
        turn: 100,
        ..Counts::default()
    };
    assert_eq!(Counts { due: 0, ..counts }, calls);
    assert!(counts.due <= 120, "{counts:?}");
    assert_eq!((world.asked(), world.runs().len()), (100, 200));
    assert_eq!(world.expectations.len(), OPEN);
}

/// The limiter has room: one process comes after the other.
#[test]
fn a_question_begins_on_time_beside_all_that_is_awaited() {
    let (mut world, app) = crowded(42, Rate::every("account", Duration::from_millis(50)));
    world.pass(3);
    for number in 0..20 {
        let id = format!("id-{number}");
        world.ends(&id, 1);
        app.expect(&id);
        let began = world.clock.monotonic();
        world.pass_by(Duration::from_millis(10), 12);
        let asked = world.log.asked.lock().unwrap().last().unwrap().1;
        let late = asked - began - Duration::from_secs(10);
        assert!(late <= Duration::from_millis(100), "{late:?}");
    }
    assert_eq!(world.done("id-19"), 1);
}

/// All of it is due at once, as after a day without an instance. It is asked for at the rate, and nothing is read in vain.
#[test]
fn a_backlog_is_asked_for_at_the_rate() {
    let mut world = World::new(43);
    let rate = || Rate::every("account", Duration::from_millis(100));
    let app = world.instance_with(IdCloud::new(), |it| it.rate(rate()));
    for number in 0..500 {
        let id = format!("id-{number}");
        let at = world.clock.monotonic() + Duration::from_secs(1);
        world
            .log
            .ends
            .lock()
            .unwrap()
            .insert(id.clone(), (at, State::Finished));
        app.expect(&id);
    }
    world.pass_by(Duration::from_millis(20), 75);
    let counts = world.expectations.take_counts();
    assert_eq!((world.asked(), world.runs().len()), (500, 500));
    assert_eq!((counts.end, counts.leased), (500, 500 + counts.postpone));
    assert!(counts.postpone <= 100, "{counts:?}");
}

/// More is due for one account than its rate takes in the longest time that any is put off: as many as 20,000 are by the
/// default rate. It is asked at the rate all the same, to the last.
#[test]
fn an_account_with_more_than_ten_minutes_of_work_is_asked_at_its_rate() {
    const DUE: usize = 2000;
    let mut world = World::new(44).by_account();
    world.store = MemoryStore::with_clock(DUE, world.clock.clone());
    world.expectations = Counted::new(DUE, &world.clock);
    let app = world.instance_with(pack(), |it| {
        it.rate(Rate::every("account", Duration::from_secs(1)))
    });
    for number in 0..DUE {
        let id = format!("id-{number}");
        world.ends(&id, 1);
        at_once(app.fallback.expect(Some("one"), &id)).unwrap();
    }
    world.pass(10);
    let mut asked = 0;
    for _ in 0..3 {
        world.pass(600);
        let before = std::mem::replace(&mut asked, world.asked());
        // A sleep ends up to 100 ms late.
        assert!(asked - before >= 540, "{before} {asked}");
    }
    world.pass(600);
    assert_eq!(world.asked(), DUE);
    assert!(world.expectations.is_empty());
    // Four share a place at first, of which one finds a turn.
    let counts = world.expectations.take_counts();
    assert!(counts.leased <= 5 * DUE, "{counts:?}");
}
