//! A storm of kills: receivers die at random moments, senders go on.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    App, Child,
    process::{parent_ends, temporary_folder},
    respawn, send_until_done, until,
};

const INSTANCES: usize = 2;
const SENDERS: u64 = 8;
const EVENTS: u64 = 200;
const KILLS: u64 = 12;

/// The result of a [`storm`].
#[derive(Debug, Clone, Copy)]
pub struct Storm {
    /// Sent, each until it was answered 200.
    pub events: u64,
    /// Processes that were killed.
    pub kills: u64,
    /// Events that could be under way at once.
    pub under_way: u64,
}

/// Sends 200 events, each until it is answered 200, to two processes that run the test `instance`. Kills one of
/// them a dozen times, and starts another one in its place.
///
/// Each process finds `task` in [`child_task`](crate::child_task). The path in front of it is for [`serve`].
///
/// # Panics
///
/// When an event is never answered 200, or all were before half of the kills.
pub async fn storm(instance: &'static str, task: &str) -> Storm {
    let folder = temporary_folder();
    let start =
        |number: u64| Instance::start(instance, &folder.path().join(number.to_string()), task);
    let mut instances: Vec<Instance> = (0..INSTANCES as u64).map(start).collect();
    let addresses: Vec<SocketAddr> = instances.iter().map(Instance::address).collect();
    let addresses = Arc::new(RwLock::new(addresses));
    let done = Arc::<AtomicU64>::default();
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (addresses, done) = (addresses.clone(), done.clone());
            tokio::spawn(async move {
                for event in (sender..EVENTS).step_by(SENDERS as usize) {
                    let turn = AtomicU64::new(event);
                    let to = || {
                        let turn = turn.fetch_add(1, Ordering::Relaxed) as usize;
                        addresses.read().unwrap_or_else(PoisonError::into_inner)[turn % INSTANCES]
                    };
                    send_until_done(to, &format!("event {event}")).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();

    let began = Instant::now();
    let mut killed = 0;
    while killed < KILLS && done.load(Ordering::Relaxed) < EVENTS {
        // In the middle of its work: the moment differs from kill to kill and from run to run.
        let moment = 20 + u64::from(began.elapsed().subsec_nanos()) % 150;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        let victim = killed as usize % INSTANCES;
        instances[victim].child.kill();
        killed += 1;
        let next = start(killed + INSTANCES as u64);
        let address = tokio::task::block_in_place(|| next.address());
        addresses.write().unwrap_or_else(PoisonError::into_inner)[victim] = address;
        instances[victim] = next;
    }
    for sender in senders {
        sender.await.expect("every event is done");
    }
    assert!(
        killed >= KILLS / 2,
        "too few kills to call it a storm: {killed}"
    );
    Storm {
        events: EVENTS,
        kills: killed,
        under_way: SENDERS,
    }
}

/// Keeps `app` up in a process of a [`storm`], until it or its parent is killed. `place` is the first word of
/// its task.
pub async fn serve(app: App, place: &str) {
    // Moved into place, so that nobody reads half of it.
    let draft = format!("{place}.draft");
    std::fs::write(&draft, app.address().to_string()).expect("write an address");
    std::fs::rename(draft, place).expect("move an address into place");
    parent_ends().await;
}

struct Instance {
    child: Child,
    place: PathBuf,
}

impl Instance {
    fn start(test: &str, place: &Path, task: &str) -> Self {
        Self {
            child: respawn(test, &format!("{} {task}", place.display())),
            place: place.to_owned(),
        }
    }

    fn address(&self) -> SocketAddr {
        let mut address = None;
        until("an instance starts", || {
            let told = std::fs::read_to_string(&self.place);
            address = told.ok().and_then(|told| told.parse().ok());
            address.is_some()
        });
        address.expect("an address")
    }
}
