//! [`Fault`]: what goes wrong with the database until it is ended. [`Disk`]: a small one, which can be filled.

use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate_test_support::{Break, PostgresServer, Proxy};
use sqlx::{Connection, Executor, PgConnection};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use crate::{Result, dying::below, row::Database};

const IDLE: usize = 300;
/// So long a full disk may take to be noticed by a delivery.
const NOTICED_WITHIN: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(10);
/// How many bytes a disk that was filled has left. SQLite writes over its log, and goes on for long with more than that.
const LEFT: [u64; 3] = [16 << 10, 0, 64 << 10];

/// A database.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) server: Option<Arc<PostgresServer>>,
    /// The small one that its files are on.
    pub(crate) disk: Option<Disk>,
}

impl Place {
    /// A SQLite file at `path`.
    pub(crate) fn file(path: &Path, disk: Option<Disk>) -> Self {
        Self {
            url: format!("sqlite:{}", path.display()),
            server: None,
            disk,
        }
    }

    /// A server. `None` where PostgreSQL is not installed, which it says.
    pub(crate) async fn server(disk: Option<Disk>) -> Result<Option<Self>> {
        let Some(server) = PostgresServer::start_durable() else {
            return Ok(None);
        };
        let url = server.url();
        if disk.is_some() {
            keep_little_log(&url).await?;
        }
        let server = Some(Arc::new(server));
        Ok(Some(Self { url, server, disk }))
    }

    /// Another one of the same kind.
    pub(crate) async fn another(&self) -> Result<Self> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            return Ok(Self::file(
                &Path::new(path).with_extension("other"),
                self.disk.clone(),
            ));
        }
        let server = Self::server(self.disk.clone()).await?;
        Ok(server.ok_or("PostgreSQL is gone")?)
    }
}

/// What goes wrong, until it is ended.
pub(crate) struct Fault {
    kind: Database,
    place: Place,
    /// Between the processes and the server. It goes on after the fault has ended.
    proxy: Option<Arc<Proxy>>,
    idle: Vec<PgConnection>,
    strikes: Option<(watch::Sender<bool>, JoinHandle<Result<()>>)>,
    times: Arc<AtomicUsize>,
}

impl Fault {
    pub(crate) async fn prepare(kind: Database, place: &Place) -> Result<Self> {
        let mut fault = Self {
            kind,
            place: place.clone(),
            proxy: None,
            idle: Vec::new(),
            strikes: None,
            times: Arc::default(),
        };
        let Some(server) = &place.server else {
            return Ok(fault);
        };
        match kind {
            Database::IsCrowded => {
                for _ in 0..IDLE {
                    fault.idle.push(PgConnection::connect(&place.url).await?);
                }
            }
            Database::Breaks => fault.proxy = Some(Arc::new(Proxy::start(server.port()).await)),
            _ => {}
        }
        Ok(fault)
    }

    /// How the database is reached meanwhile.
    pub(crate) fn url(&self) -> String {
        match (&self.place.server, &self.proxy) {
            (Some(server), Some(proxy)) => server.url_as("postgres", proxy.port()),
            _ => self.place.url.clone(),
        }
    }

    /// Begins. `refused` grows with each delivery that is answered 503.
    pub(crate) async fn strike(&mut self, refused: &Arc<AtomicUsize>) -> Result<()> {
        let (end, ends) = watch::channel(false);
        let (times, server) = (self.times.clone(), self.place.server.clone());
        let task = match (self.kind, server) {
            (Database::IsKilled, Some(server)) => tokio::spawn(is_killed(server, ends, times)),
            (Database::LosesBackends, Some(_)) => {
                tokio::spawn(loses_backends(self.place.url.clone(), ends, times))
            }
            (Database::Breaks, Some(_)) => {
                let Some(proxy) = self.proxy.clone() else {
                    return Ok(());
                };
                tokio::spawn(breaks(proxy, ends, times))
            }
            (Database::RunsFull, server) => {
                let Some(disk) = self.place.disk.clone() else {
                    return Ok(());
                };
                // A short row would be over before.
                disk.fill(0).await?;
                tokio::spawn(runs_full(disk, server, refused.clone(), ends, times))
            }
            _ => return Ok(()),
        };
        self.strikes = Some((end, task));
        Ok(())
    }

    /// Returns when it could not go on.
    pub(crate) async fn fails(&mut self) -> Result<()> {
        match &mut self.strikes {
            Some((_, task)) => task.await?,
            None => std::future::pending().await,
        }
    }

    /// Ends it. Says how often something went wrong.
    pub(crate) async fn end(&mut self) -> Result<usize> {
        if let Some((end, task)) = self.strikes.take() {
            end.send_replace(true);
            task.await??;
        }
        self.idle.clear();
        Ok(self.times.load(Ordering::Relaxed))
    }
}

