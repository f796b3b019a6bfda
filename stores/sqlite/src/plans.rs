//! How SQLite runs a statement, for tests.

use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

/// The steps of `statements` that look through a table, but for those that have one of `small` in them.
///
/// Without statistics, and with those of tables that were small when the application had them made (`ANALYZE`,
/// `PRAGMA optimize`): SQLite looks through a table that it believes to be small. (Of one that it believes to hold one row
/// or two it does so whatever the statement says.)
pub(crate) async fn scans(
    options: &SqliteConnectOptions,
    statements: impl IntoIterator<Item = impl AsRef<str>>,
    small: &[&str],
) -> Vec<String> {
    let mut scans = Vec::new();
    for sql in statements {
        let sql = sql.as_ref();
        let mut steps = plan(options, sql, "").await;
        steps.extend(plan(options, sql, SMALL).await);
        steps.retain(|step| {
            // What lies behind one end can be all there is.
            let is_scan = step.starts_with("SCAN") || step.ends_with(">?)");
            is_scan && !small.iter().any(|it| step.contains(it))
        });
        scans.extend(steps.into_iter().map(|step| format!("{step}: {sql}")));
    }
    scans
}

const SMALL: &str =
    "INSERT INTO sqlite_stat1 SELECT tbl_name, name, '10 1 1 1' FROM sqlite_schema;";

async fn plan(options: &SqliteConnectOptions, sql: &str, statistics: &str) -> Vec<String> {
    let mut connection = SqliteConnection::connect_with(options).await.unwrap();
    let analyze = format!("ANALYZE; DELETE FROM sqlite_stat1; {statistics} ANALYZE sqlite_schema;");
    let analyze = sqlx::raw_sql(AssertSqlSafe(analyze));
    analyze.execute(&mut connection).await.unwrap();
    steps(&mut connection, sql).await
}

/// What SQLite does for `sql`, line by line.
pub(crate) async fn steps(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let plan = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::raw_sql(plan).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}
