//! An endpoint to which nothing comes tells so once, whatever strangers send, and tells the end of it once.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    BuildError, Observer, Receiver, UnixTime,
    access::Basic,
    pack::Head,
    polling::{Expectations, MemoryExpectations},
    providers::idcloud::{IdCloud, IdCloudSimulator, State},
    silence::SilenceBuilder,
    time::{Clock, Timer},
};

use super::{
    tasks::Process,
    world::{ENDPOINT, World},
};

const PAIR: &str = "unico:0f3c8e5b71d94a26";
const HOUR: u64 = 3600;

/// What an observer was told.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    Silent { minutes: u64, refused: u64 },
    HeardAgain,
}

#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<Told>>>);

impl Observer for Ear {
    fn silent(&self, endpoint: &str, ago: Duration, refused: u64) {
        assert_eq!(endpoint, ENDPOINT);
        let minutes = ago.as_secs() / 60;
        self.0
            .lock()
            .unwrap()
            .push(Told::Silent { minutes, refused });
    }

    fn heard_again(&self, _: &str) {
        self.0.lock().unwrap().push(Told::HeardAgain);
    }
}

pub(crate) struct Listens {
    world: World,
    ear: Ear,
    instances: Vec<(Process, Receiver)>,
}

impl Listens {
    pub(crate) fn new(count: usize, set: impl Fn(SilenceBuilder) -> SilenceBuilder) -> Self {
        let mut it = Self::of(World::new(1));
        for _ in 0..count {
            it.start(&set);
        }
        it
    }

    fn of(world: World) -> Self {
        Self {
            world,
            ear: Ear::default(),
            instances: Vec::new(),
        }
    }

    fn start(&mut self, set: impl Fn(SilenceBuilder) -> SilenceBuilder) {
        self.start_every(HOUR, set);
    }

    fn start_every(&mut self, secs: u64, set: impl Fn(SilenceBuilder) -> SilenceBuilder) {
        self.start_on(self.world.expectations.clone(), secs, set);
    }

    fn start_on(
        &mut self,
        store: impl Expectations,
        secs: u64,
        set: impl Fn(SilenceBuilder) -> SilenceBuilder,
    ) {
        let world = &self.world;
        let process = world.tasks.process();
        let receiver = Receiver::new(ENDPOINT, IdCloud::new())
            .access(Basic::from_text(PAIR))
            .dedup(world.store.clone())
            .clock(world.clock.clone())
            .timer(process.clone())
            .observer(self.ear.clone())
            .build()
            .unwrap();
        let every = Duration::from_secs(secs);
        let silence = receiver.expect_every(every, store);
        let silence = set(silence).build().unwrap();
        let timer = process.clone();
        process.spawn(Box::pin(async move {
            silence.run_on(timer, std::future::pending()).await;
        }));
        self.instances.push((process, receiver));
    }

    pub(crate) fn pass(&mut self, minutes: u64) {
        self.world.pass_by(Duration::from_secs(20), minutes * 60);
    }

    /// Comes to an instance, and is judged: what becomes of it does not matter.
    fn comes(&self, at: usize, pair: &str) {
        let (process, receiver) = self.instances[at].clone();
        let sent = IdCloudSimulator::new().basic(pair);
        let sent = sent.process("8263a268", State::Finished, "id");
        let timer: Arc<dyn Timer> = Arc::new(process.clone());
        process.spawn(Box::pin(async move {
            let head = Head::new("POST", "/hook", &sent.headers);
            let judged = receiver
                .judge()
                .admit(head, Some(sent.body.clone()), &timer);
            let _ = judged.await;
        }));
    }

    fn told(&self) -> Vec<Told> {
        self.ear.0.lock().unwrap().clone()
    }
}

#[test]
fn a_silence_is_told_once_by_one_instance_and_so_is_its_end() {
    let mut listens = Listens::new(3, |it| it);
    listens.pass(50);
    assert_eq!(listens.told(), []);
    listens.pass(240);
    let told = listens.told();
    assert!(
        matches!(
            told[..],
            [Told::Silent {
                minutes: 60..=66,
                ..
            }]
        ),
        "{told:?}"
    );
    listens.comes(1, PAIR);
    listens.pass(30);
    assert_eq!(listens.told()[1..], [Told::HeardAgain]);
    listens.pass(240);
    assert_eq!(listens.told().len(), 3);
}

