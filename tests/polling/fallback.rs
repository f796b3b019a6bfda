//! What the fallback does of what is sent, and of what it is told.

use std::time::Duration;

use hookgate::{
    Origin,
    polling::{AskError, FallbackBuilder, Rate, Why},
    providers::idcloud::{IdCloud, State},
    time::Clock,
};

use super::world::{Does, Run, Says, World};

const ID: &str = "8263a268-5388-492a-bca2-28e1ff4a69f0";

fn polled(done: bool) -> Run {
    Run {
        id: ID.to_owned(),
        origin: Origin::Polled,
        done,
    }
}

fn pushed() -> Run {
    Run {
        origin: Origin::Pushed,
        ..polled(true)
    }
}

/// When the process was asked for, in whole seconds.
fn times(world: &World) -> Vec<u64> {
    let asked = world.log.asked.lock().unwrap();
    asked.iter().map(|(_, at)| at.as_secs()).collect()
}

#[test]
fn what_was_not_sent_is_asked_for_until_it_ends_and_runs_once() {
    let mut world = World::new(1);
    let app = world.instance();
    world.ends(ID, 25);
    app.expect(ID);
    world.pass(9);
    assert_eq!(world.asked(), 0);
    world.pass(120);
    assert_eq!(world.runs(), [polled(true)]);
    let asked = times(&world);
    assert!(asked[0] == 10 && asked.len() >= 2, "{asked:?}");
    assert!(world.expectations.is_empty());
    // It comes after all, and is a copy.
    app.push(&world.clock, ID, Duration::ZERO, 1);
    world.pass(1);
    assert_eq!(*world.log.answers.lock().unwrap(), [200]);
    assert_eq!(world.runs(), [polled(true)]);
}

#[test]
fn what_was_sent_is_not_asked_for() {
    let mut world = World::new(2);
    let app = world.instance();
    world.ends(ID, 1);
    app.expect(ID);
    app.push(&world.clock, ID, Duration::from_secs(2), 1);
    world.pass(60);
    assert_eq!(world.runs(), [pushed()]);
    assert_eq!(world.asked(), 0);
    assert!(world.expectations.is_empty());
}

#[test]
fn what_is_being_handled_is_not_asked_for() {
    let mut world = World::new(3).does([(30, Does::Process)]);
    let app = world.instance();
    world.ends(ID, 1);
    app.expect(ID);
    app.push(&world.clock, ID, Duration::from_secs(5), 1);
    world.pass(30);
    assert_eq!((world.runs().len(), world.expectations.len()), (0, 1));
    world.pass(60);
    assert_eq!(world.runs(), [pushed()]);
    assert_eq!(world.asked(), 0);
    assert!(world.expectations.is_empty());
}

/// Nobody else repeats it: the sender has given up.
#[test]
fn a_handler_that_fails_is_asked_for_again() {
    let fails = [(0, Does::Fail), (0, Does::Fail)];
    let mut world = World::new(4).does(fails);
    let app = world.instance();
    world.ends(ID, 1);
    app.expect(ID);
    app.push(&world.clock, ID, Duration::from_secs(2), 1);
    world.pass(11);
    assert_eq!(world.expectations.len(), 1);
    world.pass(120);
    let failed = Run {
        done: false,
        ..pushed()
    };
    assert_eq!(world.runs(), [failed, polled(false), polled(true)]);
    assert!(world.expectations.is_empty());
}

/// As the sender does that reads `Retry-After`.
#[test]
fn a_handler_says_how_soon_it_is_worth_another_try() {
    let minutes = Duration::from_secs(300);
    let mut world = World::new(37).does([(0, Does::FailFor(minutes))]);
    let app = world.instance();
    world.ends(ID, 1);
    app.expect(ID);
    world.pass(600);
    assert_eq!(world.runs(), [polled(false), polled(true)]);
    let asked = times(&world);
    assert!(
        asked[1] - asked[0] >= 300 && asked[1] - asked[0] <= 302,
        "{asked:?}"
    );
}

