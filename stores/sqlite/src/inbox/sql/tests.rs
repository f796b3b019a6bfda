use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use hookgate::inbox::{Entry, FORMAT, Filter, Inbox};
use hookgate_store_kit::PlainName;
use hookgate_test_support::{RETAIN, key, owner};

use super::*;
use crate::{SqliteInbox, Table, plans::scans};

/// However much waits, runs or lies dead: nothing that accepting, working or ending does looks at all of it.
#[tokio::test]
async fn no_statement_of_the_road_looks_at_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(folder.path().join("file")).await.unwrap();
    let options = inbox.0.readers.connect_options();
    let sql = Sql::new(&Tables::new(&PlainName::of_inbox(), Table::default()));
    let [due, was_due] = &sql.due;
    let [take, remove] = &sql.hand_out;
    let [erase_many, leave] = &sql.erase_many;
    let road = [
        &sql.head,
        &sql.behead,
        &sql.next,
        &sql.unpark,
        &sql.take,
        &sql.taken,
        &sql.first,
        due,
        was_due,
        take,
        remove,
        &sql.extend,
        &sql.end,
        &sql.mark,
        &sql.end_many,
        &sql.mark_many,
        erase_many,
        leave,
        &sql.own_end,
        &sql.erase,
        &sql.was_returned,
        &sql.mark_dead,
        &sql.was_buried,
        &sql.unbury,
        &sql.requeue,
        &sql.retain,
        &sql.key,
        &sql.holds,
        &sql.held,
        &sql.count,
        &sql.endpoint,
    ];
    // What a statement has selected already is no table.
    let mut found = scans(&options, road, &["json_each", "subquery"]).await;
    // Leases alone are looked at, and they are as many as handlers run.
    let small = [
        "hookgate_inbox_run",
        "json_each",
        "SCAN j",
        "SCAN r",
        "VIRTUAL TABLE",
    ];
    found.extend(scans(&options, [&sql.survey], &small).await);
    assert!(found.is_empty(), "{found:#?}");
}

/// An operator's page looks at one window of events, and the totals at the first of each.
#[tokio::test]
async fn a_page_and_the_totals_look_at_no_more_than_they_may() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(folder.path().join("file")).await.unwrap();
    let options = inbox.0.readers.connect_options();
    let sql = Sql::new(&Tables::new(&PlainName::of_inbox(), Table::default()));
    let [queued, dead] = &sql.view.windows;
    let newest = &sql.view.newest;
    let [newest_all, newest_dead] = &newest.windows;
    let views = [
        &sql.view.totals,
        &sql.view.list_queued,
        &sql.view.list_dead,
        &sql.view.kept,
        queued,
        dead,
        newest_all,
        newest_dead,
        &newest.all,
        &newest.queued,
        &newest.dead,
    ];
    // Endpoints and leases are few. The others are what a window or a limit has left.
    let small = [
        "SCAN e USING INDEX",
        "SCAN r",
        "subquery",
        "(rowid>?)",
        "(number>?)",
    ];
    let found = scans(&options, views, &small).await;
    assert!(found.is_empty(), "{found:#?}");
}

fn entries(numbers: Range<u64>, event_type: &'static str) -> Vec<Entry> {
    let entry = |number| Entry {
        key: key(number),
        token: owner(number),
        content: None,
        endpoint: "endpoint".into(),
        event_type,
        key_id: "key".into(),
        order: None,
        retain: RETAIN,
        format: FORMAT,
        payload: Bytes::new(),
    };
    numbers.map(entry).collect()
}

/// A page that few events fill costs no more where many are kept. One whose filter means few of many has them all the same.
#[tokio::test]
async fn a_page_looks_at_few_where_few_fill_it() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(folder.path().join("file")).await.unwrap();
    let steps = Arc::new(AtomicU64::new(0));
    let mut readers = Vec::new();
    for _ in 0..inbox.0.readers.options().get_max_connections() {
        let mut reader = inbox.0.readers.acquire().await.unwrap();
        let counted = Arc::clone(&steps);
        let count = move || counted.fetch_add(1, Ordering::Relaxed) < u64::MAX;
        let mut handle = reader.lock_handle().await.unwrap();
        handle.set_progress_handler(1, count);
        drop(handle);
        readers.push(reader);
    }
    drop(readers);

    inbox.accept(entries(0..10, "rare")).await.unwrap();
    let mut costs = Vec::new();
    for numbers in [1000..1500, 1500..6000] {
        for first in numbers.step_by(500) {
            let call = entries(first..first + 500, "usual");
            inbox.accept(call).await.unwrap();
        }
        for filter in [Filter::all(), Filter::all().newest_first()] {
            let before = steps.load(Ordering::Relaxed);
            let page = inbox.list(&filter, None, 50).await.unwrap();
            assert_eq!(page.rows.len(), 50);
            costs.push(steps.load(Ordering::Relaxed) - before);
        }
    }
    let [few, few_newest, many, many_newest] = costs[..] else {
        panic!("{costs:?}");
    };
    assert!(few > 50 && many < few * 3 / 2, "{costs:?}");
    assert!(
        few_newest > 50 && many_newest < few_newest * 3 / 2,
        "{costs:?}"
    );

    let mut rare = Filter::all().newest_first();
    rare.event_type = Some("rare".into());
    let page = inbox.list(&rare, None, 50).await.unwrap();
    assert_eq!(page.rows.len(), 10);
}
