use super::*;

const MILLI: Duration = Duration::from_millis(1);

fn nothing(newest: i64) -> Found {
    Found {
        last_ahead: None,
        last_again: None,
        is_full: false,
        is_again_read: true,
        newest,
    }
}

struct Reading {
    cursors: Cursors,
    name: Arc<str>,
    now: Instant,
}

impl Reading {
    fn new() -> Self {
        Self {
            cursors: Cursors::new(Duration::from_secs(2)),
            name: "first".into(),
            now: Instant::now(),
        }
    }

    /// Whether it begins at `start` now.
    fn begins(&mut self, start: i64) -> bool {
        let names = [self.name.clone()];
        let names = self.cursors.to_begin(&names, 1, self.now);
        for name in &names {
            self.cursors.begin(name, 1, Some(start), self.now);
        }
        !names.is_empty()
    }

    fn place(&mut self, after: Duration) -> Place {
        self.now += after;
        self.cursors.place(&self.name, 1, self.now)
    }

    fn found(&self, at: Place, found: Found) -> bool {
        self.cursors.found(&self.name, at, found, self.now)
    }

    /// Reads all up to `newest`, and all of it again, which meets the very first line.
    fn up_to(&mut self, newest: i64) {
        loop {
            let at = self.place(MILLI);
            if at.again.is_none() && at.ahead == newest {
                return;
            }
            self.cursors.met(&self.name, 1);
            self.found(at, nothing(newest));
        }
    }
}

#[test]
fn it_goes_on_where_a_full_batch_ended_and_else_at_the_newest_number() {
    let mut reading = Reading::new();
    let at = reading.place(MILLI);
    assert_eq!(
        at,
        Place {
            ahead: 0,
            again: Some(0),
            upto: STRIDE
        }
    );
    let full = Found {
        last_ahead: Some(64),
        is_full: true,
        ..nothing(500)
    };
    assert!(reading.found(at, full), "there is more");
    let at = reading.place(MILLI);
    assert_eq!(at.ahead, 64);
    assert!(!reading.found(at, nothing(500)));
    assert_eq!(reading.place(MILLI).ahead, 500);
}

#[test]
fn of_two_statements_at_once_neither_moves_it_back_nor_over_what_the_other_reads() {
    let mut reading = Reading::new();
    let full = |last| Found {
        last_ahead: Some(last),
        is_full: true,
        ..nothing(500)
    };
    let (one, other) = (reading.place(MILLI), reading.place(MILLI));
    reading.found(other, full(128));
    reading.found(one, full(64));
    let late = reading.place(MILLI);
    assert_eq!(late.ahead, 128);
    // One is sent back meanwhile, and has not come to the end.
    reading.cursors.committed("first", 11);
    let back = reading.place(MILLI);
    reading.found(late, full(400));
    assert_eq!(reading.place(MILLI).ahead, 10);
    reading.found(back, full(70));
    assert_eq!(reading.place(MILLI).ahead, 70);
}

#[test]
fn one_statement_reads_no_more_than_a_stride() {
    let mut reading = Reading::new();
    let newest = 3 * STRIDE;
    for expected in [0, STRIDE, 2 * STRIDE] {
        let at = reading.place(MILLI);
        assert_eq!(at.ahead, expected);
        reading.found(at, nothing(newest));
    }
    assert_eq!(reading.place(MILLI).ahead, newest);
}

#[test]
fn numbers_that_were_given_of_late_are_read_again() {
    let mut reading = Reading::new();
    for newest in 1..=100 {
        let at = reading.place(REREAD_EVERY);
        reading.found(at, nothing(newest * 100));
    }
    let ahead = reading.place(MILLI).ahead;
    assert_eq!(ahead, 10_000, "not each time");
    let ahead = reading.place(REREAD_EVERY).ahead;
    assert_eq!(ahead, 9_600, "those of five seconds");
    // What is older is left alone, however far the reading is behind.
    let full = Found {
        last_ahead: Some(700),
        is_full: true,
        ..nothing(10_000)
    };
    let mut reading = Reading::new();
    for _ in 0..10 {
        let at = reading.place(REREAD_EVERY);
        reading.found(at, full);
    }
    assert_eq!(reading.place(REREAD_EVERY).ahead, 700);
}

#[test]
fn a_line_that_tells_of_itself_is_read_at_once() {
    let mut reading = Reading::new();
    let at = reading.place(MILLI);
    // Another receiver's batch is committed while the statement runs.
    reading.cursors.committed("first", 7);
    reading.found(at, nothing(50));
    assert_eq!(reading.place(MILLI).ahead, 6);
    let at = reading.place(MILLI);
    reading.found(at, nothing(50));
    reading.cursors.committed_anywhere(9);
    reading.cursors.committed("unknown", 1);
    assert_eq!(reading.place(MILLI).ahead, 8);
}

#[test]
fn everything_is_read_again_in_pieces_and_seldom_where_there_are_many() {
    let mut reading = Reading::new();
    let newest = 10 * STRIDE;
    let mut turns = |count: u32, after| -> Vec<Option<i64>> {
        let turn = |_| {
            let at = reading.place(after);
            reading.cursors.met("first", 1);
            reading.found(at, nothing(newest));
            at.again
        };
        (0..count).map(turn).collect()
    };
    // Until all of it is old.
    turns(100, REREAD_EVERY);
    let again: Vec<_> = turns(100, REREAD_EVERY);
    let piece = |piece| Some(piece * STRIDE);
    let began = again.iter().position(|it| *it == piece(0)).unwrap();
    let pieces: Vec<_> = (0..10).map(piece).collect();
    assert_eq!(again[began..began + 10], pieces);
    // Ten pieces make five seconds of peace.
    let peace = again[began + 10..].iter().position(Option::is_some);
    assert_eq!(peace, Some(4));
}

