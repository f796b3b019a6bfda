//! [`Policy`]: what a receiver needs, prepared once, in groups.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
    time::Duration,
};

use crate::{
    judge::Judge,
    leases::{Claims, Intake, WaitingCopies},
    limits::Allowance,
    time::{Clock, Timer},
};

/// What a receiver needs.
pub(crate) struct Policy {
    pub(crate) judge: Judge,
    pub(crate) once: Once,
    pub(crate) handlers: Handlers,
    pub(super) mounting: Mounting,
    pub(super) timer: Option<Arc<dyn Timer>>,
    /// How many processes serve the endpoint.
    pub(crate) instances: usize,
}

impl Policy {
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.judge.clock
    }
}

/// How each event is handled once.
pub(crate) struct Once {
    pub(crate) claims: Claims,
    pub(crate) waiting: WaitingCopies,
    /// Where deliveries are made durable in place of handling them at once.
    pub(crate) inbox: Option<Intake>,
    /// How long a handled event is remembered.
    pub(crate) retention: Duration,
    /// How long a nonce is remembered: for as long as its request is in the window.
    pub(crate) nonce_retention: Duration,
    pub(crate) heartbeat: Duration,
    pub(crate) run_timeout: Duration,
    pub(crate) settle_timeout: Duration,
    pub(crate) refuse_changed_content: bool,
}

/// How handlers run.
pub(crate) struct Handlers {
    pub(crate) running: Allowance,
    pub(crate) detached: Allowance,
    pub(crate) deadline: Duration,
    /// Neither the pack nor the application says how long the sender waits.
    pub(super) deadline_is_assumed: bool,
    pub(super) cancel_on_disconnect: bool,
    refuses: AtomicBool,
}

impl Handlers {
    pub(super) fn new(
        running: Allowance,
        detached: Allowance,
        (deadline, deadline_is_assumed): (Duration, bool),
        cancel_on_disconnect: bool,
    ) -> Self {
        Self {
            running,
            detached,
            deadline,
            deadline_is_assumed,
            cancel_on_disconnect,
            refuses: AtomicBool::new(false),
        }
    }

    /// From now on nothing new begins.
    pub(super) fn refuse(&self) {
        // In one order with the count of running handlers: who then finds that none runs knows that none will.
        self.refuses.store(true, Ordering::SeqCst);
    }

    /// Whether the process is about to stop.
    pub(crate) fn refuses(&self) -> bool {
        self.refuses.load(Ordering::SeqCst)
    }
}

/// On which routes the receiver stands, as far as that can be seen.
#[derive(Default)]
pub(super) struct Mounting {
    on: OnceLock<ThreadId>,
    is_on_two_routes: AtomicBool,
}

impl Mounting {
    /// A layer or middleware was made. Whether that shows, for the first time, that there are two routes.
    pub(super) fn add(&self) -> bool {
        let here = thread::current().id();
        let mut is_first = false;
        let on = self.on.get_or_init(|| {
            is_first = true;
            here
        });
        !is_first && *on == here && !self.is_on_two_routes.swap(true, Ordering::Relaxed)
    }

    pub(super) fn is_on_two_routes(&self) -> bool {
        self.is_on_two_routes.load(Ordering::Relaxed)
    }
}