#[test]
fn an_event_that_is_rejected_has_ended() {
    let mut world = World::new(5).does([(0, Does::Reject)]);
    let app = world.instance();
    world.ends(ID, 1);
    app.expect(ID);
    world.pass(60);
    assert_eq!((world.runs().len(), world.asked()), (1, 1));
    assert!(world.expectations.is_empty());
}

#[test]
fn an_end_that_is_not_wanted_ends_the_expectation() {
    let mut world = World::new(6);
    let pack = IdCloud::new().interested_in([State::Failed]);
    let app = world.instance_with(pack, |fallback| fallback);
    world.ends(ID, 1);
    app.expect(ID);
    world.pass(60);
    assert_eq!((world.runs().len(), world.asked()), (0, 1));
    assert!(world.expectations.is_empty());
}

#[test]
fn a_process_without_an_end_is_given_up_and_the_application_hears_until_it_takes_it() {
    let mut world = World::new(7);
    world.log.hears.lock().unwrap().push_back(false);
    let hour = Duration::from_secs(3600);
    let app = world.instance_with(IdCloud::new(), |it| it.give_up_after(hour));
    app.expect(ID);
    world.pass_by(Duration::from_secs(1), 3599);
    assert!(world.log.gave_up.lock().unwrap().is_empty());
    world.pass_by(Duration::from_secs(1), 60);
    let gave_up = world.log.gave_up.lock().unwrap().clone();
    assert_eq!(gave_up.len(), 2);
    for gave_up in gave_up {
        assert_eq!((&*gave_up.id, gave_up.why), (ID, Why::Deadline));
        assert!(gave_up.asked > 3 && !format!("{gave_up:?}").contains(ID));
    }
    assert!(world.expectations.is_empty());
    // The last question comes at the deadline.
    let asked = times(&world);
    assert!(
        asked.iter().any(|at| (3600..3610).contains(at)),
        "{asked:?}"
    );
}

#[test]
fn a_process_that_the_api_does_not_know_is_given_up_at_once() {
    let mut world = World::new(8).says([Says::Gone]);
    let app = world.instance();
    app.expect(ID);
    world.pass(60);
    let gave_up = world.log.gave_up.lock().unwrap().clone();
    assert_eq!(
        gave_up.iter().map(|it| it.why).collect::<Vec<_>>(),
        [Why::Gone]
    );
    assert_eq!(world.asked(), 1);
    assert!(world.expectations.is_empty());
}

/// No instance ran for longer than an event is remembered: it may have been handled.
#[test]
fn what_nobody_looked_after_for_long_is_given_up_unasked() {
    let mut world = World::new(9);
    world.ends(ID, 1);
    let first = world.instance();
    first.expect(ID);
    world.pass(1);
    first.process.kill();
    world.clock.advance(Duration::from_secs(7 * 24 * 3600));
    world.instance();
    world.pass(60);
    let gave_up = world.log.gave_up.lock().unwrap().clone();
    let whys: Vec<_> = gave_up.iter().map(|it| it.why).collect();
    assert_eq!(whys, [Why::Forgotten]);
    assert_eq!((world.asked(), world.runs().len()), (0, 0));
}

#[test]
fn an_api_that_takes_no_more_questions_is_left_alone_by_all() {
    let retry_after = Some(Duration::from_secs(30));
    let limited = Says::Fails(AskError::Limited { retry_after });
    let mut world = World::new(10).says([limited]);
    let app = world.instance();
    let other = world.instance();
    for number in 0..20 {
        let id = format!("{ID}{number}");
        world.ends(&id, 1);
        let instance = if number % 2 == 0 { &app } else { &other };
        instance.expect(&id);
    }
    world.pass(120);
    let asked = world.log.asked.lock().unwrap().clone();
    let first = asked[0].1;
    // Those of the other instance that had their turn before have asked. Its own have not.
    let at_once = asked
        .iter()
        .filter(|(_, at)| *at <= first + Duration::from_secs(2));
    assert!(at_once.count() <= 11, "{asked:?}");
    let later = asked
        .iter()
        .filter(|(_, at)| *at > first + Duration::from_secs(2));
    let mut soonest = later.clone().map(|(_, at)| *at);
    assert!(
        soonest.all(|at| at >= first + Duration::from_secs(30)),
        "{asked:?}"
    );
    assert!(later.count() >= 10);
    for number in 0..20 {
        assert_eq!(world.done(&format!("{ID}{number}")), 1);
    }
}

