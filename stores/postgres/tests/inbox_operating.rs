//! The inbox's tables: who creates them, what is left of what was erased, and what its server must promise.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use hookgate::{
    dedup::{DedupStore, End, Settled},
    inbox::{Accept, Inbox},
};
use hookgate_postgres::{OpenError, PostgresInbox, Table};
use hookgate_test_support::{LEASE, PostgresServer, RETAIN, key};
use place::{
    Place, fresh_inbox, fresh_table, number, patient_inbox, run,
    scene::{ask, entry, keys, ordered, scene, until},
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread")]
async fn many_instances_migrate_at_once() {
    let Some(place) = Place::find() else { return };
    let (tables, dedup) = (fresh_table(), fresh_table());
    let mut starting = Vec::new();
    for number in 0..8 {
        let settings = patient_inbox().tables_named(&tables).table(dedup.clone());
        let url = place.url().to_owned();
        starting.push(tokio::spawn(async move {
            let inbox = settings.connect(&url).await?;
            inbox.migrate().await?;
            let accepted = inbox.accept(vec![entry(number)]).await?;
            assert_eq!(accepted, [Accept::Queued]);
            Ok::<_, OpenError>(())
        }));
    }
    for instance in starting {
        instance.await.expect("no panic").expect("migrated");
    }
}

#[tokio::test]
async fn a_version_is_never_lowered_and_nothing_of_a_later_one_is_touched() {
    let Some(scene) = scene().await else { return };
    let comment = "SELECT count(*) FROM pg_class WHERE oid = '{work}'::regclass \
         AND obj_description(oid, 'pg_class') = 'hookgate inbox, schema 2'";
    scene
        .run("COMMENT ON TABLE {work} IS 'hookgate inbox, schema 2'; DROP INDEX {dead}_number")
        .await;
    scene
        .inbox()
        .migrate()
        .await
        .expect("nothing is to be done");
    assert_eq!(scene.number(comment).await, 1);
    let index = "SELECT count(*) FROM pg_class WHERE relname = '{dead}_number'";
    assert_eq!(scene.number(index).await, 0, "the later release dropped it");
    assert_eq!(scene.accept(entry(1)).await, Accept::Queued);
    // The same by hand, or by an instance that looked before the later one had migrated.
    let [tables, dedup, _] = &scene.at.tables;
    run(scene.pool(), PostgresInbox::schema_of(tables, dedup)).await;
    assert_eq!(scene.number(comment).await, 1);
}

#[tokio::test]
async fn a_role_that_cannot_create_tables_works_on_what_is_there() {
    let Some(place) = Place::find() else { return };
    let admin = place.pool().await;
    let (tables, dedup) = (fresh_table(), fresh_table());
    let role = format!("inbox{}", std::process::id());
    run(
        &admin,
        format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN"),
    )
    .await;
    run(&admin, PostgresInbox::schema_of(&tables, &dedup)).await;
    let prefix = tables.to_string().replace('"', "");
    let grants = format!(
        "DO $$ DECLARE t text; BEGIN \
             FOR t IN SELECT tablename FROM pg_tables WHERE tablename LIKE '{prefix}%' LOOP \
                 EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON %I TO {role}', t); \
             END LOOP; END $$; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON {dedup} TO {role}; \
         GRANT SELECT, USAGE ON SEQUENCE {prefix}_number TO {role}"
    );
    run(&admin, grants).await;
    let options = PgConnectOptions::clone(&admin.connect_options()).username(&role);
    let pool = PgPool::connect_with(options).await.expect("connect");
    let settings = patient_inbox().tables_named(&tables).table(dedup.clone());
    let inbox = settings.pool(pool).await.expect("an inbox");
    inbox.migrate().await.expect("nothing is left to do");
    let entries = vec![entry(1), ordered("one", 2), ordered("one", 3)];
    inbox.accept(entries).await.expect("accept");
    for row in ask(&inbox, 0, LEASE).await.rows {
        let settled = inbox.settle(&row.lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    run(
        &admin,
        format!("UPDATE {prefix}_ring SET turn = 1, since = now() - interval '3 min'"),
    )
    .await;
    inbox.prune().await.expect("prune");
    let left = format!("SELECT count(*) FROM {prefix}_payload_0");
    assert_eq!(number(&admin, left).await, 0);
    assert_eq!(keys(&ask(&inbox, 1, LEASE).await), [key(3)]);
    inbox.totals().await.expect("totals");
    drop(inbox);
    run(&admin, format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

/// B9: neither the server's settings nor a session's may lose what was answered 200.
#[tokio::test]
async fn a_server_that_forgets_commits_is_refused_unless_the_loss_is_named() {
    let Some(forgetful) = PostgresServer::start() else {
        return;
    };
    let refused = PostgresInbox::connect(&forgetful.url()).await;
    assert!(matches!(refused, Err(OpenError::NotDurable)), "{refused:?}");
    let named = PostgresInbox::builder().may_lose_what_was_accepted();
    named.connect(&forgetful.url()).await.expect("it was named");
    let Some(durable) = PostgresServer::start_durable() else {
        return;
    };
    PostgresInbox::connect(&durable.url())
        .await
        .expect("durable");
    let options: PgConnectOptions = durable.url().parse().expect("an address");
    let options = options.options([("synchronous_commit", "off")]);
    let pool = PgPool::connect_with(options).await.expect("connect");
    let refused = PostgresInbox::with_pool(pool).await;
    assert!(matches!(refused, Err(OpenError::NotDurable)), "{refused:?}");
}

/// B3: granting a lease writes no index, and an index on a lease would be written.
#[tokio::test]
async fn no_index_has_the_lease() {
    let Some(scene) = scene().await else { return };
    let with_lease = "SELECT count(*) FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid \
         AND (a.attnum = ANY (i.indkey) OR pg_get_expr(i.indpred, i.indrelid) LIKE '%' || a.attname || '%') \
         WHERE i.indrelid IN ('{work}'::regclass, '{later}'::regclass, '{parked}'::regclass) \
         AND a.attname IN ('owner', 'lease_until', 'attempt', 'vanished', 'failures')";
    assert_eq!(scene.number(with_lease).await, 0);
    let all = "SELECT count(*) FROM pg_index WHERE indrelid = '{work}'::regclass";
    assert_eq!(scene.number(all).await, 3);
}

/// As many in one statement as fill many pages: nothing can be tidied up between.
#[tokio::test]
async fn a_lease_is_written_beside_its_line() {
    let Some(scene) = scene().await else { return };
    scene
        .run("ALTER TABLE {work} SET (autovacuum_enabled = off)")
        .await;
    let accepted = scene.inbox().accept((0..1000).map(entry).collect()).await;
    assert_eq!(accepted.expect("accept").len(), 1000);
    assert_eq!(scene.ask(0).await.rows.len(), 1000);
    let written =
        scene.sql("SELECT COUNT::bigint FROM pg_stat_user_tables WHERE relid = '{work}'::regclass");
    let count = async |what: &str| scene.number(&written.replace("COUNT", what)).await;
    until("the server has counted", async || {
        count("n_tup_upd").await == 1000
    })
    .await;
    assert_eq!(count("n_tup_hot_upd").await, 1000);
}

/// Another process is told of new work, by the database.
#[tokio::test(flavor = "multi_thread")]
async fn another_instance_is_told_of_new_work() {
    let Some(scene) = scene().await else { return };
    let worker = scene.another().await;
    let (waits, is_waiting) = oneshot::channel();
    let told = tokio::spawn(async move {
        // What came before it listened was told to nobody, so it is woken once without a message.
        worker.work_may_wait().await;
        let mut hint = pin!(worker.work_may_wait());
        poll_fn(|context| {
            assert!(hint.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        assert_eq!(keys(&ask(&worker, 0, LEASE).await), []);
        waits.send(()).expect("the test goes on");
        hint.await;
        keys(&ask(&worker, 0, LEASE).await)
    });
    is_waiting.await.expect("it waits");
    scene.queue([entry(1)]).await;
    let told = tokio::time::timeout(Duration::from_secs(60), told).await;
    assert_eq!(told.expect("it is told").expect("no panic"), [key(1)]);
}

/// An accept and an end add a row each. Whoever asks for totals reads all that there are.
#[tokio::test]
async fn counts_of_a_busy_minute_are_put_together() {
    let Some(scene) = scene().await else { return };
    scene
        .run(
            "INSERT INTO {count} (endpoint, queued) \
             SELECT (ARRAY['one', 'two'])[1 + n % 2], 1 FROM generate_series(1, 70000) AS n",
        )
        .await;
    scene.inbox().prune().await.expect("prune");
    assert_eq!(scene.number("SELECT count(*) FROM {count}").await, 2);
    let queued = "SELECT sum(queued)::bigint FROM {count} WHERE endpoint = 'one'";
    assert_eq!(scene.number(queued).await, 35_000);
}

/// One of them fails. The others are done all the same, and its error is told.
#[tokio::test]
async fn what_is_looked_after_does_not_wait_for_each_other() {
    let Some(scene) = scene().await else { return };
    scene.queue((0..250).map(entry)).await;
    for row in scene.ask(0).await.rows {
        scene.bury(&row.lease).await;
    }
    scene
        .run(
            "UPDATE {dead} SET died_at = now() - interval '1 year'; ALTER TABLE {ring} RENAME COLUMN turn TO other",
        )
        .await;
    let pruned = scene.inbox().prune().await;
    assert!(pruned.is_err(), "{pruned:?}");
    let counts = scene.number("SELECT count(*) FROM {count}").await;
    assert!(counts < 10, "{counts}");
    assert_eq!(scene.number("SELECT count(*) FROM {dead}").await, 0);
}

/// Whoever has the inbox's tables in a schema of their own.
#[tokio::test]
async fn the_tables_can_stand_in_another_schema() {
    let Some(place) = Place::find() else { return };
    let admin = place.pool().await;
    let schema = format!("inbox{}", std::process::id());
    run(&admin, format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await;
    let name = |name: &str| Table::new(&format!("{schema}.{name}")).expect("a plain name");
    let settings = patient_inbox()
        .tables_named(&name("order"))
        .table(name("user"));
    let inbox = settings.pool(admin.clone()).await.expect("an inbox");
    inbox.migrate().await.expect("migrate");
    inbox.accept(vec![entry(1)]).await.expect("accept");
    assert_eq!(ask(&inbox, 0, LEASE).await.rows.len(), 1);
    inbox.prune().await.expect("prune");
    run(&admin, format!("DROP SCHEMA {schema} CASCADE")).await;
}

#[tokio::test]
async fn no_debug_text_shows_an_address() {
    let Some(place) = Place::find() else { return };
    let inbox = fresh_inbox(patient_inbox(), place.url()).await;
    assert!(!format!("{inbox:?}").contains("127.0.0.1"));
}