/// Each instance sees its share alone.
#[test]
fn a_delivery_to_any_instance_breaks_the_silence_of_all() {
    let mut listens = Listens::new(3, |it| it);
    for round in 0..20 {
        listens.comes(round % 3, PAIR);
        listens.pass(40);
    }
    assert_eq!(listens.told(), []);
}

/// Strangers can neither make an alarm nor hide one.
#[test]
fn refusals_break_no_silence_and_make_none() {
    let mut listens = Listens::new(1, |it| it);
    for _ in 0..4 {
        listens.comes(0, PAIR);
        listens.pass(1);
        for _ in 0..50 {
            listens.comes(0, "unico:wrong");
        }
        listens.pass(30);
    }
    assert_eq!(listens.told(), []);
    for _ in 0..4 {
        listens.comes(0, "unico:wrong");
        listens.pass(30);
    }
    let told = listens.told();
    assert!(
        // Those of the silence alone.
        matches!(
            told[..],
            [Told::Silent {
                refused: 50..=54,
                ..
            }]
        ),
        "{told:?}"
    );
}

#[test]
fn what_was_told_before_a_restart_is_not_told_again() {
    let mut listens = Listens::new(1, |it| it);
    listens.pass(90);
    assert_eq!(listens.told().len(), 1);
    listens.instances[0].0.kill();
    listens.start(|it| it);
    listens.pass(180);
    assert_eq!(listens.told().len(), 1);
    listens.comes(1, PAIR);
    listens.pass(30);
    assert_eq!(listens.told().last(), Some(&Told::HeardAgain));
}

/// Nothing is expected at night, and in the morning it takes its time.
#[test]
fn quiet_hours_are_no_silence() {
    let hour = |at: UnixTime| at.as_secs() / 3600 % 24;
    // The tests begin at 23:35.
    let mut listens = Listens::new(2, move |it| it.quiet(move |at| hour(at) < 7));
    listens.pass(7 * 60 + 25 + 50);
    assert_eq!(listens.told(), []);
    listens.pass(30);
    assert_eq!(listens.told().len(), 1);
}

/// A night in Madrid ends at 7:00, which is 5:00 of UTC in summer and 6:00 in winter.
#[test]
fn quiet_hours_follow_the_clocks_of_a_named_zone() {
    let moment = |text: &str| UnixTime::from_rfc3339(text).unwrap();
    for (begins, night_ends) in [
        // The clocks go forward in this night, which has six hours. The one before has seven.
        ("2027-03-28T00:00:00+01:00", "2027-03-28T05:00:00Z"),
        ("2027-03-27T00:00:00+01:00", "2027-03-27T06:00:00Z"),
        // They go back in this night, which has eight hours.
        ("2026-10-25T00:00:00+02:00", "2026-10-25T06:00:00Z"),
        ("2026-10-24T00:00:00+02:00", "2026-10-24T05:00:00Z"),
    ] {
        let world = World::at(moment(begins));
        let mut listens = Listens::of(world);
        listens.start(|it| it.quiet_in("Europe/Madrid", |at| at.hour() < 7));
        let night = moment(night_ends).since(moment(begins)).as_secs() / 60;
        listens.pass(night + 55);
        assert_eq!(listens.told(), [], "{begins}");
        listens.pass(10);
        assert_eq!(listens.told().len(), 1, "{begins}");
    }
}

#[test]
fn a_local_time_says_what_a_calendar_on_the_wall_says() {
    for (at, date, time) in [
        // Friday.
        ("2026-12-31T23:59:00Z", (2027, 1, 1), (5, 5, 29)),
        // Sunday.
        ("2027-02-28T05:00:00Z", (2027, 2, 28), (7, 10, 30)),
    ] {
        let seen = Arc::new(Mutex::new(None));
        let noted = seen.clone();
        let at = UnixTime::from_rfc3339(at).unwrap();
        let mut listens = Listens::of(World::at(at));
        listens.start(move |it| {
            let noted = noted.clone();
            it.quiet_in("Asia/Kolkata", move |at| {
                noted.lock().unwrap().get_or_insert(at);
                false
            })
        });
        let at = seen.lock().unwrap().unwrap();
        assert_eq!((at.year(), at.month(), at.day()), date);
        assert_eq!((at.weekday(), at.hour(), at.minute()), time);
    }
}

