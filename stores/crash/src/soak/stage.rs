//! [`Stage`]: the databases and the processes.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use hookgate_test_support::RedisServer;
use sqlx::{PgPool, SqlitePool, postgres::PgPoolOptions, sqlite::SqlitePoolOptions};
use tempfile::TempDir;
use tokio::time::Instant;

use super::{
    process::Condition,
    roles::INBOX,
    samples::{Metric, Samples},
};
use crate::{
    Result,
    dying::Dies,
    engine::Engine,
    fault,
    processes::free_address,
    supervised::{Deaths, Supervised},
};

/// Hookgate's tables on PostgreSQL, and their bytes.
const POSTGRES_TABLES: &str = "SELECT format('%I', c.relname), pg_total_relation_size(c.oid) \
    FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'hookgate%'";
/// Payloads of what is done go after hours, with the table that they are in. Here it is older than it seems.
const TURN_THE_RING: &str = "UPDATE hookgate_inbox_ring SET since = since - interval '6 hours'";
/// So often. The table that is full is emptied two minutes later.
const TURNS: Duration = Duration::from_secs(180);
const SQLITE_TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'hookgate%'";

/// A store or an inbox, and the receivers that share it.
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) receivers: Vec<SocketAddr>,
    tables: Tables,
}

enum Tables {
    /// In the processes themselves.
    None,
    Sqlite(SqlitePool, PathBuf),
    Postgres(PgPool),
    Redis,
}

/// A process that is never killed: what it holds is compared.
struct Watched {
    name: String,
    address: SocketAddr,
}

/// Everything that runs.
pub(super) struct Stage {
    pub(super) places: Vec<Place>,
    pub(super) inboxes: Vec<Engine>,
    inbox_places: Vec<usize>,
    pub(super) postgres: Option<[fault::Place; 2]>,
    pub(super) redis: Option<Arc<RedisServer>>,
    processes: Vec<Supervised>,
    watched: Vec<Watched>,
    killed_within: Duration,
    _folder: TempDir,
}

impl Stage {
    /// Starts everything. `time` is how long it will run: a short run kills its processes sooner.
    pub(super) async fn set(time: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let files = folder.path().to_owned();
        let mut stage = Self {
            places: Vec::new(),
            inboxes: Vec::new(),
            inbox_places: Vec::new(),
            postgres: None,
            redis: None,
            processes: Vec::new(),
            watched: Vec::new(),
            killed_within: (time / 10).min(Duration::from_secs(60)),
            _folder: folder,
        };
        for framework in ["axum", "actix"] {
            // What is in memory is nobody else's.
            stage.memory(framework).await?;
        }
        stage.sqlite(&files.join("store.db")).await?;
        stage.sqlite_inbox(&files.join("inbox.db")).await?;
        stage.on_postgres().await?;
        stage.on_redis().await?;
        Ok(stage)
    }

    pub(super) fn with_inbox(&self) -> impl Iterator<Item = (usize, &Engine)> {
        self.inbox_places.iter().copied().zip(&self.inboxes)
    }

    async fn memory(&mut self, framework: &'static str) -> Result<()> {
        let name = if framework == "axum" {
            "memory, axum"
        } else {
            "memory, actix"
        };
        let address = self.receiver(name, framework, "memory:").await?;
        self.places.push(Place {
            name,
            receivers: vec![address],
            tables: Tables::None,
        });
        Ok(())
    }

    async fn sqlite(&mut self, path: &Path) -> Result<()> {
        let url = format!("sqlite:{}", path.display());
        let receivers = self.receivers("SQLite", &url).await?;
        self.places.push(Place {
            name: "SQLite",
            receivers,
            tables: Tables::Sqlite(sqlite(&url).await?, path.to_owned()),
        });
        Ok(())
    }

    async fn sqlite_inbox(&mut self, path: &Path) -> Result<()> {
        let url = format!("sqlite:{}", path.display());
        self.inbox("inbox on SQLite", &url).await?;
        let pool = sqlite(&url).await?;
        // The application's own table is in the same file and grows, so the file says nothing.
        self.set_tables(Tables::Sqlite(pool, PathBuf::new()));
        Ok(())
    }

    async fn on_postgres(&mut self) -> Result<()> {
        let Some(store) = fault::Place::server(None).await? else {
            return Ok(());
        };
        let Some(inbox) = fault::Place::server(None).await? else {
            return Ok(());
        };
        let receivers = self.receivers("PostgreSQL", &store.url).await?;
        self.places.push(Place {
            name: "PostgreSQL",
            receivers,
            tables: Tables::Postgres(postgres(&store.url)?),
        });
        self.inbox("inbox on PostgreSQL", &inbox.url).await?;
        self.set_tables(Tables::Postgres(postgres(&inbox.url)?));
        self.postgres = Some([store, inbox]);
        Ok(())
    }

    async fn on_redis(&mut self) -> Result<()> {
        let Some(server) = RedisServer::start(&["--appendonly", "yes"]) else {
            return Ok(());
        };
        let receivers = self.receivers("Redis", &server.url()).await?;
        self.places.push(Place {
            name: "Redis",
            receivers,
            tables: Tables::Redis,
        });
        self.redis = Some(Arc::new(server));
        Ok(())
    }

    async fn inbox(&mut self, name: &'static str, url: &str) -> Result<()> {
        let engine = Engine::create(url).await?;
        let receivers = self.receivers(name, &format!("{INBOX}{url}")).await?;
        for killed in [false, true] {
            let address = free_address().await?;
            let arguments = ["soaked-worker", url, &address.to_string()];
            self.start(&arguments, killed).await?;
            if !killed {
                let name = format!("worker, {name}");
                self.watched.push(Watched { name, address });
            }
        }
        self.inbox_places.push(self.places.len());
        self.inboxes.push(engine);
        self.places.push(Place {
            name,
            receivers,
            tables: Tables::None,
        });
        Ok(())
    }

