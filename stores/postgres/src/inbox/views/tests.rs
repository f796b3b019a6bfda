use hookgate::inbox::Inbox;

use super::*;
use crate::inbox::tests::{entry, inbox};

/// The blocks that `sql` touches. `EXPLAIN` takes no values, so these are written into it, in their order.
async fn blocks(core: &Core, sql: String, values: &[&str]) -> i64 {
    let mut statement = sql;
    for (place, value) in (1..).zip(values) {
        statement = statement.replace(&format!("${place}::"), &format!("{value}::"));
    }
    let rows = core.text(format!("EXPLAIN (ANALYZE, BUFFERS) {statement}"));
    let rows = rows.await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row::get(row, 0).unwrap()).collect();
    let buffers = lines.iter().find(|line| line.contains("Buffers: shared"));
    let counts = buffers.unwrap().split_whitespace().filter_map(|word| {
        let (what, count) = word.split_once('=')?;
        let is_read = ["hit", "read"].contains(&what);
        is_read.then(|| count.parse::<i64>().ok())?
    });
    counts.sum()
}

/// Of the first page of what waits, where the newest comes first.
async fn first_page(core: &Core) -> i64 {
    let (least, most) = ("'-9223372036854775808'", "9223372036854775807");
    let values = [
        "NULL", "NULL", "NULL", "NULL", "NULL", most, "51", least, most,
    ];
    let sql = queued(&core.names, Reads::NewestFirst);
    blocks(core, sql, &values).await
}

/// However much waits, the first page is read from the end of an index.
#[tokio::test]
async fn the_newest_cost_no_more_where_more_waits() {
    let Some((inbox, _server)) = inbox("newest").await else {
        return;
    };
    let core = inbox.core();
    let mut few = 0;
    for batch in 0..40_u64 {
        let entries = (batch * 500..(batch + 1) * 500).map(entry).collect();
        inbox.accept(entries).await.unwrap();
        if batch == 0 {
            core.text("ANALYZE".to_owned()).await.unwrap();
            few = first_page(core).await;
        }
    }
    core.text("ANALYZE".to_owned()).await.unwrap();
    let many = first_page(core).await;
    assert!(many <= few + 40, "{many} blocks, where 500 have {few}");
}

/// A filter that means nothing of much is answered in pages, each of which looks at a bounded part.
#[tokio::test]
async fn a_filter_that_means_little_looks_at_a_window_a_page() {
    let Some((inbox, _server)) = inbox("window").await else {
        return;
    };
    let core = inbox.core();
    for batch in 0..30_u64 {
        let entries = (batch * 500..(batch + 1) * 500).map(entry).collect();
        inbox.accept(entries).await.unwrap();
    }
    let all = Parts::of(&Filter::all());
    for reads in [Reads::OldestFirst, Reads::NewestFirst] {
        // 15,000 wait: two windows end before the last of them, and the third with it.
        let mut ends = Vec::new();
        let mut after = reads.start();
        while let Some(end) = core.window(&all, reads, after).await.unwrap() {
            ends.push(end.abs_diff(after));
            after = end;
        }
        assert_eq!(ends.len(), 3, "{ends:?}");
        assert_eq!(ends[1..], [5000, 5000], "{ends:?}");
    }
    for newest_first in [false, true] {
        let mut filter = Filter::all();
        filter.event_type = Some("unknown to all".into());
        filter.newest_first = newest_first;
        let (mut pages, mut after) = (0, None);
        loop {
            let page = core.list(&filter, after.as_ref(), 50).await.unwrap();
            assert!(page.rows.is_empty());
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, 4);
        // What it means is found, in whichever window it is.
        let known = core.list(&Filter::all(), None, 1).await.unwrap();
        filter.event_type = Some(known.rows[0].event_type.clone());
        let (mut found, mut after) = (0, None);
        loop {
            let page = core.list(&filter, after.as_ref(), 1000).await.unwrap();
            found += page.rows.len();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, 15_000);
    }
}
