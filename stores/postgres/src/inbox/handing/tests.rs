use hookgate::{
    dedup::{DedupStore, End},
    inbox::{Entry, FORMAT, Inbox, Pause, PauseReason},
};
use hookgate_test_support::{LEASE, RETAIN, key, owner};

use super::*;
use crate::{
    PostgresInbox,
    inbox::tests::{entry, inbox},
    prepared::Prepared,
};

/// The blocks that an ask for one line touches, with each endpoint read on from `ahead`.
async fn blocks(inbox: &PostgresInbox, ahead: i64) -> i64 {
    let values = vec![
        core::names([&"first".into()]),
        Value::many([ahead]),
        Value::Many(vec![Value::Null]),
        Value::from(&owner(u64::MAX)),
        Value::of_duration(Duration::ZERO),
        Value::Number(FORMAT.into()),
        Value::Number(1),
        Value::Flag(false),
    ];
    blocks_of(inbox, &inbox.core().sql.lease, values).await
}

/// The blocks that a piece of the repeated reading touches.
async fn blocks_again(inbox: &PostgresInbox, upto: i64) -> i64 {
    let values = vec![
        core::names([&"first".into()]),
        Value::many([0]),
        Value::many([upto]),
        core::keys([]),
    ];
    blocks_of(inbox, &inbox.core().sql.lapse, values).await
}

async fn blocks_of(inbox: &PostgresInbox, statement: &Prepared, values: Vec<Value>) -> i64 {
    let core = inbox.core();
    let statement = core.text_of(statement, values);
    let rows = core.text(format!("EXPLAIN (ANALYZE, BUFFERS) {statement}"));
    let rows = rows.await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row::get(row, 0).unwrap()).collect();
    let nodes = (lines
        .iter()
        .take_while(|line| !line.starts_with("Planning")))
    .filter(|line| line.contains("Buffers: shared"));
    let counts = |node: &String| -> i64 {
        let counts = node.split_whitespace().filter_map(|word| {
            let (what, count) = word.split_once('=')?;
            ["hit", "read"]
                .contains(&what)
                .then(|| count.parse::<i64>().ok())?
        });
        counts.sum()
    };
    // A part that writes stands beside the others, not in one.
    nodes.map(counts).max().unwrap()
}

/// B3: as long as somebody holds a snapshot, the lines that are done stay in the index. An ask reads none of them.
#[tokio::test]
async fn a_held_snapshot_costs_an_ask_nothing() {
    let Some((inbox, _server)) = inbox("held_snapshot").await else {
        return;
    };
    let empty = blocks(&inbox, 0).await;

    let mut held = inbox.core().pool().begin().await.unwrap();
    let snapshot =
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM held_snapshot_work";
    sqlx::raw_sql(snapshot).execute(&mut *held).await.unwrap();
    let endpoints = ["first".into()];
    for batch in 0..20_u64 {
        let entries = (batch * 200..(batch + 1) * 200).map(entry).collect();
        inbox.accept(entries).await.unwrap();
        let ask = Ask {
            endpoints: &endpoints,
            format: FORMAT,
            limit: 200,
            lasts: LEASE,
            owner: owner(1_000_000 + batch),
            suspects: false,
        };
        let rows = Inbox::lease(&inbox, ask).await.unwrap().rows;
        assert_eq!(rows.len(), 200);
        let ends = rows
            .iter()
            .map(|row| inbox.settle(&row.lease, End::Processed, RETAIN));
        for end in ends {
            end.await.unwrap();
        }
    }
    let newest = format!("SELECT last_value FROM {}", inbox.core().names.number);
    let newest = inbox.core().text(newest).await.unwrap();
    let ahead = row::get(&newest[0], 0).unwrap();
    let on = blocks(&inbox, ahead).await;
    let over = blocks(&inbox, 0).await;
    assert!(
        on <= empty + 40,
        "{on} blocks, where an empty inbox has {empty}"
    );
    assert!(
        over > on + 150,
        "from the start it would be more than {on}: {over}"
    );
    held.rollback().await.unwrap();
}

/// Nobody has leased them yet, so nobody's lease of them has lapsed.
#[tokio::test]
async fn lines_that_nobody_has_read_cost_a_repeated_reading_nothing() {
    let Some((inbox, _server)) = inbox("unread").await else {
        return;
    };
    let empty = blocks_again(&inbox, i64::MAX).await;
    for batch in 0..20_u64 {
        let entries = (batch * 200..(batch + 1) * 200).map(entry).collect();
        inbox.accept(entries).await.unwrap();
    }
    let endpoints = ["first".into()];
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit: 10,
        lasts: LEASE,
        owner: owner(1_000_000),
        suspects: false,
    };
    assert_eq!(Inbox::lease(&inbox, ask).await.unwrap().rows.len(), 10);
    // The next reading begins.
    let later = Instant::now() + Duration::from_secs(60);
    let [name] = &endpoints;
    let place = inbox.core().cursors.place(name, FORMAT, later);
    assert_eq!((place.again, place.upto), (Some(0), 10));
    let read = blocks_again(&inbox, place.upto).await;
    let unread = blocks_again(&inbox, i64::MAX).await;
    assert!(
        read <= empty + 20,
        "{read} blocks, {empty} where it is empty"
    );
    assert!(
        unread > read + 100,
        "with all of them it would be more: {unread}"
    );
}

