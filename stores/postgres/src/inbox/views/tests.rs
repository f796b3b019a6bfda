use hookgate::inbox::Inbox;

use super::*;
use crate::inbox::tests::{entry, inbox};

/// The blocks that the first page of what waits touches, where the newest comes first.
async fn blocks(core: &Core) -> i64 {
    let filter = Filter::all();
    let reads = Reads::NewestFirst;
    // `EXPLAIN` takes no values. These are those of a first page without a filter.
    let values = [
        "NULL",
        "NULL",
        "NULL",
        "NULL",
        "NULL",
        "9223372036854775807",
        "51",
    ];
    assert!(bind(&filter, reads.start(), 51).is_ok());
    let mut statement = queued(&core.names, reads);
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
            few = blocks(core).await;
        }
    }
    core.text("ANALYZE".to_owned()).await.unwrap();
    let many = blocks(core).await;
    assert!(many <= few + 40, "{many} blocks, where 500 have {few}");
}