#[test]
fn a_zone_that_nobody_knows_is_refused_with_what_to_write() {
    let listens = Listens::new(1, |it| it);
    let receiver = &listens.instances[0].1;
    let build = |zone: &str| {
        let silence = receiver.expect_every(Duration::from_secs(HOUR), MemoryExpectations::new());
        silence.quiet_in(zone, |at| at.hour() < 7).build()
    };
    for zone in ["Europe/Madrid", "america/sao_paulo", "UTC"] {
        assert!(build(zone).is_ok(), "{zone}");
    }
    for zone in [
        "",
        "Europe/Madird",
        "+02:00",
        "../../etc/passwd",
        "CET-1CEST,M3.5.0,M10.5.0/3",
    ] {
        let refused = build(zone).unwrap_err().to_string();
        assert!(refused.contains("such as `Europe/Madrid`"), "{refused}");
        assert!(zone.is_empty() || !refused.contains(zone), "{refused}");
    }
}

#[test]
fn a_time_that_is_too_short_is_refused() {
    let listens = Listens::new(1, |it| it);
    let receiver = &listens.instances[0].1;
    let build = |secs| {
        let every = Duration::from_secs(secs);
        receiver
            .expect_every(every, MemoryExpectations::new())
            .build()
    };
    assert!(matches!(build(9), Err(BuildError::Fallback(_))));
    assert!(build(10).is_ok());
}

/// It would be heard of no silence at all.
#[test]
fn a_time_that_no_hours_have_room_for_is_refused() {
    let listens = Listens::new(1, |it| it);
    let receiver = &listens.instances[0].1;
    let build = |minutes: u64| {
        let every = Duration::from_secs(minutes * 60);
        let silence = receiver.expect_every(every, MemoryExpectations::new());
        // Each second hour.
        silence.quiet(|at| at.as_secs() / 3600 % 2 == 0).build()
    };
    assert!(build(50).is_ok());
    assert!(matches!(build(61), Err(BuildError::Fallback(_))));
}

/// At whatever minute it starts, and behind holidays.
#[test]
fn a_silence_that_just_has_room_is_told() {
    let hour = |at: UnixTime| at.as_secs() / 60 % (24 * 60);
    for minutes in 0..48 {
        let mut listens = Listens::new(0, |it| it);
        listens.pass(minutes);
        let begins = listens.world.clock.now().as_secs() + 9 * 24 * 3600;
        listens.start_every(8 * HOUR, move |it| {
            // Half past eight hours are left, from 9:00 to 17:30, after nine days of holidays.
            it.quiet(move |at| at.as_secs() < begins || !(540..1050).contains(&hour(at)))
        });
    }
}

#[test]
fn a_silence_whose_note_got_no_answer_is_told_all_the_same() {
    let mut listens = Listens::new(0, |it| it);
    let store = listens.world.expectations.losing_notes();
    listens.start_on(store, HOUR, |it| it);
    listens.pass(240);
    assert_eq!(listens.told().len(), 1, "{:?}", listens.told());
    listens.comes(0, PAIR);
    listens.pass(30);
    assert_eq!(listens.told()[1..], [Told::HeardAgain]);
}

/// The one that expects less must not tell the end of a silence that goes on.
#[test]
fn two_that_expect_differently_tell_a_silence_once() {
    let mut listens = Listens::new(1, |it| it);
    listens.start_every(3 * HOUR, |it| it);
    listens.pass(600);
    assert_eq!(listens.told().len(), 1, "{:?}", listens.told());
    listens.comes(0, PAIR);
    listens.pass(30);
    assert_eq!(listens.told()[1..], [Told::HeardAgain]);
}