#[test]
fn it_begins_again_at_the_lowest_line_that_it_met_and_at_times_at_the_start() {
    let mut reading = Reading::new();
    let again = |reading: &mut Reading, after, met| {
        let mut began = None;
        reading.now += after;
        for _ in 0..20 {
            let at = reading.place(MILLI);
            began = began.or(at.again);
            if at.again.is_some()
                && let Some(met) = met
            {
                reading.cursors.met("first", met);
            }
            reading.found(at, nothing(900));
        }
        began
    };
    again(&mut reading, MILLI, None);
    let second = Duration::from_secs(6);
    assert_eq!(again(&mut reading, second, Some(300)), Some(0));
    assert_eq!(again(&mut reading, second, Some(300)), Some(299));
    assert_eq!(again(&mut reading, second, None), Some(299));
    assert_eq!(again(&mut reading, second, None), Some(900));
    assert!(!reading.begins(40));
    reading.now += FROM_THE_START_EVERY;
    assert!(reading.begins(40));
    assert_eq!(again(&mut reading, MILLI, None), Some(40));
}

#[test]
fn an_endpoint_is_read_from_its_first_line_on() {
    let mut reading = Reading::new();
    assert!(reading.begins(7));
    assert!(!reading.begins(8), "it has begun");
    let first = reading.place(MILLI);
    assert_eq!((first.ahead, first.again), (7, Some(7)));
    assert_eq!(reading.place(REREAD_EVERY).ahead, 7);
}

#[test]
fn the_first_line_may_be_one_that_is_under_way() {
    let newest = 100 * UNDER_WAY;
    assert_eq!(before_all(Some(7), newest), 6);
    assert_eq!(before_all(Some(newest), newest), newest - UNDER_WAY);
    assert_eq!(before_all(None, newest), newest - UNDER_WAY);
    assert_eq!(before_all(Some(7), 7), 0);
    assert_eq!(before_all(None, 0), 0);
}

/// A backlog fills every batch. It keeps nobody from what was read before.
#[test]
fn everything_is_read_again_beside_a_backlog() {
    let mut reading = Reading::new();
    let newest = 10 * STRIDE;
    reading.up_to(newest);
    let full = |last_again, is_again_read| Found {
        last_ahead: Some(newest + 1),
        last_again,
        is_full: true,
        is_again_read,
        newest: newest + 1000,
    };
    let mut again = |found| {
        let at = reading.place(REREAD_EVERY);
        // Numbers of late are read again too, which is not what this is about.
        let at = Place {
            ahead: newest,
            ..at
        };
        reading.found(at, found);
        at.again
    };
    while again(full(None, false)).is_none() {}
    let middle = STRIDE / 2;
    assert_eq!(again(full(None, false)), Some(0), "lines are left");
    assert_eq!(again(full(Some(middle), false)), Some(0));
    assert_eq!(again(full(None, true)), Some(middle));
    assert_eq!(again(full(None, true)), Some(middle + STRIDE));
    assert_eq!(again(full(None, true)), Some(middle + 2 * STRIDE));
}

#[test]
fn pieces_without_lines_are_passed_without_a_statement_of_their_own() {
    let mut reading = Reading::new();
    let newest = 3 * STRIDE;
    reading.up_to(newest);
    // Until all of it is old.
    let mut at = reading.place(MILLI);
    while at.again.is_none() {
        at = reading.place(REREAD_EVERY);
        at.ahead = newest;
    }
    let mut pieces = Vec::new();
    while let Some(again) = at.again {
        pieces.push(again);
        at.again = reading.cursors.passed(&reading.name, at, reading.now);
    }
    assert_eq!(pieces, [0, STRIDE, 2 * STRIDE]);
}

/// What nobody has read yet lies after that, and may be much.
#[test]
fn everything_is_read_again_as_far_as_it_was_read() {
    let mut reading = Reading::new();
    let at = reading.place(MILLI);
    let of_the_dead = (at.again, at.upto);
    assert_eq!(of_the_dead, (Some(0), STRIDE));
    let full = Found {
        last_ahead: Some(64),
        is_full: true,
        ..nothing(10 * STRIDE)
    };
    reading.found(at, full);
    // What was given of late is read once more, from the start.
    let at = reading.place(REREAD_EVERY);
    assert_eq!((at.ahead, at.again, at.upto), (0, Some(0), 64));
    reading.cursors.met("first", 1);
    reading.found(at, full);
    assert_eq!(reading.place(MILLI).again, None);
}

#[test]
fn where_the_first_line_is_not_known_it_begins_where_it_last_met_one() {
    let mut reading = Reading::new();
    let at = reading.place(MILLI);
    reading.cursors.met("first", 300);
    reading.found(at, nothing(900));
    reading.now += FROM_THE_START_EVERY;
    let name = reading.name.clone();
    reading.cursors.begin(&name, 1, None, reading.now);
    assert!(!reading.begins(0), "it is not asked for each time");
    assert_eq!(reading.place(MILLI).again, Some(299));
}

/// A store whose calls may take long.
#[test]
fn a_number_is_unsure_for_longer_than_its_accept_may_take() {
    let mut reading = Reading::new();
    reading.cursors = Cursors::new(Duration::from_secs(20));
    for newest in 1..=100 {
        let at = reading.place(REREAD_EVERY);
        reading.found(at, nothing(newest * 100));
    }
    let ahead = reading.place(REREAD_EVERY).ahead;
    assert_eq!(ahead, 5_100, "those of fifty seconds");
}
