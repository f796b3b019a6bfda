//! Each awaited process and each question is counted by what it came to, once.

use std::time::Duration;

use hookgate::{
    metrics as known,
    polling::AskError,
    providers::idcloud::{IdCloud, State},
    time::Clock,
};

use crate::{
    polling::world::{Says, World},
    props::Recorded,
};

const ID: &str = "8263a268-5388-492a-bca2-28e1ff4a69f0";

/// What one process that ends after a second is counted as: its outcome, and the answers of its questions.
fn counted(world: World, state: State, push_after: Option<u64>) -> (Vec<String>, Vec<String>) {
    let recorded = Recorded::default();
    let _guard = ::metrics::set_default_local_recorder(&recorded);
    let mut world = world;
    let pack = IdCloud::new().interested_in([State::Finished, State::Created]);
    let app = world.instance_with(pack, |it| it);
    let end = world.clock.monotonic() + Duration::from_secs(1);
    let ends = (end, state);
    world.log.ends.lock().unwrap().insert(ID.to_owned(), ends);
    app.expect(ID);
    if let Some(secs) = push_after {
        app.push(&world.clock, ID, Duration::from_secs(secs), 1);
    }
    world.pass(120);
    assert!(world.expectations.is_empty());
    let count = |metric: known::Metric, label: &'static str, values: &[&'static str]| {
        let mut all = Vec::new();
        for value in values {
            let times = recorded.sum(metric.name, &[("endpoint", "test"), (label, *value)]);
            all.extend((0..times as usize).map(|_| (*value).to_owned()));
        }
        all
    };
    let outcomes = [
        "expected",
        "pushed",
        "polled",
        "suppressed",
        "not_wanted",
        "gave_up",
    ];
    let answers = [
        "end",
        "status",
        "not_yet",
        "gone",
        "limited",
        "unavailable",
        "refused",
    ];
    (
        count(known::EXPECTATIONS, "outcome", &outcomes),
        count(known::QUESTIONS, "answer", &answers),
    )
}

#[test]
fn a_process_is_counted_once_when_it_is_expected_and_once_by_its_end() {
    let finished = || State::Finished;
    let slow = World::new(3);
    let takes = Duration::from_secs(5);
    slow.log
        .says
        .lock()
        .unwrap()
        .push_back((takes, Says::Status));
    for (outcome, world, state, push_after, answers) in [
        ("pushed", World::new(1), finished(), Some(2), vec![]),
        ("polled", World::new(2), finished(), None, vec!["end"]),
        // It comes while the question is under way.
        ("suppressed", slow, finished(), Some(12), vec!["end"]),
        (
            "not_wanted",
            World::new(4),
            State::Failed,
            None,
            vec!["end"],
        ),
        (
            "gave_up",
            World::new(5).says([Says::Gone]),
            finished(),
            None,
            vec!["gone"],
        ),
    ] {
        let (outcomes, asked) = counted(world, state, push_after);
        assert_eq!(outcomes, ["expected", outcome]);
        assert_eq!(asked, answers, "{outcome}");
    }
}

#[test]
fn each_question_is_counted_by_its_answer() {
    let limited = AskError::Limited { retry_after: None };
    for (says, answer) in [
        (Says::Going, "status"),
        (Says::NotYet, "not_yet"),
        (Says::Fails(limited), "limited"),
        (Says::Fails(AskError::Unavailable("down")), "unavailable"),
        (Says::Silence, "unavailable"),
        (Says::Panics, "unavailable"),
        (Says::Fails(AskError::Refused("a wrong key")), "refused"),
    ] {
        let world = World::new(6).says([says]);
        let (outcomes, asked) = counted(world, State::Finished, None);
        assert_eq!(outcomes, ["expected", "polled"], "{answer}");
        assert_eq!(asked, ["end", answer], "{answer}");
    }
}
