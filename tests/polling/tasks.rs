//! [`Tasks`]: tasks that are polled in an order that follows from a seed, on a clock that moves when all of them wait.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use hookgate::{
    testing::FakeClock,
    time::{Background, Clock, Sleep, Timer},
};

/// SplitMix64: the same numbers for the same seed, everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn millis(&mut self, below: u64) -> Duration {
        Duration::from_millis(self.below(below))
    }

    pub(crate) fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// Whether a task has been woken.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Task {
    work: Background,
    woken: Arc<Woken>,
    of: Arc<AtomicBool>,
}

/// The tasks of all processes.
#[derive(Clone)]
pub(crate) struct Tasks {
    pub(crate) clock: FakeClock,
    new: Arc<Mutex<Vec<Task>>>,
}

/// One process: what sleeps and spawns there. Its tasks end with it.
#[derive(Clone)]
pub(crate) struct Process {
    tasks: Tasks,
    lives: Arc<AtomicBool>,
}

impl Process {
    pub(crate) fn kill(&self) {
        self.lives.store(false, Ordering::SeqCst);
    }

    pub(crate) fn lives(&self) -> bool {
        self.lives.load(Ordering::SeqCst)
    }
}

impl Timer for Process {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.tasks.clock.sleep(duration)
    }

    fn spawn(&self, work: Background) {
        if self.lives() {
            self.tasks.new.lock().unwrap().push(Task {
                work,
                woken: Arc::new(Woken(AtomicBool::new(true))),
                of: self.lives.clone(),
            });
        }
    }
}

impl Tasks {
    pub(crate) fn new(clock: &FakeClock) -> Self {
        Self {
            clock: clock.clone(),
            new: Arc::default(),
        }
    }

    pub(crate) fn process(&self) -> Process {
        Process {
            tasks: self.clone(),
            lives: Arc::new(AtomicBool::new(true)),
        }
    }

    /// Polls what is woken, in random order. When all wait, time passes, by `step` or less. Until `time` is over.
    pub(crate) fn run(&self, random: &mut Random, step: Duration, time: Duration) {
        let mut all: Vec<Task> = Vec::new();
        let end = self.clock.monotonic() + time;
        loop {
            all.append(&mut self.new.lock().unwrap());
            // What a killed process leaves is dropped here, and may not spawn any more.
            all.retain(|task| task.of.load(Ordering::SeqCst));
            let woken = |task: &Task| task.woken.0.load(Ordering::SeqCst);
            let ready: Vec<usize> = (0..all.len()).filter(|at| woken(&all[*at])).collect();
            if ready.is_empty() {
                if self.clock.monotonic() >= end {
                    break;
                }
                let millis = u64::try_from(step.as_millis()).unwrap();
                let by = 1 + random.below(millis);
                self.clock.advance(Duration::from_millis(by));
                continue;
            }
            let bound = u64::try_from(ready.len()).unwrap();
            let at = ready[usize::try_from(random.below(bound)).unwrap()];
            let task = &mut all[at];
            task.woken.0.store(false, Ordering::SeqCst);
            let waker = Waker::from(task.woken.clone());
            let polled = task.work.as_mut().poll(&mut Context::from_waker(&waker));
            if polled == Poll::Ready(()) {
                drop(all.swap_remove(at));
            }
        }
        // They go on with the next run.
        self.new.lock().unwrap().append(&mut all);
    }
}