/// Waits. `false` where the fault ends meanwhile.
async fn goes_on_after(ends: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    timeout(wait, ends.wait_for(|is_over| *is_over))
        .await
        .is_err()
}

async fn is_killed(
    server: Arc<PostgresServer>,
    mut ends: watch::Receiver<bool>,
    times: Arc<AtomicUsize>,
) -> Result<()> {
    // At once for the first time, so that a short row has one.
    let mut goes_on = true;
    while goes_on {
        let killed = server.clone();
        tokio::task::spawn_blocking(move || {
            killed.kill();
            killed.resume();
        })
        .await?;
        times.fetch_add(1, Ordering::Relaxed);
        let after = Duration::from_millis(1000 + below(1000)?);
        goes_on = goes_on_after(&mut ends, after).await;
    }
    Ok(())
}

async fn loses_backends(
    url: String,
    mut ends: watch::Receiver<bool>,
    times: Arc<AtomicUsize>,
) -> Result<()> {
    const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let mut connection = PgConnection::connect(&url).await?;
    let mut goes_on = true;
    while goes_on {
        connection.execute(END).await?;
        times.fetch_add(1, Ordering::Relaxed);
        goes_on = goes_on_after(&mut ends, Duration::from_millis(500)).await;
    }
    Ok(())
}

async fn breaks(
    proxy: Arc<Proxy>,
    mut ends: watch::Receiver<bool>,
    times: Arc<AtomicUsize>,
) -> Result<()> {
    let mut is_armed = false;
    while goes_on_after(&mut ends, Duration::from_millis(30)).await {
        if proxy.breaks_left() == 0 {
            // The one before has met a request.
            times.fetch_add(usize::from(is_armed), Ordering::Relaxed);
            let breaks = if below(2)? == 0 {
                Break::BeforeRequest
            } else {
                Break::BeforeAnswer
            };
            proxy.break_next(&[breaks]);
            is_armed = true;
        }
    }
    let has_met = is_armed && proxy.breaks_left() == 0;
    times.fetch_add(usize::from(has_met), Ordering::Relaxed);
    proxy.break_next(&[]);
    Ok(())
}

/// The disk is full. Waits until deliveries are refused, makes room, fills it, and so on.
async fn runs_full(
    disk: Disk,
    server: Option<Arc<PostgresServer>>,
    refused: Arc<AtomicUsize>,
    mut ends: watch::Receiver<bool>,
    times: Arc<AtomicUsize>,
) -> Result<()> {
    for left in LEFT.into_iter().cycle() {
        let before = refused.load(Ordering::Relaxed);
        let noticed = async {
            while refused.load(Ordering::Relaxed) == before {
                tokio::time::sleep(LOOK).await;
            }
        };
        let is_noticed = tokio::select! {
            noticed = timeout(NOTICED_WITHIN, noticed) => noticed.is_ok(),
            _ = ends.wait_for(|is_over| *is_over) => false,
        };
        if is_noticed {
            times.fetch_add(1, Ordering::Relaxed);
            goes_on_after(&mut ends, Duration::from_millis(below(1000)?)).await;
        }
        disk.make_room()?;
        if let Some(server) = server.clone() {
            // What starts services starts it again too.
            tokio::task::spawn_blocking(move || {
                if !server.is_running() {
                    server.resume();
                }
            })
            .await?;
        }
        if !goes_on_after(&mut ends, Duration::from_millis(500 + below(1000)?)).await {
            break;
        }
        disk.fill(left).await?;
    }
    Ok(())
}

/// PostgreSQL's write-ahead log grows to a gigabyte by default.
async fn keep_little_log(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for set in [
        "ALTER SYSTEM SET min_wal_size = '32MB'",
        "ALTER SYSTEM SET max_wal_size = '48MB'",
        "SELECT pg_reload_conf()",
    ] {
        connection.execute(set).await?;
    }
    Ok(connection.close().await?)
}

/// A small disk. What fills it is a file of zeros.
#[derive(Debug, Clone)]
pub(crate) struct Disk(PathBuf);

impl Disk {
    pub(crate) fn at(folder: &str) -> Self {
        Self(folder.into())
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    async fn fill(&self, left: u64) -> Result<()> {
        let disk = self.clone();
        Ok(tokio::task::spawn_blocking(move || disk.take_all_but(left)).await??)
    }

    /// Takes all room but `left` bytes.
    fn take_all_but(&self, left: u64) -> std::io::Result<()> {
        let mut ballast = File::create(self.ballast())?;
        let zeros = vec![0; 64 << 10];
        let mut length = 0_u64;
        loop {
            match ballast.write(&zeros) {
                Ok(written) => length += u64::try_from(written).unwrap_or_default(),
                Err(full) if full.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(error),
            }
        }
        ballast.set_len(length.saturating_sub(left))
    }

    fn make_room(&self) -> std::io::Result<()> {
        std::fs::remove_file(self.ballast())
    }
}
