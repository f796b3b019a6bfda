use hookgate::{
    dedup::{DedupStore, End},
    inbox::{FORMAT, Inbox},
};
use hookgate_test_support::{LEASE, RETAIN, owner};

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
