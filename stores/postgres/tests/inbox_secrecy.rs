//! What is left of a delivery in the server's files, catalogues and log, wherever in it a sender has put something.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{path::PathBuf, time::Duration};

use bytes::Bytes;
use hookgate::{
    Key, Keyring, Secret,
    inbox::{EncryptedInbox, Entry, Filter, Inbox},
};
use hookgate_postgres::PostgresInbox;
use hookgate_test_support::{
    PostgresServer,
    inboxes::{
        CANARY, accept_canaries, discard_canaries, files_with_canary, handle_canaries, shows_canary,
    },
};
use place::{patient_inbox, run, scene::entry};
use sqlx::{PgPool, Row, postgres::PgConnectOptions};

/// An inbox on a server of its own, whose log has each statement, how long it took, and each error.
struct Scene {
    server: PostgresServer,
    pool: PgPool,
    inbox: PostgresInbox,
}

impl Scene {
    async fn start() -> Option<Self> {
        let server = PostgresServer::start()?;
        let options: PgConnectOptions = server.url().parse().expect("an address");
        let options = options.options([
            ("log_statement", "all"),
            ("log_min_duration_statement", "0"),
            ("log_min_messages", "error"),
            ("log_min_error_statement", "error"),
        ]);
        let pool = PgPool::connect_with(options).await.expect("connect");
        let inbox = patient_inbox().pool(pool.clone()).await.expect("an inbox");
        inbox.migrate().await.expect("migrate");
        Some(Self {
            server,
            pool,
            inbox,
        })
    }

    async fn text(&self, sql: &'static str) -> String {
        let row = sqlx::raw_sql(sql).fetch_one(&self.pool).await;
        row.expect("a row").get(0)
    }

    /// The server's own folder.
    async fn data(&self) -> PathBuf {
        self.text("SHOW data_directory").await.into()
    }

    async fn log(&self) -> String {
        let log = self.data().await.with_file_name("log");
        let log = std::fs::read(log).expect("the server's log");
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Nobody sees it who looks at what runs, or at what the server knows of values.
    async fn expect_nothing_in_catalogues(&self) {
        run(&self.pool, "ANALYZE").await;
        for sql in [
            "SELECT string_agg(a::text, ' ') FROM pg_stat_activity AS a",
            "SELECT string_agg(s::text, ' ') FROM pg_statistic AS s",
        ] {
            let shown = self.text(sql).await;
            assert!(!shows_canary(&shown), "{sql}: {shown}");
        }
    }

    /// From here on the server refuses what is written to `table`.
    async fn refuse(&self, table: &str) {
        let refuse = format!("ALTER TABLE {table} ADD CONSTRAINT refuses CHECK (false) NOT VALID");
        run(&self.pool, refuse).await;
    }

    async fn refuse_no_more(&self, table: &str) {
        let refuse = format!("ALTER TABLE {table} DROP CONSTRAINT refuses");
        run(&self.pool, refuse).await;
    }

    /// What the program is told, of which its own log may be made.
    async fn expect_nothing_in_an_error(&self) {
        for table in ["hookgate_inbox_work", "hookgate_inbox_dead"] {
            self.refuse(table).await;
        }
        let entry = Entry {
            payload: Bytes::from_static(CANARY.as_bytes()),
            ..entry(1)
        };
        let told = self.inbox.accept(vec![entry]).await;
        let told = format!("{:?}", told.expect_err("it can be kept nowhere"));
        assert!(told.contains("23514") && !shows_canary(&told), "{told}");
        for table in ["hookgate_inbox_work", "hookgate_inbox_dead"] {
            self.refuse_no_more(table).await;
        }
    }

    /// Accepts, handles and buries them, and has the server refuse some on the way.
    async fn play(&self, inbox: &(impl Inbox + Clone), why: &str, after_each: impl AsyncFn()) {
        self.refuse("hookgate_inbox_work").await;
        let receiver = accept_canaries(inbox).await;
        self.refuse_no_more("hookgate_inbox_work").await;
        after_each().await;
        // They were kept as they came, and are work now.
        self.replay_all(why).await;
        handle_canaries(inbox, &receiver).await;
        after_each().await;
        assert!(self.log().await.contains("violates check constraint"));
        discard_canaries(inbox).await;
    }

    async fn replay_all(&self, why: &str) {
        let dead = Filter::dead();
        let page = self.inbox.list(&dead, None, 100).await.expect("list");
        assert!(!page.rows.is_empty(), "the server refused them");
        for row in page.rows {
            assert!(self.inbox.replay(&row.key, why).await.expect("replay"));
        }
    }

    async fn erase(&self) {
        let erased = self.inbox.erase(Duration::ZERO, 100).await;
        assert!(erased.expect("erase") > 0);
        for since in ["7 h", "3 min"] {
            let since =
                format!("UPDATE hookgate_inbox_ring SET since = now() - interval '{since}'");
            run(&self.pool, since).await;
            self.inbox.prune().await.expect("prune");
        }
        // Dead letters and errors lie in tables that are vacuumed.
        for table in ["dead", "later", "parked", "work"] {
            run(&self.pool, format!("VACUUM hookgate_inbox_{table}")).await;
        }
        run(&self.pool, "CHECKPOINT").await;
    }
}

/// C1, C2, C6: what is done or erased is in no relation's file. Until then it is in no catalogue, and in no statement's text
/// in the log. Lines with parameters of statements and with values of refused rows have it: only the server's owner can
/// switch them off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_delivery_is_left_where_others_look() {
    let Some(scene) = Scene::start().await else {
        return;
    };
    let looks = async || {
        scene.expect_nothing_in_catalogues().await;
        run(&scene.pool, "CHECKPOINT").await;
        let base = scene.data().await.join("base");
        assert!(!files_with_canary(&base).is_empty(), "the search finds it");
    };
    scene.expect_nothing_in_an_error().await;
    scene.play(&scene.inbox, CANARY, looks).await;
    scene.erase().await;
    scene.expect_nothing_in_catalogues().await;
    let log = scene.log().await;
    assert!(shows_canary(&log), "the parameters are there");
    let lines = log.lines().filter(|line| !line.contains("DETAIL:"));
    let shown: Vec<_> = lines.filter(|line| shows_canary(line)).collect();
    assert!(shown.is_empty(), "{shown:#?}");
    for folder in ["base", "global", "pg_stat", "pg_stat_tmp"] {
        let folder = scene.data().await.join(folder);
        assert_eq!(files_with_canary(&folder), [""; 0]);
    }
    drop(scene.server);
}

/// Neither the log's parameters nor the write-ahead log have it, and not for a moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_encrypted_delivery_is_ever_anywhere_on_the_server() {
    let Some(scene) = Scene::start().await else {
        return;
    };
    let secret = Secret::utf8("a secret of 32 bytes or a few more").expect("a secret");
    let keys = Keyring::new([Key::new("one", secret)]).expect("a ring");
    let inbox = EncryptedInbox::new(scene.inbox.clone(), keys).expect("an inbox");
    let looks = async || {
        scene.expect_nothing_in_catalogues().await;
        run(&scene.pool, "CHECKPOINT").await;
        let data = scene.data().await;
        let home = data.parent().expect("data and log lie in one folder");
        assert!(home.join("log").exists() && home.join("data/pg_wal").exists());
        assert_eq!(files_with_canary(home), [""; 0]);
    };
    scene.play(&inbox, "mended", looks).await;
    looks().await;
    scene.erase().await;
    looks().await;
    drop(scene.server);
}
