//! One program, two inboxes.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use hookgate::{
    Finding,
    dedup::{DedupStore, End, OwnerToken},
    inbox::{Accept, Ask, BoxInbox, Entry, FORMAT, Inbox},
};
use hookgate_stores::{InboxTables, OpenError, open_inbox};
use hookgate_test_support::{
    LEASE, PostgresServer, RETAIN, key, owner, says_nothing_of, temporary_folder,
};

async fn find_inbox(url: &str) -> Result<BoxInbox, OpenError> {
    hookgate_stores::find_inbox(url, &InboxTables::default()).await
}

/// A tool finds it under the names that its application has given it, and under no others.
async fn is_found_under_its_names(url: &str, inbox: impl Inbox, schema: &str) {
    let accepted = inbox.accept(vec![entry()]).await.expect("accept");
    assert_eq!(accepted, [Accept::Queued]);
    let mut tables = InboxTables::default();
    tables.named = Some(format!("{schema}hooks"));
    let totals = async |tables: &InboxTables| {
        let found = hookgate_stores::find_inbox(url, tables).await.ok()?;
        let totals = found.totals().await.ok()?;
        found.look(&key(1)).await.ok()?;
        found.read(&key(1)).await.ok()?.map(|_| totals[0].queued)
    };
    assert_eq!(totals(&tables).await, None, "the claims are elsewhere");
    tables.claims = Some(format!("{schema}marks"));
    assert_eq!(totals(&tables).await, Some(1));
    for bad in ["Hooks", "hooks; DROP TABLE users", "a.b.c"] {
        let (mut named, mut claims) = (tables.clone(), tables.clone());
        named.named = Some(bad.to_owned());
        claims.claims = Some(bad.to_owned());
        for (tables, whose) in [(named, "inbox's own tables"), (claims, "table of claims")] {
            let error = hookgate_stores::find_inbox(url, &tables).await.err();
            assert!(
                matches!(error, Some(OpenError::Table(it)) if it == whose),
                "{bad}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_names_of_tables_on_sqlite() {
    use hookgate_sqlite::{SqliteInbox, Table};
    let folder = temporary_folder();
    let path = folder.path().join("named");
    let inbox = SqliteInbox::builder()
        .tables_named(&Table::new("hooks").expect("a name"))
        .table(Table::new("marks").expect("a name"))
        .open(&path)
        .await
        .expect("open");
    is_found_under_its_names(&format!("sqlite:{}", path.display()), inbox, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_names_of_tables_on_postgres() {
    use hookgate_postgres::{PostgresInbox, Table};
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let inbox = PostgresInbox::builder()
        .tables_named(&Table::new("public.hooks").expect("a name"))
        .table(Table::new("public.marks").expect("a name"))
        .connect(&server.url())
        .await
        .expect("connect");
    inbox.migrate().await.expect("migrate");
    is_found_under_its_names(&server.url(), inbox, "public.").await;
}

fn entry() -> Entry {
    Entry {
        key: key(1),
        token: OwnerToken::from_bytes(*owner(1).as_bytes()),
        content: None,
        endpoint: "logto".into(),
        event_type: "none",
        key_id: "key".into(),
        order: None,
        retain: RETAIN,
        format: FORMAT,
        payload: Default::default(),
    }
}

/// A12: an endpoint goes from `.inbox` to `.dedup`, and its worker goes with it.
async fn what_is_left_behind_is_found(url: &str) {
    let codes = async || {
        let store = hookgate_stores::open(url).await.expect("a store");
        let found = store.findings();
        found.iter().map(Finding::code).collect::<Vec<_>>()
    };
    assert_eq!(codes().await, [""; 0]);
    let inbox = open_inbox(url).await.expect("open");
    assert_eq!(codes().await, [""; 0]);
    inbox.accept(vec![entry()]).await.expect("accept");
    assert_eq!(codes().await, ["inbox_left_behind"]);
    assert_eq!(inbox.findings(), []);
    let ask = Ask {
        endpoints: &["logto".into()],
        format: FORMAT,
        limit: 9,
        lasts: LEASE,
        owner: owner(7),
        suspects: false,
    };
    let rows = inbox.lease(ask).await.expect("lease").rows;
    // What runs is not done.
    assert_eq!(codes().await, ["inbox_left_behind"]);
    let settled = inbox.settle(&rows[0].lease, End::Processed, RETAIN).await;
    settled.expect("settle");
    assert_eq!(codes().await, [""; 0]);
}

/// A tool finds what an application has accepted.
async fn is_found(url: &str) {
    let inbox = open_inbox(url).await.expect("open");
    let accepted = inbox.accept(vec![entry()]).await.expect("accept");
    assert_eq!(accepted, [Accept::Queued]);
    drop(inbox);
    let found = find_inbox(url).await.expect("find");
    let totals = found.totals().await.expect("totals");
    assert_eq!((&*totals[0].endpoint, totals[0].queued), ("logto", 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let folder = temporary_folder();
    what_is_left_behind_is_found(&format!("sqlite:{}", folder.path().join("left").display())).await;
    is_found(&format!("sqlite:{}", folder.path().join("inbox").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    if let Some(server) = PostgresServer::start_durable() {
        what_is_left_behind_is_found(&server.url()).await;
    }
    if let Some(server) = PostgresServer::start_durable() {
        is_found(&server.url()).await;
    }
}

/// A name that was misspelled would be a fresh database, in which nothing is wrong.
#[tokio::test]
async fn a_tool_makes_no_inbox() {
    let folder = temporary_folder();
    let missing = folder.path().join("missing");
    let url = format!("sqlite:{}", missing.display());
    let error = find_inbox(&url).await.expect_err("no file");
    assert_eq!(
        error.to_string(),
        "there is no inbox with tables of these names in this file"
    );
    assert!(!missing.exists());
    // The file of an application without an inbox.
    hookgate_stores::open(&url).await.expect("a store");
    let error = find_inbox(&url).await.expect_err("no tables");
    assert_eq!(
        error.to_string(),
        "there is no inbox with tables of these names in this file"
    );
    open_inbox(&url).await.expect("an application makes them");
    find_inbox(&url).await.expect("then it is there");
}

#[tokio::test]
async fn what_keeps_no_inbox_is_refused_without_its_url() {
    let secret = "hunter2-do-not-log";
    for url in [
        "memory:".to_owned(),
        format!("redis://app:{secret}@host/"),
        format!("mysql://app:{secret}@host/db"),
        format!("postgres://app:{secret}@[no"),
    ] {
        for error in [open_inbox(&url).await, find_inbox(&url).await] {
            let error: OpenError = error.expect_err("nothing is there");
            says_nothing_of(secret, &error);
        }
    }
}
