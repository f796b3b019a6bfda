//! The whole matrix, and one row of it.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    ops::Range,
    process::Command,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http::StatusCode;
use tokio::net::TcpListener;

use crate::{
    Result,
    dying::Dies,
    engine::Engine,
    fault::{Disk, Fault, Place},
    power,
    rate::{Side, median, pieces},
    row::{Database, ROWS, Row},
    senders::{Told, is_transactional, send},
    supervised::{Deaths, Supervised},
};

/// So long the rest may take once everything was sent.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(20);
/// What must be reached of the rate of a database to which nothing has happened.
const RECOVERED: f64 = 0.95;
/// Rates over fewer events say nothing.
const ENOUGH: i64 = 10_000;
/// Room for both engines' files, and what a full matrix writes.
const SMALL_DISK: u64 = 384 << 20;

/// Runs every row whose name has `only` in it, on both engines.
pub(crate) async fn all(events: i64, only: &str) -> Result<()> {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| row.name.contains(only)).collect();
    let with_power = power::NAME.contains(only);
    if rows.is_empty() && !with_power {
        return Err(format!("no row has {only:?} in its name").into());
    }
    let mut is_right = true;
    println!(
        "{events} events a row; rates are events a second from sending to handled, before and after what goes wrong\n"
    );
    println!(
        "| engine | what goes wrong | times | accepted | lost | twice, with its end | twice, alone | rate before | after | compared |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in rows {
        is_right &= match row.database {
            Database::RunsFull => respawn_on_small_disk(row, events)?,
            _ => both(row, events, None).await?,
        };
    }
    if with_power {
        is_right &= power::told(events).await?;
    }
    if is_right {
        return Ok(());
    }
    Err("a row is not as it should be".into())
}

/// The row of this name, whose files are on a small disk.
pub(crate) async fn on_small_disk(events: i64, name: &str, disk: Disk) -> Result<()> {
    let row = ROWS.iter().find(|row| row.name == name);
    if both(row.ok_or("no such row")?, events, Some(disk)).await? {
        return Ok(());
    }
    Err("a row is not as it should be".into())
}

/// Runs a row in a process that has a small disk. Its temporary files are there.
fn respawn_on_small_disk(row: &Row, events: i64) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    // It says so where there is none.
    let Some(mut command) = hookgate_test_support::on_small_disk(folder.path(), SMALL_DISK) else {
        return Ok(true);
    };
    // PostgreSQL refuses to run as root, whom the process that mounts must seem to be.
    command.args(["unshare", "--map-user=1000", "--map-group=1000"]);
    respawned(command, row, events, folder.path())
}

fn respawned(
    mut command: Command,
    row: &Row,
    events: i64,
    folder: &std::path::Path,
) -> Result<bool> {
    let status = command
        .arg(std::env::current_exe()?)
        .args(["--events", &events.to_string(), "--only", row.name])
        .arg("--on-disk")
        .arg(folder)
        .env("TMPDIR", folder)
        .status()?;
    Ok(status.success())
}

async fn both(row: &Row, events: i64, disk: Option<Disk>) -> Result<bool> {
    let mut is_right = true;
    if !row.is_of_server() {
        let folder = tempfile::tempdir()?;
        let place = Place::file(&folder.path().join("inbox.db"), disk.clone());
        is_right &= told("SQLite", row, events, &place).await?;
    }
    // It says so where there is none.
    if let Some(place) = Place::server(disk).await? {
        is_right &= told("PostgreSQL", row, events, &place).await?;
    }
    Ok(is_right)
}

#[derive(Default)]
struct Count {
    /// How often something went wrong.
    times: usize,
    /// How processes ended that nothing should have ended.
    by_itself: Vec<String>,
    accepted: usize,
    lost: usize,
    twice_with_end: i64,
    twice_alone: i64,
    before: f64,
    after: f64,
    /// The rate after, divided by that of a database to which nothing has happened.
    compared: Option<f64>,
    /// An answer that is neither a success nor 503.
    odd: Option<StatusCode>,
}