/// A line that nobody holds is behind where its endpoint is read on, in a piece that is read again. Another worker's ask had
/// it locked while it was passed, and failed. The endpoint's pause is over.
async fn pass_a_line(inbox: &PostgresInbox) {
    inbox.accept(vec![entry(1)]).await.unwrap();
    let (name, cursors) = ("first".into(), &inbox.core().cursors);
    let long_after = Instant::now() + Duration::from_secs(3600);
    cursors.begin(&name, FORMAT, Some(0), Instant::now());
    // Numbers that were given of late are not read again within a second of this.
    let at = cursors.place(&name, FORMAT, long_after);
    let found = Found {
        last_ahead: None,
        last_again: None,
        is_full: false,
        is_again_read: false,
        newest: 1,
    };
    cursors.found(&name, at, found, long_after);
    let at = cursors.place(&name, FORMAT, long_after);
    assert_eq!((at.ahead, at.again), (1, Some(0)));
    let pause = Pause {
        reason: PauseReason::Unavailable,
        lasts: Duration::ZERO,
        strikes: 2,
    };
    inbox.pause("first", pause).await.unwrap();
}

/// Asks for lines of an endpoint with a backlog and of the other one.
async fn ask_both(inbox: &PostgresInbox, limit: usize, by: u64) -> Vec<([u8; 32], Option<u32>)> {
    let ask = Ask {
        endpoints: &["busy".into(), "first".into()],
        format: FORMAT,
        limit,
        lasts: LEASE,
        owner: owner(by),
        suspects: false,
    };
    let rows = Inbox::lease(inbox, ask).await.unwrap().rows;
    let told = |row: &Leased| (*row.lease.key().as_bytes(), row.probe);
    rows.iter().map(told).collect()
}

fn busy(number: u64) -> Entry {
    Entry {
        endpoint: "busy".into(),
        ..entry(number)
    }
}

/// Where its repeated reading stands, if no new one has begun since `now`.
fn stands(inbox: &PostgresInbox, now: Instant) -> Option<i64> {
    let cursors = &inbox.core().cursors;
    cursors.place(&"first".into(), FORMAT, now).again
}

#[tokio::test]
async fn a_line_that_was_passed_tries_its_endpoint() {
    let Some((inbox, _server)) = inbox("passed").await else {
        return;
    };
    pass_a_line(&inbox).await;
    let before = Instant::now();
    let tries = [(*key(1).as_bytes(), Some(2))];
    assert_eq!(ask_both(&inbox, 10, 1).await, tries);
    assert_eq!(stands(&inbox, before), None, "it goes on");
}

#[tokio::test]
async fn a_line_that_was_passed_tries_its_endpoint_beside_a_backlog() {
    let Some((inbox, _server)) = inbox("passed_beside").await else {
        return;
    };
    pass_a_line(&inbox).await;
    inbox.accept((11..=20).map(busy).collect()).await.unwrap();
    let runs = |number| (*key(number).as_bytes(), None);
    assert_eq!(ask_both(&inbox, 2, 1).await, [runs(11), runs(12)]);
    let tries = (*key(1).as_bytes(), Some(2));
    assert_eq!(ask_both(&inbox, 2, 2).await, [runs(13), tries]);
}

/// Its endpoint is open again, and was to be tried.
#[tokio::test]
async fn a_piece_whose_lines_had_no_room_is_read_again() {
    let Some((inbox, _server)) = inbox("passed_open").await else {
        return;
    };
    pass_a_line(&inbox).await;
    inbox.accept((11..=20).map(busy).collect()).await.unwrap();
    let runs = |number| (*key(number).as_bytes(), None);
    assert_eq!(ask_both(&inbox, 2, 1).await, [runs(11), runs(12)]);
    inbox.resume("first").await.unwrap();
    let before = Instant::now();
    assert_eq!(ask_both(&inbox, 2, 2).await, [runs(13)]);
    assert_eq!(stands(&inbox, before), Some(0));
    assert_eq!(ask_both(&inbox, 2, 3).await, [runs(14), runs(1)]);
}
