//! SQLite's files as a power cut leaves them.
//!
//! What was written and synced stays. Of what was written later, anything may be there or not. So the end of the write-ahead
//! log is cut or torn. Pages that a checkpoint was moving are old, new, or half of each. Each cut is one of the states that a
//! disk may be in, made of a recording of a run.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    future::pending,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    Result,
    dying::Death,
    engine::{Engine, drained},
    roles::{Ills, receiving, working},
    senders::{Told, is_transactional, send},
    wal::{self, Follower, PAGE},
};

pub(crate) const NAME: &str = "the power fails";

/// A row of so many events is one recording of that part of them, and so many cuts of it.
const RECORDED: i64 = 20;
/// After so many events, the write-ahead log is moved to the database, and begins anew.
const LOGGED: i64 = 20;
/// Files that were cut need no disk, and opening thousands of them would wait for it.
const MEMORY: &str = "/dev/shm";
/// A worker goes on with each one of so many cuts.
const WORKED_ON: usize = 100;
const SECTOR: usize = 512;
/// Any: the same cuts of a recording each time.
const SEED: u64 = 20_261_129;
/// The numbers of states in the table of keys. They never change.
const PROCESSED: i64 = 1;
const KEPT: [i64; 3] = [PROCESSED, 5, 6];
const SOUND: Ills = Ills {
    death: Death::NONE,
    clock: 0,
};
const LEASE: u64 = 1;

/// Runs the row, and says what came of it.
pub(crate) async fn told(events: i64) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let recording = Recording::make(folder.path(), (events / RECORDED).max(40)).await?;
    let cuts = if Path::new(MEMORY).is_dir() {
        tempfile::tempdir_in(MEMORY)?
    } else {
        tempfile::tempdir()?
    };
    let mut found = Found::default();
    let mut chance = Chance(SEED);
    let each = usize::try_from(events)? / recording.logs.len().max(1);
    for log in &recording.logs {
        for at in log.places(each, &mut chance) {
            let cut = Cut::of(log, at, &mut chance);
            recording.check(&cut, cuts.path(), &mut found).await?;
        }
    }
    let wrong = if found.lost > 0 || found.twice > 0 {
        " **broken**"
    } else if found.required == 0 {
        " **nothing went wrong**"
    } else {
        ""
    };
    println!(
        "| SQLite | {NAME} | {} | {} | {} | {} | | | | |{wrong}",
        found.cuts,
        recording.keys().len(),
        found.lost,
        found.twice,
    );
    println!(
        "\nOf {} logs, {} did not begin anew and were not cut.",
        recording.logs.len() + recording.left_out,
        recording.left_out,
    );
    Ok(wrong.is_empty())
}

#[derive(Default)]
struct Found {
    cuts: usize,
    /// Events that had to be there, over all cuts.
    required: usize,
    lost: usize,
    /// Effects without the end of their event, ends without their effect, and effects that are there twice.
    twice: usize,
}

type Keys = Arc<Mutex<HashMap<i64, Vec<u8>>>>;

/// A run: the database and its log, each time that the log began anew.
struct Recording {
    logs: Vec<Log>,
    /// How many logs say nothing, and were left out.
    left_out: usize,
    /// Of each event that was handled.
    keys: Keys,
}

struct Log {
    /// When it began. All of it is synced.
    database: Vec<u8>,
    log: Vec<u8>,
    /// What its file held before.
    before: Vec<u8>,
    /// What was answered, and how long the log was then, in whole commits.
    answered: BTreeMap<i64, usize>,
    /// What was answered before it began.
    earlier: BTreeSet<i64>,
}