async fn told(engine: &str, row: &Row, events: i64, place: &Place) -> Result<bool> {
    let count = run(row, events, place).await?;
    let is_kept =
        count.lost == 0 && count.twice_with_end == 0 && (row.may_repeat || count.twice_alone == 0);
    let wrong = if !is_kept {
        " **broken**".to_owned()
    } else if count.accepted < usize::try_from(events)? {
        " **not all accepted**".to_owned()
    } else if !count.by_itself.is_empty() {
        for ended in &count.by_itself {
            eprintln!("{engine}, {}: {ended}", row.name);
        }
        " **a process ended by itself**".to_owned()
    } else if row.must_go_wrong() && count.times == 0 {
        // Such a row shows nothing.
        " **nothing went wrong**".to_owned()
    } else if let Some(status) = count.odd {
        format!(" **answered {status}**")
    } else {
        String::new()
    };
    let (compared, slower) = match count.compared {
        Some(compared) if compared < RECOVERED => (format!("{compared:.2}"), " slower"),
        Some(compared) => (format!("{compared:.2}"), ""),
        None => (String::new(), ""),
    };
    println!(
        "| {engine} | {} | {} | {} | {} | {} | {} | {:.0} | {:.0} | {compared} |{slower}{wrong}",
        row.name,
        count.times,
        count.accepted,
        count.lost,
        count.twice_with_end,
        count.twice_alone,
        count.before,
        count.after,
    );
    Ok(wrong.is_empty())
}

async fn run(row: &Row, events: i64, place: &Place) -> Result<Count> {
    let engine = Engine::create(&place.url).await?;
    let (first, second) = (events / 5, events * 4 / 5);
    let mut accepted = Vec::new();
    let mut count = Count::default();
    let (refused, odd) = (Arc::<AtomicUsize>::default(), Arc::default());
    let told = listen(&refused, &odd);

    let sound = Processes::start(&ROWS[0], &place.url).await?;
    let before = Side::new(&engine, &sound.addresses, &told);
    let mut rates = Vec::new();
    for piece in pieces(0..first) {
        rates.push(before.rate(piece, &mut accepted).await?);
    }
    count.before = median(rates);
    sound.stop().await?.none()?;

    let mut fault = Fault::prepare(row.database, place).await?;
    let processes = Processes::start(row, &fault.url()).await?;
    fault.strike(&refused).await?;
    // A short run may be over before a kill was due.
    let middle = i64::midpoint(first, second);
    let traffic = async {
        accepted.extend(send(&processes.addresses, first..middle, &told).await?);
        processes.kill_at_last();
        accepted.extend(send(&processes.addresses, middle..second, &told).await?);
        Ok(())
    };
    tokio::select! {
        done = traffic => done,
        // Nobody would bring the database back.
        failed = fault.fails() => failed,
    }?;
    count.times = fault.end().await?;
    // A worker that were stopped with its hands full would repeat effects, which is another row's.
    drained(&engine).await?;
    let deaths = processes.stop().await?;
    count.times += deaths.meant;
    count.by_itself = deaths.by_itself;
    drop(fault);

    let sound = Processes::start(&ROWS[0], &place.url).await?;
    let after = Side::new(&engine, &sound.addresses, &told);
    let compared = row.recovers && events >= ENOUGH;
    let other = if compared {
        Some(Other::start(place, 0..second).await?)
    } else {
        None
    };
    let (mut rates, mut others) = (Vec::new(), Vec::new());
    for piece in pieces(second..events) {
        if let Some(other) = &other {
            others.push(other.rate(piece.clone()).await?);
        }
        rates.push(after.rate(piece, &mut accepted).await?);
    }
    count.after = median(rates);
    count.compared = other.as_ref().map(|_| count.after / median(others));
    if let Some(other) = other {
        other.stop().await?;
    }
    sound.stop().await?.none()?;

    accepted.sort_unstable();
    accepted.dedup();
    count.accepted = accepted.len();
    count.odd = *odd.lock().unwrap_or_else(PoisonError::into_inner);
    let effects = engine.effects().await?;
    judge(&mut count, &accepted, &effects);
    let (_, dead) = engine.kept().await?;
    if dead > 0 {
        return Err(format!("{dead} events are dead letters, and none should be").into());
    }
    Ok(count)
}

