//! [`Reconciler`]: reads the log from time to time.

use std::{
    fmt,
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{ApiError, LogtoClient, ReconcileError, Reconciled, pass};
use crate::{
    dedup::{Claim, End, Lease, OwnerTokens},
    identity::EventKey,
    leases::StoreCalls,
    receiver::{Busy, Receiver},
    road::Handler,
    telemetry::{log, meter, words},
    time::{Timer, TokioTimer, UnixTime, first_of, within},
};

/// How long a turn lasts without being extended. Longer than a call to Logto and the pause behind it.
pub(super) const TURN: Duration = Duration::from_secs(180);
/// How soon a pass that did not come to its end is made again.
const SOON: Duration = Duration::from_secs(60);
/// How often an instance looks whether it is its turn.
const LOOK: Duration = Duration::from_secs(30);
/// How long a pass may go on once it is told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// A pause that Logto asks for is kept up to this.
const LONGEST_ASKED: Duration = Duration::from_secs(600);

/// Reads the log of one hook, and has handled what the endpoint did not get. Cheap to clone; clones are one.
///
/// [`run`](Self::run) does it from time to time, beside the server. [`once`](Self::once) does it once.
///
/// # What is handled
///
/// | the log shows | then |
/// | --- | --- |
/// | an event that was handled, or is in the inbox | nothing: one look at the store |
/// | one that is being handled | a later pass looks again |
/// | one that is unknown, whatever Logto got for an answer | it is handled under its key, as if it had been sent |
/// | one whose handler fails | a later pass tries again; after ten in a row this pass ends |
/// | one that is older than the [window](super::ReconcilerBuilder::window) | nothing: its mark may have gone |
/// | one from before [`since`](super::ReconcilerBuilder::since) | nothing: it may have another key |
/// | one of another hook, without a body, or that cannot be read | nothing: it is counted |
///
/// The oldest of what is lost is handled first. A pass keeps 64 MiB of it, and leaves what is later to the next one. Where it
/// ended in failures, the next one begins behind them, and comes to them last.
///
/// # Which part of the log is read
///
/// The first pass reads the whole window. A later one reads what was written since, and five minutes more. Where an event
/// is still without an end, it reads from there. What lies beyond [`most_entries`](super::ReconcilerBuilder::most_entries)
/// is not read later either: the log warns of it.
///
/// # Several instances
///
/// They take turns by a lease in the receiver's store, which has to be one for all of them: marks that one instance alone
/// knows let another one handle the event again. An instance that dies leaves its turn to others after three minutes.
#[derive(Clone)]
pub struct Reconciler(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) client: LogtoClient,
    pub(super) receiver: Receiver,
    pub(super) hook: Box<str>,
    pub(super) tenant: Option<Box<str>>,
    pub(super) handler: Handler,
    pub(super) path: Box<str>,
    pub(super) window: Duration,
    pub(super) since: Option<UnixTime>,
    pub(super) every: Duration,
    pub(super) page_size: u64,
    pub(super) most_entries: usize,
    /// The key under which instances take turns.
    pub(super) turn: EventKey,
    pub(super) owners: OwnerTokens,
    pub(super) progress: Mutex<pass::Progress>,
}

impl Shared {
    fn timer(&self) -> Arc<dyn Timer> {
        self.receiver
            .timer()
            .unwrap_or_else(|| Arc::new(TokioTimer))
    }

    pub(super) fn calls(&self) -> &StoreCalls {
        &self.receiver.0.once.claims.calls
    }
}

/// Whose turn it is.
enum Whose {
    Ours(Lease),
    Others(Duration),
}

impl Reconciler {
    /// Reads the log once, whoever's turn it is, on tokio.
    ///
    /// Its end comes when all that it found was tried. Dropped earlier, it leaves the claim of the event that was being handled
    /// to its lease.
    ///
    /// # Errors
    ///
    /// When Logto's log cannot be read, or the receiver's store does not answer.
    pub async fn once(&self) -> Result<Reconciled, ReconcileError> {
        let timer = self.0.timer();
        let never = AtomicBool::new(false);
        let passed = pass::run(&self.0, None, &timer, &never).await?;
        Ok(passed.report)
    }