    fn set_tables(&mut self, tables: Tables) {
        if let Some(place) = self.places.last_mut() {
            place.tables = tables;
        }
    }

    /// One on each framework, and one that is killed again and again.
    async fn receivers(&mut self, name: &'static str, url: &str) -> Result<Vec<SocketAddr>> {
        let mut receivers = Vec::new();
        for framework in ["axum", "actix"] {
            let watched = format!("{framework}, {name}");
            receivers.push(self.receiver(&watched, framework, url).await?);
        }
        let framework = if self.places.len().is_multiple_of(2) {
            "axum"
        } else {
            "actix"
        };
        let address = free_address().await?;
        let arguments = ["soaked-receiver", framework, url, &address.to_string()];
        self.start(&arguments, true).await?;
        receivers.push(address);
        Ok(receivers)
    }

    /// One that is never killed.
    async fn receiver(&mut self, name: &str, framework: &str, url: &str) -> Result<SocketAddr> {
        let address = free_address().await?;
        let arguments = ["soaked-receiver", framework, url, &address.to_string()];
        self.start(&arguments, false).await?;
        let name = name.to_owned();
        self.watched.push(Watched { name, address });
        Ok(address)
    }

    async fn start(&mut self, arguments: &[&str], killed: bool) -> Result<()> {
        let killed_within = killed.then_some(self.killed_within);
        let process = Supervised::start(arguments, Dies::Never, killed_within).await?;
        self.processes.push(process);
        Ok(())
    }

    /// Lets the inbox on PostgreSQL begin the next of its tables, where the time has come.
    pub(super) async fn turn(&self, turned: &mut Instant) -> Result<()> {
        let Some([_, inbox]) = &self.postgres else {
            return Ok(());
        };
        if turned.elapsed() > TURNS {
            let pool = postgres(&inbox.url)?;
            // A server that is away is asked again at the next sample.
            if sqlx::query(TURN_THE_RING).execute(&pool).await.is_ok() {
                *turned = Instant::now();
            }
            pool.close().await;
        }
        Ok(())
    }

    /// Measures everything once.
    pub(super) async fn sample(&self, samples: &mut Samples) -> Result<()> {
        for watched in &self.watched {
            let condition = Condition::of(watched.address).await?;
            samples.note(&watched.name, Metric::Memory, condition.memory);
            samples.note(&watched.name, Metric::Descriptors, condition.descriptors);
            samples.note(&watched.name, Metric::Tasks, condition.tasks);
        }
        for place in &self.places {
            // A server may be away just now.
            if let Ok((rows, bytes)) = self.tables(place).await {
                if let Some(rows) = rows {
                    samples.note(place.name, Metric::Rows, rows);
                }
                if let Some(bytes) = bytes {
                    samples.note(place.name, Metric::Bytes, bytes / 1024);
                }
            }
        }
        Ok(())
    }

    /// Which processes have something under way.
    pub(super) async fn busy(&self) -> Result<Vec<String>> {
        let mut busy = Vec::new();
        for watched in &self.watched {
            let count = Condition::of(watched.address).await?.busy;
            if count > 0 {
                busy.push(format!("{}: {count} are still under way", watched.name));
            }
        }
        Ok(busy)
    }

    /// Ends all processes. Says how they ended before.
    pub(super) async fn stop(&mut self) -> Result<Deaths> {
        let mut deaths = Deaths::default();
        for process in self.processes.drain(..) {
            deaths.add(process.stop().await?);
        }
        Ok(deaths)
    }

    /// Rows and bytes of hookgate's tables.
    async fn tables(&self, place: &Place) -> Result<(Option<u64>, Option<u64>)> {
        match &place.tables {
            Tables::None => Ok((None, None)),
            Tables::Sqlite(pool, file) => {
                let names: Vec<String> = sqlx::query_scalar(SQLITE_TABLES).fetch_all(pool).await?;
                let mut rows = 0;
                for name in names {
                    let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM \"{name}\""));
                    rows += sqlx::query_scalar::<_, i64>(count).fetch_one(pool).await?;
                }
                let bytes = std::fs::metadata(file).ok().map(|it| it.len());
                Ok((u64::try_from(rows).ok(), bytes))
            }
            Tables::Postgres(pool) => {
                let tables: Vec<(String, i64)> =
                    sqlx::query_as(POSTGRES_TABLES).fetch_all(pool).await?;
                let (mut rows, mut bytes) = (0, 0);
                for (name, size) in tables {
                    let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {name}"));
                    rows += sqlx::query_scalar::<_, i64>(count).fetch_one(pool).await?;
                    bytes += size;
                }
                Ok((u64::try_from(rows).ok(), u64::try_from(bytes).ok()))
            }
            Tables::Redis => {
                let Some(server) = self.redis.clone() else {
                    return Ok((None, None));
                };
                let ask = move || (server.send("DBSIZE"), server.send("INFO memory"));
                let (size, memory) = tokio::task::spawn_blocking(ask).await?;
                let memory = memory
                    .lines()
                    .find_map(|it| it.strip_prefix("used_memory:"));
                let rows = size.trim().trim_start_matches(':').parse().ok();
                Ok((rows, memory.and_then(|it| it.trim().parse().ok())))
            }
        }
    }
}

async fn sqlite(url: &str) -> Result<SqlitePool> {
    Ok(SqlitePoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await?)
}

fn postgres(url: &str) -> Result<PgPool> {
    Ok(PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(2))
        .connect_lazy(url)?)
}
