//! The whole run: traffic, two kills, and the table at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{net::TcpListener, sync::mpsc};

use crate::{
    Result,
    database::{Database, Effect},
    deliveries::{BAD, Name, send_all},
    endpoints::{NAMES, is_transactional},
    process::Process,
};

/// Events of each sender.
const EACH: usize = 250;
/// So long the rest may take once everything was accepted.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(200);

pub(crate) async fn run(url: Option<&str>) -> Result<()> {
    // Dropped at the end, with the database inside.
    let folder = tempfile::tempdir()?;
    let file = format!("sqlite:{}", folder.path().join("inbox.db").display());
    let url = url.unwrap_or(&file);
    let database = Database::create(url).await?;
    let shown = show(url, &database).await;
    database.remove().await?;
    shown
}

async fn show(url: &str, database: &Database) -> Result<()> {
    let address = free_address().await?;
    let at = address.to_string();
    let receiver = Process::start(&["receiver", &at, url]).await?;
    let worker = Process::start(&["worker", url]).await?;
    println!(
        "a receiver and a worker run; {} events of each of four senders",
        EACH
    );

    let (tell, mut told) = mpsc::unbounded_channel();
    let sending = tokio::spawn(send_all(address, EACH, tell));
    let mut accepted = BTreeSet::new();
    let all = EACH * NAMES.len();

    until(&mut told, &mut accepted, all / 5).await;
    let handled = database.effects().await?.len();
    worker.kill().await?;
    println!(
        "worker killed after {} accepted events and {handled} effects",
        accepted.len()
    );
    let worker = Process::start(&["worker", url]).await?;

    until(&mut told, &mut accepted, all * 3 / 5).await;
    receiver.kill().await?;
    println!("receiver killed after {} accepted events", accepted.len());
    let receiver = Process::start(&["receiver", &at, url]).await?;

    until(&mut told, &mut accepted, all).await;
    let unanswered = sending.await??;
    println!("all sent: {} events accepted", accepted.len());
    drain(database).await?;
    worker.kill().await?;
    receiver.kill().await?;
    judge(database, &accepted, &unanswered).await
}

/// A port that is free now. The receiver takes it again after it was killed.
async fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}

/// Until so many events were accepted, or all senders are done.
async fn until(
    told: &mut mpsc::UnboundedReceiver<Name>,
    accepted: &mut BTreeSet<Name>,
    count: usize,
) {
    while accepted.len() < count
        && let Some(name) = told.recv().await
    {
        accepted.insert(name);
    }
}

async fn drain(database: &Database) -> Result<()> {
    let begun = Instant::now();
    loop {
        let queued = database.queued().await?;
        if queued == 0 {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("{queued} events still wait").into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[derive(Default)]
struct Row {
    accepted: usize,
    handled: usize,
    effects: usize,
    repeated: usize,
    dead: usize,
    lost: usize,
}

async fn judge(
    database: &Database,
    accepted: &BTreeSet<Name>,
    unanswered: &BTreeSet<Name>,
) -> Result<()> {
    let mut runs: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    for Effect {
        endpoint,
        id,
        attempt,
    } in database.effects().await?
    {
        runs.entry((endpoint, id)).or_default().push(attempt);
    }
    let dead = database.dead().await?;
    let mut is_right = unanswered.is_empty();
    println!(
        "\n{:12} {:>8} {:>8} {:>8} {:>8} {:>5} {:>5}",
        "endpoint", "accepted", "handled", "effects", "repeated", "dead", "lost"
    );
    for endpoint in NAMES {
        let mut row = Row {
            dead: dead.get(endpoint).copied().unwrap_or_default(),
            ..Row::default()
        };
        let mut bad = 0;
        for (_, id) in accepted.iter().filter(|(of, _)| *of == endpoint) {
            row.accepted += 1;
            let effects = runs
                .get(&(endpoint.to_owned(), id.clone()))
                .map_or(0, Vec::len);
            match (id.ends_with(BAD), effects) {
                (true, _) => bad += 1,
                (false, 0) => row.lost += 1,
                (false, effects) => {
                    row.handled += 1;
                    row.effects += effects;
                    row.repeated += effects - 1;
                }
            }
        }
        // What can never be handled is kept, each once.
        row.lost += usize::abs_diff(bad, row.dead);
        is_right &= row.lost == 0 && !(is_transactional(endpoint) && row.repeated > 0);
        println!(
            "{endpoint:12} {:>8} {:>8} {:>8} {:>8} {:>5} {:>5}",
            row.accepted, row.handled, row.effects, row.repeated, row.dead, row.lost
        );
    }
    println!(
        "\nlogto and facephi commit their effect with the end of the event: it is never repeated."
    );
    println!("idcloud and unico-check do not: a kill between the two repeats it.");
    if is_right {
        return Ok(());
    }
    Err("an accepted event was not handled, or a transactional effect is there twice".into())
}