    /// Reads the log from time to time until `stop` resolves, on tokio.
    ///
    /// Returns what still runs 20 s after that: the end of the process cuts it off.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) -> Busy {
        let timer = self.0.timer();
        meter::described();
        let mut stop = pin!(stop);
        loop {
            let wait = match self.turn(&timer).await {
                Whose::Others(wait) => wait,
                Whose::Ours(lease) => {
                    let stops = Arc::new(AtomicBool::new(false));
                    let mut pass =
                        Box::pin(pass(self.0.clone(), lease, timer.clone(), stops.clone()));
                    let mut pause = Duration::ZERO;
                    let mut work = pin!(async { pause = pass.as_mut().await });
                    if first_of(&mut [&mut stop, &mut work]).await == 0 {
                        stops.store(true, Ordering::Relaxed);
                        let is_over = within(&timer, GRACE, work).await.is_ok();
                        return self.left(&timer, pass, is_over);
                    }
                    pause
                }
            };
            let mut sleep = timer.sleep(wait);
            if first_of(&mut [&mut stop, &mut sleep]).await == 0 {
                return Busy::default();
            }
        }
    }

    /// A pass that goes on is left to the runtime: half an effect is worse than a second run.
    fn left(
        &self,
        timer: &Arc<dyn Timer>,
        pass: std::pin::Pin<Box<impl Future<Output = Duration> + Send + 'static>>,
        is_over: bool,
    ) -> Busy {
        if is_over {
            return Busy::default();
        }
        timer.spawn(Box::pin(async move {
            pass.await;
        }));
        Busy {
            handlers: 1,
            ..Busy::default()
        }
    }

    async fn turn(&self, timer: &Arc<dyn Timer>) -> Whose {
        let shared = &*self.0;
        let owner = shared.owners.next();
        let claim = shared.calls().claim(&shared.turn, None, owner, TURN, timer);
        match claim.await {
            Ok(Claim::Won(lease)) => Whose::Ours(lease),
            Ok(Claim::InProgress { .. } | Claim::Done { .. }) => {
                Whose::Others(LOOK.min(shared.every))
            }
            Err(error) => {
                log::fallback_store(shared.receiver.name(), words::NOT_RECONCILED_STORE, &error);
                Whose::Others(SOON)
            }
        }
    }
}

/// Makes a pass, and ends its turn. Says how long the next one waits.
async fn pass(
    shared: Arc<Shared>,
    lease: Lease,
    timer: Arc<dyn Timer>,
    stops: Arc<AtomicBool>,
) -> Duration {
    let endpoint = shared.receiver.name();
    let passed = pass::run(&shared, Some(&lease), &timer, &stops).await;
    let pause = match &passed {
        Ok(pass::Passed {
            report,
            is_unfinished,
        }) => {
            if report.handled > 0 || report.unresolved > 0 {
                log::reconciled(endpoint, report.handled, report.unresolved);
            }
            if report.unreadable > 0 {
                log::fallback(endpoint, words::LOG_ENTRIES_UNREADABLE);
            }
            if *is_unfinished {
                SOON.min(shared.every)
            } else {
                shared.every
            }
        }
        Err(ReconcileError::Store(error)) => {
            log::fallback_store(endpoint, words::NOT_RECONCILED_STORE, error);
            SOON
        }
        // Its turn is no longer ours to end.
        Err(ReconcileError::TakenOver) => return LOOK,
        Err(ReconcileError::Log(error)) => {
            log::question(endpoint, words::NOT_RECONCILED, error);
            match error {
                ApiError::Limited {
                    retry_after: Some(asked),
                } => (*asked).clamp(SOON, LONGEST_ASKED),
                _ => SOON,
            }
        }
    };
    // Where that is not written, the turn ends with its lease.
    let settle = shared.calls().settle(&lease, End::Processed, pause, &timer);
    if let Err(error) = settle.await {
        log::fallback_store(endpoint, words::NOT_RECONCILED_STORE, &error);
    }
    pause
}

impl fmt::Debug for Reconciler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconciler")
            .field("endpoint", &self.0.receiver.name())
            .finish_non_exhaustive()
    }
}
