//! [`Senders`]: what senders do. [`Heard`]: what they were told.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::stage::Stage;
use crate::{
    Result,
    senders::{Connection, SECRET, body, deliver, exchange, request},
};

/// Senders of each store. Each pauses after each event.
const SENDERS: usize = 3;
const PAUSE: Duration = Duration::from_millis(150);
/// One event in so many has a copy on its way at the same time, is followed by a forgery, loses its first sender.
const COPY_IN: i64 = 3;
const FORGED_IN: i64 = 7;
const HANGS_UP_IN: i64 = 11;
const HANGS_UP_AFTER: Duration = Duration::from_millis(2);
const ANOTHER_SECRET: &str = "what a stranger takes for the secret";

/// What the senders were told.
#[derive(Debug, Default)]
pub(super) struct Heard {
    next: AtomicI64,
    accepted: Mutex<BTreeMap<usize, BTreeSet<i64>>>,
    count: AtomicUsize,
    later: AtomicUsize,
    forged: AtomicUsize,
    wrong: Mutex<BTreeSet<String>>,
}

impl Heard {
    pub(super) fn summary(&self) -> String {
        format!(
            "{} events accepted, {} answers of 503 or 408, {} forgeries refused",
            self.count.load(Ordering::Relaxed),
            self.later.load(Ordering::Relaxed),
            self.forged.load(Ordering::Relaxed),
        )
    }

    /// What no sender should have been told.
    pub(super) fn wrong(&self) -> BTreeSet<String> {
        lock(&self.wrong).clone()
    }

    /// The events that the receivers of one store have accepted.
    pub(super) fn accepted_at(&self, place: usize) -> BTreeSet<i64> {
        lock(&self.accepted)
            .get(&place)
            .cloned()
            .unwrap_or_default()
    }

    fn told(&self, name: &str, status: StatusCode) {
        match status {
            // A machine with too much to do reads a head late. Its sender comes again either way.
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => {
                self.later.fetch_add(1, Ordering::Relaxed);
            }
            status if status.is_success() => {}
            status => self.is_wrong(format!("{name} answered {status}")),
        }
    }

    fn is_wrong(&self, what: String) {
        lock(&self.wrong).insert(what);
    }
}

/// Those of all stores.
pub(super) struct Senders(JoinSet<Result<()>>);

impl Senders {
    pub(super) fn start(stage: &Stage, heard: &Arc<Heard>, ends: &watch::Receiver<bool>) -> Self {
        let mut senders = JoinSet::new();
        for (place, at) in stage.places.iter().enumerate() {
            for _ in 0..SENDERS {
                let mut sender = Sender {
                    place,
                    name: at.name,
                    to: at.receivers.clone(),
                    heard: heard.clone(),
                    connections: BTreeMap::new(),
                };
                let ends = ends.clone();
                senders.spawn(async move {
                    while !*ends.borrow() {
                        sender.send_one().await?;
                        sleep(PAUSE).await;
                    }
                    Ok(())
                });
            }
        }
        Self(senders)
    }

    /// Waits until each has sent its last.
    pub(super) async fn end(mut self) -> Result<()> {
        while let Some(ended) = self.0.join_next().await {
            ended??;
        }
        Ok(())
    }
}

struct Sender {
    place: usize,
    name: &'static str,
    to: Vec<SocketAddr>,
    heard: Arc<Heard>,
    connections: BTreeMap<SocketAddr, Connection>,
}

impl Sender {
    async fn send_one(&mut self) -> Result<()> {
        let event = self.heard.next.fetch_add(1, Ordering::Relaxed);
        let (to, other) = (self.receiver(event)?, self.receiver(event + 1)?);
        let body = body(event);
        if event % HANGS_UP_IN == 0 {
            // Closed when this is dropped.
            let mut connection = None;
            let sent = exchange(&mut connection, to, request(SECRET, to, &body)?);
            let _ = timeout(HANGS_UP_AFTER, sent).await;
        }
        let (heard, name) = (self.heard.clone(), self.name);
        let told = |status| heard.told(name, status);
        let mut connection = self.connections.remove(&to).flatten();
        let is_accepted = if event % COPY_IN == 0 {
            let mut copies = None;
            let (is_accepted, is_copy_accepted) = tokio::join!(
                deliver(&mut connection, to, &body, told),
                deliver(&mut copies, other, &body, told)
            );
            is_accepted && is_copy_accepted
        } else {
            deliver(&mut connection, to, &body, told).await
        };
        self.connections.insert(to, connection);
        if is_accepted {
            heard.count.fetch_add(1, Ordering::Relaxed);
            lock(&heard.accepted)
                .entry(self.place)
                .or_default()
                .insert(event);
        } else {
            heard.is_wrong(format!("{name} never accepted an event"));
        }
        if event % FORGED_IN == 0 {
            self.forge(to, &body).await?;
        }
        Ok(())
    }

    /// Sends what a stranger has signed. A receiver that is killed answers nothing.
    async fn forge(&self, to: SocketAddr, body: &str) -> Result<()> {
        let forged = request(ANOTHER_SECRET, to, body)?;
        match exchange(&mut None, to, forged).await {
            Ok(StatusCode::UNAUTHORIZED) => {
                self.heard.forged.fetch_add(1, Ordering::Relaxed);
            }
            Ok(status) => {
                let name = self.name;
                let what = format!("{name} answered a forgery with {status}");
                self.heard.is_wrong(what);
            }
            Err(_) => {}
        }
        Ok(())
    }

    fn receiver(&self, event: i64) -> Result<SocketAddr> {
        let index = usize::try_from(event)? % self.to.len().max(1);
        Ok(*self.to.get(index).ok_or("a store has no receiver")?)
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
