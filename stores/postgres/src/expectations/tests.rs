use hookgate_test_support::PostgresServer;

use super::*;

/// A store with 100,000 processes of one endpoint, of which ten are due. `None` where there is no server to be had.
async fn crowded(name: &str) -> Option<(PostgresExpectations, Arc<PostgresServer>)> {
    let server = PostgresServer::shared()?;
    let store = PostgresExpectations::builder()
        .table(Table::new(name).unwrap())
        .call_timeout(Duration::from_secs(20))
        .connect(&server.url())
        .await
        .unwrap();
    store.migrate().await.unwrap();
    let rows = format!(
        "INSERT INTO {} (expectation_key, endpoint, process, since, due, gives_up, asked) \
         SELECT decode(md5(i::text) || md5((-i)::text), 'hex'), 'idcloud', 'id'::bytea, now(), \
         now() + interval '1 second' * CASE WHEN i <= 10 THEN -i ELSE 3600 + i END, now() + interval '1 day', 0 \
         FROM generate_series(1, 100000) AS i",
        store.0.table
    );
    let mut tx = store.0.pool.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(rows))
        .execute(&mut *tx)
        .await
        .unwrap();
    // The server may look at a table at such a moment by itself. It believes then that there is not one row.
    analyze(&store).await;
    tx.commit().await.unwrap();
    Some((store, server))
}

async fn analyze(store: &PostgresExpectations) {
    let statement = format!("ANALYZE {}", store.0.table);
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&store.0.pool)
        .await
        .unwrap();
}

fn ask(lasts: Duration) -> Values {
    let mut values = PgArguments::default();
    values.add("idcloud")?;
    values.add(&[1_u8; 16][..])?;
    values.add(micros(lasts) as f64)?;
    values.add(16_i64)?;
    Ok(values)
}

/// What the server does for `sql`, line by line. It does it.
async fn explained(store: &PostgresExpectations, sql: &str, values: Values) -> Vec<String> {
    let rows = store
        .ask(&format!("EXPLAIN (ANALYZE, BUFFERS) {sql}"), values)
        .await
        .unwrap();
    rows.iter().map(|row| get(row, 0).unwrap()).collect()
}

/// The blocks that the whole statement touches.
fn blocks(plan: &[String]) -> u64 {
    let whole = plan
        .iter()
        .find(|line| line.contains("Buffers: shared"))
        .unwrap();
    let counts = whole.split_whitespace().filter_map(|word| {
        let (what, count) = word.split_once('=')?;
        ["hit", "read"]
            .contains(&what)
            .then(|| count.parse::<u64>().ok())?
    });
    counts.sum()
}

fn reads_only_what_it_wants(plan: &[String]) {
    let text = plan.join("\n");
    for wrong in ["Seq Scan", "Rows Removed", "Sort"] {
        assert!(!text.contains(wrong), "{text}");
    }
}

/// With statistics of an empty table, and with right ones. A table of 100,000 rows has over 1,000 blocks.
#[tokio::test]
async fn what_is_not_due_costs_nothing() {
    let Some((store, _server)) = crowded("crowded").await else {
        return;
    };
    let sql = &store.0.sql;
    for is_right in [false, true] {
        if is_right {
            analyze(&store).await;
        }
        // Leases that lapse at once: they are due again.
        let plan = explained(&store, &sql.due, ask(Duration::ZERO)).await;
        reads_only_what_it_wants(&plan);
        let text = plan.join("\n");
        assert!(text.contains("crowded_due"), "{text}");
        // Ten rows, each found, locked and written, in the table and in two indexes.
        assert!(blocks(&plan) <= 200, "{text}");

        let plan = explained(&store, &sql.next, one_value("idcloud")).await;
        reads_only_what_it_wants(&plan);
        assert!(blocks(&plan) <= 40, "{}", plan.join("\n"));
    }
}

/// Those of one process, by its key.
#[tokio::test]
async fn what_one_process_needs_is_found_by_its_key() {
    let Some((store, _server)) = crowded("crowded_keys").await else {
        return;
    };
    let sql = &store.0.sql;
    let key = ExpectationKey::from_bytes([7; 32]);
    let held = |more: fn(&mut PgArguments) -> Result<(), BoxDynError>| {
        let mut values = PgArguments::default();
        values.add(&key.as_bytes()[..])?;
        values.add(&[1_u8; 16][..])?;
        more(&mut values)?;
        Ok(values)
    };
    let postponed = held(|values| {
        values.add(1000.0)?;
        values.add(true)
    });
    let rate = Rate::every("account", Duration::from_millis(110));
    let turn = |lasts| rate_values(&rate, lasts);
    for (statement, values) in [
        (&sql.postpone, postponed),
        (&sql.end, held(|_| Ok(()))),
        (&sql.taken, one_value(&key.as_bytes()[..])),
        (&sql.hold, turn(Duration::from_secs(1))),
        (&sql.last_heard, one_value(&key.as_bytes()[..])),
        (&sql.heard, silence_values("idcloud")),
    ] {
        let plan = explained(&store, statement, values).await;
        reads_only_what_it_wants(&plan);
        assert!(blocks(&plan) <= 40, "{statement}: {}", plan.join("\n"));
    }
}