/// The answer that tells to wait takes its time, and meanwhile others have their turns.
#[test]
fn a_question_that_has_its_turn_is_not_asked_once_the_api_takes_no_more() {
    let mut world = World::new(16);
    let retry_after = Some(Duration::from_secs(30));
    let limited = Says::Fails(AskError::Limited { retry_after });
    let takes = Duration::from_millis(1200);
    world.log.says.lock().unwrap().push_back((takes, limited));
    let app = world.instance();
    for number in 0..16 {
        let id = format!("{ID}{number}");
        world.ends(&id, 1);
        app.expect(&id);
    }
    world.pass_by(Duration::from_millis(10), 120);
    let asked = world.log.asked.lock().unwrap().clone();
    let began = asked[0].1;
    let since = |at: &Duration| *at - began;
    let early = asked.iter().filter(|(_, at)| since(at) <= takes);
    assert!(early.count() >= 10, "{asked:?}");
    let told = Duration::from_millis(1250)..Duration::from_secs(31);
    let between = asked.iter().filter(|(_, at)| told.contains(&since(at)));
    assert_eq!(between.count(), 0, "{asked:?}");
    assert_eq!(world.runs().len(), 16);
}

/// However it fails, it is asked a bounded number of times, and once it is back nothing has to be restarted.
#[test]
fn an_api_that_fails_is_asked_seldom_and_recovers() {
    let limited = AskError::Limited { retry_after: None };
    for says in [
        Says::Fails(AskError::Unavailable("the API is down")),
        Says::Fails(AskError::Refused("a wrong key")),
        Says::Fails(limited),
        Says::Silence,
        Says::NotYet,
    ] {
        let mut world = World::new(11).says(vec![says.clone(); 20]);
        let app = world.instance();
        world.ends(ID, 1);
        app.expect(ID);
        world.pass_by(Duration::from_secs(1), 1800);
        assert!(
            (7..=14).contains(&world.asked()),
            "{says:?}: {}",
            world.asked()
        );
        world.log.says.lock().unwrap().clear();
        world.pass_by(Duration::from_secs(1), 700);
        assert_eq!(world.runs(), [polled(true)], "{says:?}");
        assert!(world.expectations.is_empty());
    }
}

#[test]
fn two_instances_never_ask_more_often_than_the_rate() {
    let mut world = World::new(12);
    let rate = || Rate::every("account", Duration::from_millis(100));
    let instances = [(); 2].map(|()| world.instance_with(IdCloud::new(), |it| it.rate(rate())));
    for number in 0..100 {
        let id = format!("{ID}{number}");
        world.ends(&id, 1);
        instances[number % 2].expect(&id);
    }
    world.pass_by(Duration::from_millis(2), 60);
    let mut asked: Vec<_> = world
        .log
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(|it| it.1)
        .collect();
    asked.sort();
    assert_eq!(asked.len(), 100);
    // A sleep ends up to 2 ms late.
    let least = Duration::from_millis(98);
    for pair in asked.windows(2) {
        assert!(pair[1] - pair[0] >= least, "{pair:?}");
    }
    // The rate is used: 100 questions take 10 s.
    assert!(asked[99] - asked[0] <= Duration::from_secs(11));
    assert_eq!(world.runs().len(), 100);
}

/// While there is room, questions begin on time.
#[test]
fn a_question_begins_within_a_tenth_of_a_second_of_its_time() {
    let mut world = World::new(13);
    let [app, _other] = [(); 2].map(|()| world.instance());
    world.pass(3);
    for number in 0..5 {
        let id = format!("{ID}{number}");
        world.ends(&id, 1);
        app.expect(&id);
        let began = world.clock.monotonic();
        world.pass_by(Duration::from_millis(10), 12);
        let asked = world.log.asked.lock().unwrap().last().unwrap().1;
        let late = asked - began - Duration::from_secs(10);
        assert!(late <= Duration::from_millis(100), "{late:?}");
    }
}

