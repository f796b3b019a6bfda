//! The inbox's tables: who creates them, what is left of what was erased, and what its server must promise.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    future::{Future, poll_fn},
    path::Path,
    pin::pin,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    dedup::{DedupStore, End, Settled},
    inbox::{Accept, Counts, DeadReason, Entry, Inbox},
};
use hookgate_postgres::{OpenError, PostgresInbox, Table};
use hookgate_test_support::{LEASE, PostgresServer, RETAIN, key};
use place::{
    Place, fresh_inbox, fresh_table, number, patient_inbox, run,
    scene::{ask, entry, keys, ordered, scene},
};
use sqlx::{PgPool, Row, postgres::PgConnectOptions};
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

const CANARY: &str = "canary-5f1d0c7e";
const IN_ERROR: &str = "canary-of-an-error-77";

fn holds(path: &Path, what: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holds(&path, what));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        for canary in what {
            let canary = canary.as_bytes();
            if bytes.windows(canary.len()).any(|part| part == canary) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

async fn data_directory(pool: &PgPool) -> std::path::PathBuf {
    let shown = sqlx::raw_sql("SHOW data_directory").fetch_one(pool).await;
    shown.expect("a path").get::<String, _>(0).into()
}

/// C1, C6: neither payload nor error is in a relation's file once it was erased, nor in what `ANALYZE` keeps.
#[tokio::test]
async fn what_was_erased_is_in_no_relation_file() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let inbox = patient_inbox()
        .connect(&server.url())
        .await
        .expect("connect");
    inbox.migrate().await.expect("migrate");
    let pool = PgPool::connect(&server.url()).await.expect("connect");
    let data = data_directory(&pool).await.join("base");
    let with_canary = |number: u64| Entry {
        payload: Bytes::from(format!("{CANARY} {number}")),
        ..entry(number)
    };
    inbox
        .accept((0..100).map(with_canary).collect())
        .await
        .expect("accept");
    let error = Some(Bytes::from_static(IN_ERROR.as_bytes()));
    let batch = ask(&inbox, 0, LEASE).await;
    for (row, end) in batch.rows.iter().zip(0..100_u64) {
        let lease = &row.lease;
        let settled = match end {
            0..20 => inbox.bury(lease, DeadReason::Failed, error.clone()).await,
            20..40 => {
                let at_once = Duration::ZERO;
                inbox
                    .give_back(lease, at_once, Counts::Failure, error.clone())
                    .await
            }
            _ => inbox.settle(lease, End::Processed, RETAIN).await,
        };
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    run(&pool, "ANALYZE").await;
    let statistics = format!(
        "SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE '%{hex}%' \
         OR histogram_bounds::text LIKE '%{hex}%' OR most_common_vals::text LIKE '%{CANARY}%'",
        hex = const_hex_of("canary")
    );
    assert_eq!(number(&pool, statistics).await, 0);
    run(&pool, "CHECKPOINT").await;
    assert!(
        !holds(&data, &[CANARY]).is_empty(),
        "the search finds what is there"
    );
    assert!(
        !holds(&data, &[IN_ERROR]).is_empty(),
        "the search finds what is there"
    );

    for row in ask(&inbox, 1, LEASE).await.rows {
        let settled = inbox.settle(&row.lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    assert_eq!(inbox.erase(Duration::ZERO, 100).await.expect("erase"), 20);
    for since in ["7 h", "3 min"] {
        let since = format!("UPDATE hookgate_inbox_ring SET since = now() - interval '{since}'");
        run(&pool, since).await;
        inbox.prune().await.expect("prune");
    }
    // Dead letters and errors lie in tables that are vacuumed.
    run(&pool, "VACUUM hookgate_inbox_later").await;
    run(&pool, "VACUUM hookgate_inbox_dead").await;
    run(&pool, "CHECKPOINT").await;
    assert_eq!(holds(&data, &[CANARY, IN_ERROR]), [""; 0]);
}

fn const_hex_of(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// C2: whoever looks at what runs, or at the server's log, sees no payload, error or reason. A server that logs the
/// parameters of statements shows them in lines of their own: only its owner can switch that off.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_from_outside_is_in_no_statements_text() {
    let Some(server) = PostgresServer::start() else {
        return;
    };
    let options: PgConnectOptions = server.url().parse().expect("an address");
    let options = options.options([
        ("log_statement", "all"),
        ("log_min_messages", "log"),
        ("log_min_error_statement", "error"),
    ]);
    let pool = PgPool::connect_with(options).await.expect("connect");
    let inbox = patient_inbox().pool(pool.clone()).await.expect("an inbox");
    inbox.migrate().await.expect("migrate");
    let one = Entry {
        payload: Bytes::from_static(CANARY.as_bytes()),
        ..entry(1)
    };
    // Refused: the log says so, and must not show the row.
    let refused = Entry {
        event_type: "\0",
        payload: Bytes::from_static(CANARY.as_bytes()),
        ..entry(2)
    };
    let told = inbox.accept(vec![one, refused]).await;
    let told = format!("{:?}", told.expect_err("the server takes it in no place"));
    assert!(
        !told.contains(CANARY) && !told.contains(&const_hex_of(CANARY)),
        "{told}"
    );
    assert!(inbox.read(&key(1)).await.expect("read").is_some());
    let error = Some(Bytes::from_static(CANARY.as_bytes()));
    for row in ask(&inbox, 0, LEASE).await.rows {
        let buried = inbox
            .bury(&row.lease, DeadReason::Failed, error.clone())
            .await;
        assert!(matches!(buried, Ok(Settled::Ok)), "{buried:?}");
    }
    assert!(inbox.replay(&key(1), CANARY).await.expect("replay"));
    let log = data_directory(&pool).await.with_file_name("log");
    let log = String::from_utf8_lossy(&std::fs::read(log).expect("the server's log")).into_owned();
    assert!(log.contains("hookgate_inbox_dead"), "statements are logged");
    let hex = const_hex_of(CANARY);
    let shown: Vec<_> = log
        .lines()
        .filter(|line| !line.contains("DETAIL:"))
        .filter(|line| line.contains(CANARY) || line.to_lowercase().contains(&hex))
        .collect();
    assert!(shown.is_empty(), "{shown:#?}");
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