impl Recording {
    async fn make(folder: &Path, events: i64) -> Result<Self> {
        let path = folder.join("recorded.db");
        let url = format!("sqlite:{}", path.display());
        let made = Engine::create(&url).await?;
        let engine = Engine::open_without_checkpoints(&url).await?;
        made.close().await;
        let keys = Keys::default();
        let running = Running::start(&url, &keys).await?;
        let (mut logs, mut earlier) = (Vec::new(), BTreeSet::new());
        for log in 0..events / LOGGED {
            let sent = log * LOGGED..(log + 1) * LOGGED;
            engine.checkpoint().await?;
            let (database, before) = (std::fs::read(&path)?, std::fs::read(log_of(&path))?);
            let follower = Follower::of(&log_of(&path))?;
            let answered = Arc::<Mutex<BTreeMap<i64, usize>>>::default();
            send(&[running.address], sent, &noting(follower, &answered)).await?;
            drained(&engine).await?;
            let answered = std::mem::take(&mut *lock(&answered));
            let recorded = Log {
                database,
                log: std::fs::read(log_of(&path))?,
                before,
                answered: answered.clone(),
                earlier: earlier.clone(),
            };
            earlier.extend(answered.into_keys());
            logs.push(recorded);
        }
        let (sent, accepted) = (events / LOGGED * LOGGED, earlier.len());
        let handled = lock(&keys).len();
        if [accepted, handled] != [usize::try_from(sent)?; 2] {
            return Err(format!(
                "of {sent} events, {accepted} were accepted, and {handled} handled"
            )
            .into());
        }
        let recorded = logs.len();
        // A log that a reader kept from beginning anew goes on behind what it was.
        logs.retain(|it| it.log.get(..wal::HEADER) != it.before.get(..wal::HEADER));
        let left_out = recorded - logs.len();
        Ok(Self {
            logs,
            left_out,
            keys,
        })
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<i64, Vec<u8>>> {
        lock(&self.keys)
    }

    async fn check(&self, cut: &Cut<'_>, folder: &Path, found: &mut Found) -> Result<()> {
        // A folder of its own: whatever still has the file before open removes that one's log when it closes it.
        let folder = tempfile::tempdir_in(folder)?;
        let path = folder.path().join("cut.db");
        std::fs::write(&path, &cut.database)?;
        std::fs::write(log_of(&path), &cut.log)?;
        let url = format!("sqlite:{}", path.display());
        let engine = Engine::open(&url).await?;
        if !engine.is_whole().await? {
            return Err(format!("a cut at {} damages the file", cut.at).into());
        }
        let (states, effects) = (engine.states().await?, engine.effects().await?);
        let times = |event: &i64| effects.get(event).copied().unwrap_or_default();
        for (event, key) in self.keys().iter() {
            let state = states.get(key).copied();
            if cut.requires(*event) {
                found.required += 1;
                found.lost += usize::from(!state.is_some_and(|it| KEPT.contains(&it)));
            }
            let is_done = state == Some(PROCESSED);
            if is_transactional(*event) {
                found.twice += usize::from(times(event) != i64::from(is_done));
            } else {
                found.lost += usize::from(is_done && times(event) == 0);
            }
        }
        found.cuts += 1;
        if found.cuts.is_multiple_of(WORKED_ON) {
            self.go_on(&engine, cut, found).await?;
        }
        engine.close().await;
        Ok(())
    }

    /// A worker handles what is left.
    async fn go_on(&self, engine: &Engine, cut: &Cut<'_>, found: &mut Found) -> Result<()> {
        let worker = working(engine, SOUND, LEASE, |_, _| {})?;
        let worker = tokio::spawn(async move { worker.run(pending()).await });
        let rest = drained(engine).await;
        worker.abort();
        rest?;
        let effects = engine.effects().await?;
        for event in self.keys().keys() {
            let times = effects.get(event).copied().unwrap_or_default();
            found.lost += usize::from(cut.requires(*event) && times == 0);
            found.twice += usize::from(is_transactional(*event) && times > 1);
        }
        Ok(())
    }
}

/// A receiver and a worker, whose commits never move the log to the database.
struct Running {
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    async fn start(url: &str, keys: &Keys) -> Result<Self> {
        let accepts = Engine::open_without_checkpoints(url).await?;
        let app = receiving(&accepts, SOUND)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        let handles = Engine::open_without_checkpoints(url).await?;
        let keys = keys.clone();
        let worker = working(&handles, SOUND, LEASE, move |event, key| {
            lock(&keys).insert(event, key.as_bytes().to_vec());
        })?;
        let working = tokio::spawn(async move { drop(worker.run(pending()).await) });
        let tasks = vec![serving, working];
        Ok(Self { address, tasks })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Notes how long the log is when an event is answered for the first time.
fn noting(follower: Follower, answered: &Arc<Mutex<BTreeMap<i64, usize>>>) -> Told {
    let (follower, answered) = (Mutex::new(follower), answered.clone());
    Arc::new(move |event, status| {
        if status.is_success()
            && let Ok(committed) = lock(&follower).committed()
        {
            lock(&answered).entry(event).or_insert(committed);
        }
    })
}

impl Log {
    /// So many places to cut at: one half of them where a frame begins, all of them where there are few.
    fn places(&self, count: usize, chance: &mut Chance) -> Vec<usize> {
        let frames = wal::frames(&self.log).len();
        let end = wal::place(frames);
        let half = count / 2;
        let mut places: Vec<usize> = if frames <= half {
            (0..=frames).map(wal::place).collect()
        } else {
            (0..half)
                .map(|_| wal::place(chance.below(frames + 1)))
                .collect()
        };
        places.extend((0..half).map(|_| chance.below(end)));
        places
    }
}

/// What a disk has after a power cut: all of the log before `at`, and some of what else was written.
struct Cut<'a> {
    of: &'a Log,
    at: usize,
    database: Vec<u8>,
    log: Vec<u8>,
}

impl<'a> Cut<'a> {
    fn of(of: &'a Log, at: usize, chance: &mut Chance) -> Self {
        Self {
            of,
            at,
            database: half_moved(&of.database, of.log.get(..at).unwrap_or_default(), chance),
            log: torn(of, at, chance),
        }
    }