#[test]
fn a_process_that_dies_leaves_its_work_to_others() {
    let mut world = World::new(14).does([(30, Does::Process)]);
    let first = world.instance();
    world.ends(ID, 1);
    first.expect(ID);
    world.pass(15);
    assert_eq!((world.asked(), world.runs().len()), (1, 0));
    first.process.kill();
    world.instance();
    world.pass(120);
    assert_eq!(world.runs(), [polled(true)]);
    assert!(world.expectations.is_empty());
}

#[test]
fn a_fallback_that_stops_waits_for_what_runs() {
    use hookgate::time::Timer;
    let mut world = World::new(15).does([(8, Does::Process)]);
    let app = world.instance();
    // Its own, which stops.
    let (fallback, timer) = (app.fallback.clone(), app.process.clone());
    let stop = timer.sleep(Duration::from_secs(12));
    let busy = std::sync::Arc::new(std::sync::Mutex::new(None));
    let told = busy.clone();
    app.process.spawn(Box::pin(async move {
        let left = fallback.run_on(timer, stop).await;
        *told.lock().unwrap() = Some(left);
    }));
    world.ends(ID, 1);
    app.expect(ID);
    world.pass(15);
    assert_eq!(*busy.lock().unwrap(), None);
    world.pass(10);
    assert!(busy.lock().unwrap().is_some_and(|it| it.is_idle()));
    assert_eq!(world.runs(), [polled(true)]);
}

/// It counts as a question, so the process is given up one day.
#[test]
fn a_source_that_panics_is_asked_again() {
    let mut world = World::new(31).says([Says::Panics, Says::Panics]);
    let app = world.instance();
    world.ends(ID, 1);
    app.expect(ID);
    world.pass(60);
    assert_eq!((world.asked(), world.runs()), (3, vec![polled(true)]));
    assert!(world.expectations.is_empty());
}

#[test]
fn a_handler_that_never_ends_gives_its_place_back() {
    let year = 365 * 24 * 3600;
    let mut world = World::new(32).does([(year, Does::Process)]);
    let app = world.instance_with(IdCloud::new(), |it| it.places(1));
    world.ends(ID, 1);
    world.ends("another", 1);
    app.expect(ID);
    world.pass(15);
    app.expect("another");
    world.pass_by(Duration::from_secs(1), 20 * 60);
    assert_eq!((world.done(ID), world.done("another")), (1, 1));
}

/// Half an effect is worse than a second one.
#[test]
fn a_handler_that_runs_too_long_is_not_cut_off() {
    let mut world = World::new(36).does([(20 * 60, Does::Process)]);
    let app = world.instance();
    world.ends(ID, 1);
    app.expect(ID);
    world.pass_by(Duration::from_secs(1), 40 * 60);
    assert_eq!(world.done(ID), 2);
}

#[test]
fn an_application_that_never_hears_holds_no_place() {
    let hangs = |it: FallbackBuilder| it.places(1).on_gave_up(|_| std::future::pending());
    let panics = |it: FallbackBuilder| it.places(1).on_gave_up(|_| async { panic!("a fault") });
    for (seed, is_hanging) in [(33, true), (34, false)] {
        let mut world = World::new(seed).says([Says::Gone]);
        let pack = IdCloud::new();
        let app = world.instance_with(pack, |it| if is_hanging { hangs(it) } else { panics(it) });
        world.ends("another", 1);
        app.expect(ID);
        world.pass(12);
        app.expect("another");
        world.pass(60);
        assert_eq!(world.done("another"), 1);
        assert_eq!(
            world.expectations.len(),
            1,
            "who did not hear is told again"
        );
    }
}

/// How often a process was asked for says nothing of how busy the API is.
#[test]
fn the_first_refusal_for_being_asked_too_often_costs_a_second() {
    let limited = Says::Fails(AskError::Limited { retry_after: None });
    let says = [(); 5].map(|()| Says::NotYet).into_iter().chain([limited]);
    let mut world = World::new(35).says(says);
    let app = world.instance();
    app.expect(ID);
    for _ in 0..600 {
        if world.asked() < 6 {
            world.pass(1);
        }
    }
    assert_eq!(world.asked(), 6);
    world.ends("another", 1);
    app.expect("another");
    world.pass(15);
    assert_eq!(world.done("another"), 1);
}