/// Counts answers of 503, and keeps one that is neither that nor a success.
fn listen(refused: &Arc<AtomicUsize>, odd: &Arc<Mutex<Option<StatusCode>>>) -> Told {
    let (refused, odd) = (refused.clone(), odd.clone());
    Arc::new(move |_, status| {
        if status == StatusCode::SERVICE_UNAVAILABLE {
            refused.fetch_add(1, Ordering::Relaxed);
        } else if !status.is_success() {
            *odd.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
        }
    })
}

fn judge(count: &mut Count, accepted: &[i64], effects: &BTreeMap<i64, i64>) {
    count.lost = accepted
        .iter()
        .filter(|event| !effects.contains_key(event))
        .count();
    for (event, times) in effects {
        let more = times - 1;
        if is_transactional(*event) {
            count.twice_with_end += more;
        } else {
            count.twice_alone += more;
        }
    }
}

pub(crate) async fn drained(engine: &Engine) -> Result<()> {
    let begun = Instant::now();
    loop {
        // The pool may hold connections that broke meanwhile.
        let kept = engine.kept().await;
        if matches!(kept, Ok((0, _))) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            let waiting = engine.waiting().await?;
            return Err(format!("after three minutes the inbox still holds: {waiting}").into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// A database of its own to which nothing happens, with as many events. So both rates are measured at the same time, whatever
/// else the machine does.
struct Other {
    engine: Engine,
    processes: Processes,
    told: Told,
    _place: Place,
}

impl Other {
    async fn start(beside: &Place, before: Range<i64>) -> Result<Self> {
        let place = beside.another().await?;
        let other = Self {
            engine: Engine::create(&place.url).await?,
            processes: Processes::start(&ROWS[0], &place.url).await?,
            told: Arc::new(|_, _| {}),
            _place: place,
        };
        other.rate(before).await?;
        Ok(other)
    }

    async fn rate(&self, events: Range<i64>) -> Result<f64> {
        let side = Side::new(&self.engine, &self.processes.addresses, &self.told);
        side.rate(events, &mut Vec::new()).await
    }

    async fn stop(self) -> Result<()> {
        self.processes.stop().await?.none()
    }
}

struct Processes {
    all: Vec<Supervised>,
    addresses: Vec<SocketAddr>,
}

impl Processes {
    async fn start(row: &Row, url: &str) -> Result<Self> {
        let address = free_address().await?;
        let (at, mut addresses) = (address.to_string(), vec![address]);
        let clocks = row.clocks.map(|it| it.to_string());
        let receiver = ["receiver", url, row.receiver.name(), &clocks[0], &at];
        // Short where workers die, so that the row is. Elsewhere a busy machine must not make one lapse.
        let lease = if row.may_repeat { "1" } else { "30" };
        let worker = ["worker", url, row.worker.name(), &clocks[1], lease];
        let mut all = vec![
            Supervised::start(&receiver, row.receiver, row.receiver_killed).await?,
            Supervised::start(&worker, row.worker, row.worker_killed).await?,
        ];
        if row.beside_inline {
            let address = free_address().await?;
            let inline = ["inline", url, &address.to_string()];
            all.push(Supervised::start(&inline, Dies::Never, None).await?);
            addresses.push(address);
        }
        Ok(Self { all, addresses })
    }

    fn kill_at_last(&self) {
        for process in &self.all {
            process.kill_at_last();
        }
    }

    async fn stop(self) -> Result<Deaths> {
        let mut deaths = Deaths::default();
        for process in self.all {
            deaths.add(process.stop().await?);
        }
        Ok(deaths)
    }
}

/// A port that is free now. A receiver that was killed takes it again.
async fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}
