//! An inbox on tables of its own.

use std::time::Duration;

use hookgate_postgres::{PostgresInbox, PostgresInboxBuilder};

use super::fresh_table;

/// Settings for tests that are not about limits of time, on a machine that may be busy, with a server that does not wait
/// for the disk.
pub(crate) fn patient_inbox() -> PostgresInboxBuilder {
    PostgresInbox::builder()
        .may_lose_what_was_accepted()
        .call_timeout(Duration::from_secs(20))
}

/// An inbox with these settings on fresh tables.
pub(crate) async fn fresh_inbox(settings: PostgresInboxBuilder, url: &str) -> PostgresInbox {
    let inbox = settings
        .tables_named(&fresh_table())
        .table(fresh_table())
        .connect(url)
        .await
        .expect("connect");
    inbox.migrate().await.expect("migrate");
    inbox
}
