//! 10,000 random schedules: what is sent and what is asked for meet in every way, and each process is handled once.

use std::{env, time::Duration};

use hookgate::{polling::AskError, providers::idcloud::State, time::Clock};

use super::{
    tasks::Random,
    world::{Does, Instance, Says, World},
};

const SCHEDULES: u64 = 10_000;

/// Plays the schedule of this seed alone.
const SEED: &str = "HOOKGATE_SCHEDULE";

#[test]
fn each_process_is_handled_once_in_every_schedule() {
    if let Ok(seed) = env::var(SEED) {
        return play(seed.parse().unwrap());
    }
    let mut totals = Totals::default();
    for seed in 0..SCHEDULES {
        let played = std::panic::catch_unwind(|| tally(seed));
        match played {
            Ok(tally) => totals.add(tally),
            Err(_) => panic!("the schedule {seed} fails: play it again with {SEED}={seed}"),
        }
    }
    // They are of every kind.
    assert!(totals.pushed > 1000, "{totals:?}");
    assert!(totals.polled > 1000, "{totals:?}");
    assert!(totals.failed > 1000, "{totals:?}");
    assert!(totals.killed > 1000, "{totals:?}");
    assert!(totals.copies > 1000, "{totals:?}");
}

fn play(seed: u64) {
    println!("{:?}", tally(seed));
}

#[derive(Debug, Default)]
struct Totals {
    pushed: usize,
    polled: usize,
    failed: usize,
    killed: usize,
    copies: usize,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.pushed += other.pushed;
        self.polled += other.polled;
        self.failed += other.failed;
        self.killed += other.killed;
        self.copies += other.copies;
    }
}

/// Plays one schedule.
fn tally(seed: u64) -> Totals {
    let mut world = World::new(seed);
    let mut random = Random::new(!seed);
    script(&world, &mut random);
    let mut instances = [world.instance(), world.instance()];
    let ids: Vec<String> = (0..=random.below(3))
        .map(|it| format!("process-{it}"))
        .collect();
    for id in &ids {
        start(&world, &mut random, &instances, id);
    }
    let mut killed = 0;
    for _ in 0..random.below(3) {
        let step = Duration::from_millis(50 + random.below(1500));
        let secs = 1 + random.below(30);
        world.pass_by(step, secs);
        let at = usize::try_from(random.below(2)).unwrap();
        instances[at].process.kill();
        instances[at] = world.instance();
        killed += 1;
    }
    let step = Duration::from_secs(5);
    for _ in 0..100 {
        world.pass_by(step, 60);
        if world.expectations.is_empty() {
            break;
        }
    }
    // What comes late is a copy.
    world.pass_by(step, 120);
    for id in &ids {
        assert_eq!(world.done(id), 1, "{id} of schedule {seed}");
    }
    assert!(world.expectations.is_empty(), "schedule {seed}");
    assert!(world.log.gave_up.lock().unwrap().is_empty());
    let runs = world.runs();
    let done = |polled: bool| {
        let is_polled = |origin| origin == hookgate::Origin::Polled;
        let done = runs.iter().filter(|run| run.done);
        done.filter(|run| is_polled(run.origin) == polled).count()
    };
    let answers = world.log.answers.lock().unwrap();
    Totals {
        pushed: done(false),
        polled: done(true),
        failed: runs.iter().filter(|run| !run.done).count(),
        killed,
        copies: answers
            .iter()
            .filter(|it| **it == 200)
            .count()
            .saturating_sub(done(false)),
    }
}

/// What the API says and what handlers do, and how long that takes.
fn script(world: &World, random: &mut Random) {
    let mut says = world.log.says.lock().unwrap();
    for _ in 0..random.below(12) {
        let said = match random.below(8) {
            0 => Says::NotYet,
            1 => Says::Fails(AskError::Unavailable("down")),
            2 => Says::Fails(AskError::Limited {
                retry_after: random.one_in(2).then(|| random.millis(20_000)),
            }),
            3 => Says::Silence,
            _ => Says::Status,
        };
        says.push_back((random.millis(4000), said));
    }
    let mut does = world.log.does.lock().unwrap();
    for _ in 0..random.below(12) {
        let done = match random.below(4) {
            0 => Does::Fail,
            _ => Does::Process,
        };
        let most = if random.one_in(6) { 60_000 } else { 2000 };
        does.push_back((random.millis(most), done));
    }
}

/// Starts a process. It ends some time, and is sent never, once or twice, on time or late, to either instance.
fn start(world: &World, random: &mut Random, instances: &[Instance; 2], id: &str) {
    let end = random.millis(40_000);
    let at = world.clock.monotonic() + end;
    let state = if random.one_in(4) {
        State::Failed
    } else {
        State::Finished
    };
    world
        .log
        .ends
        .lock()
        .unwrap()
        .insert(id.to_owned(), (at, state));
    let either = |random: &mut Random| usize::try_from(random.below(2)).unwrap();
    instances[either(random)].expect(id);
    for _ in 0..random.below(3) {
        let after = end + random.millis(20_000);
        let times = 1 + usize::try_from(random.below(3)).unwrap();
        instances[either(random)].push(&world.clock, id, after, times);
    }
}