    /// Whether it was answered before the log was as long as here.
    fn requires(&self, event: i64) -> bool {
        let answered = self.of.answered.get(&event);
        self.of.earlier.contains(&event) || answered.is_some_and(|length| *length <= self.at)
    }
}

/// The log with what may stand behind `at`: nothing, zeros, what was there before, or all but one sector.
fn torn(of: &Log, at: usize, chance: &mut Chance) -> Vec<u8> {
    let (kept, rest) = of.log.split_at(at.min(of.log.len()));
    let mut log = kept.to_vec();
    match chance.below(4) {
        0 => {}
        1 => log.resize(of.log.len(), 0),
        2 => log.extend(of.before.get(at..).unwrap_or_default()),
        _ => {
            let lost = SECTOR.min(rest.len());
            log.resize(at + lost, 0);
            log.extend(rest.get(lost..).unwrap_or_default());
        }
    }
    log
}

/// The database while a checkpoint moves the commits of `synced` to it: some pages are new, and some in part. Or none was
/// under way.
fn half_moved(database: &[u8], synced: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut database = database.to_vec();
    if chance.below(2) == 0 {
        return database;
    }
    let frames = wal::frames(synced);
    let pages: BTreeMap<usize, &[u8]> = frames.iter().map(|it| (it.number, it.content)).collect();
    for (number, content) in pages {
        let moved = match chance.below(3) {
            0 => 0,
            1 => PAGE,
            _ => SECTOR * chance.below(PAGE / SECTOR),
        };
        let begin = number.saturating_sub(1) * PAGE;
        if moved > 0 && database.len() < begin + PAGE {
            database.resize(begin + PAGE, 0);
        }
        if let Some(page) = database.get_mut(begin..begin + moved) {
            page.copy_from_slice(content.get(..moved).unwrap_or_default());
        }
    }
    database
}

/// Chance that is the same each time (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(mixed % bound).unwrap_or_default()
    }
}

fn log_of(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
