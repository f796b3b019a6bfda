//! Callers that meet in the commits of a store, in thousands of orders. What the checker sees, and what it does not, stands at
//! the core's models.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../../core/tests/models/check.rs"]
mod check;

use std::sync::Arc;

use hookgate::dedup::StoreError;
use hookgate_store_kit_interleavings::{Bounds, Commit, Committer, Failed};
use shuttle::{
    future::{JoinHandle, block_on, spawn, yield_now},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use self::check::check;

/// An item that the engine refuses.
const POISON: u32 = 13;

/// An item that is of use to its caller alone.
const CLAIM: u32 = 55;

/// What an engine has written, in which order.
#[derive(Default)]
struct Engine {
    written: Mutex<Vec<u32>>,
    writes: AtomicUsize,
}

/// One that writes. It may leave half-way.
struct Writing<'a>(&'a AtomicUsize);

impl<'a> Writing<'a> {
    fn begin(writes: &'a AtomicUsize) -> Self {
        assert_eq!(writes.fetch_add(1, Ordering::SeqCst), 0, "two write");
        Self(writes)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Commit for Engine {
    const STORE: &str = "tests";

    type Item = u32;
    /// The item, doubled.
    type Answer = u32;

    fn bytes(_: &u32) -> Option<usize> {
        Some(1)
    }

    fn is_for_its_caller(item: &u32) -> bool {
        *item == CLAIM
    }

    async fn commit(&self, items: &[u32]) -> Result<Vec<u32>, Failed> {
        let writing = Writing::begin(&self.writes);
        yield_now().await;
        drop(writing);
        if items.contains(&POISON) {
            return Err(Failed::Item(StoreError::Unavailable("poison".into())));
        }
        self.written.lock().unwrap().extend(items);
        Ok(items.iter().map(|item| item * 2).collect())
    }

    async fn refused(&self, _: &u32, error: StoreError) -> Result<u32, StoreError> {
        Err(error)
    }
}

type Told = JoinHandle<Result<u32, StoreError>>;

struct Scene {
    engine: Arc<Engine>,
    committer: Arc<Committer<Engine>>,
}

impl Scene {
    fn new(bounds: Bounds) -> Self {
        let engine = Arc::<Engine>::default();
        let committer = Arc::new(Committer::new(engine.clone(), bounds));
        Self { engine, committer }
    }

    fn hand_in(&self, item: u32) -> Told {
        let committer = self.committer.clone();
        spawn(async move { committer.submit(item).await })
    }

    fn written(&self) -> Vec<u32> {
        let mut written = self.engine.written.lock().unwrap().clone();
        written.sort_unstable();
        written
    }
}

#[test]
fn each_caller_is_told_once_its_own_item_is_written() {
    check(|| {
        block_on(async {
            let scene = Scene::new(Bounds::default());
            let told = [1, 2, 3, 4].map(|item| (item, scene.hand_in(item)));
            for (item, told) in told {
                assert_eq!(told.await.unwrap().unwrap(), item * 2);
                assert!(scene.written().contains(&item), "it was told too early");
            }
            assert_eq!(scene.written(), [1, 2, 3, 4], "each once");
        });
    });
}

#[test]
fn what_the_engine_refuses_fails_none_of_its_neighbours() {
    check(|| {
        block_on(async {
            let scene = Scene::new(Bounds::default());
            let told = [1, POISON, 2, 3].map(|item| (item, scene.hand_in(item)));
            for (item, told) in told {
                let told = told.await.unwrap();
                assert_eq!(told.ok(), (item != POISON).then_some(item * 2));
            }
            assert_eq!(scene.written(), [1, 2, 3]);
        });
    });
}

#[test]
fn an_item_whose_caller_left_is_written_all_the_same() {
    check(|| {
        block_on(async {
            let scene = Scene::new(Bounds::default());
            let stays = scene.hand_in(1);
            // It is in the queue before its caller leaves.
            let mut leaves = Box::pin(scene.committer.submit(2));
            let first = std::future::poll_fn(|context| {
                std::task::Poll::Ready(leaves.as_mut().poll(context).is_ready())
            });
            first.await;
            drop(leaves);
            stays.await.unwrap().unwrap();
            while scene.written().len() < 2 {
                yield_now().await;
            }
            assert_eq!(scene.written(), [1, 2]);
        });
    });
}

/// Room that was taken is given back by each way out.
#[test]
fn a_full_queue_refuses_and_has_room_again() {
    check(|| {
        block_on(async {
            let mut bounds = Bounds::default();
            bounds.waiting = 2;
            let scene = Scene::new(bounds);
            let told = [1, POISON, 2, 3].map(|item| scene.hand_in(item));
            for told in told {
                let _ = told.await.unwrap();
            }
            // A caller may be told a moment before its room is given back.
            for item in [4, 5] {
                while scene.committer.submit(item).await.is_err() {
                    yield_now().await;
                }
            }
        });
    });
}

/// What a store does: by itself where it may, else together with others.
async fn write(engine: &Engine, committer: &Committer<Engine>, item: u32) -> u32 {
    let answers = match committer.alone() {
        Some(_alone) => engine.commit(&[item]).await.unwrap(),
        None => vec![committer.submit(item).await.unwrap()],
    };
    answers[0]
}

impl Scene {
    fn write(&self, items: &'static [u32]) -> JoinHandle<()> {
        let (engine, committer) = (self.engine.clone(), self.committer.clone());
        spawn(async move {
            for item in items {
                assert_eq!(write(&engine, &committer, *item).await, item * 2);
            }
        })
    }
}

/// Nobody waits for ever for callers that come again and again.
#[test]
fn callers_that_write_by_themselves_and_batches_take_turns() {
    check(|| {
        block_on(async {
            let scene = Scene::new(Bounds::USUAL.alone(1));
            let written = [&[1, 2, 3], &[4, 5, 6], &[7, 8, 9]].map(|items| scene.write(items));
            for written in written {
                written.await.unwrap();
            }
            assert_eq!(scene.written(), [1, 2, 3, 4, 5, 6, 7, 8, 9], "each once");
        });
    });
}

#[test]
fn a_caller_that_leaves_while_it_writes_by_itself_holds_up_nobody() {
    check(|| {
        block_on(async {
            let scene = Scene::new(Bounds::USUAL.alone(1));
            let others = [scene.write(&[1, 2]), scene.write(&[3])];
            let mut leaves = Box::pin(write(&scene.engine, &scene.committer, 4));
            let first = std::future::poll_fn(|context| {
                std::task::Poll::Ready(leaves.as_mut().poll(context).is_ready())
            });
            first.await;
            drop(leaves);
            for other in others {
                other.await.unwrap();
            }
            let written = scene.written();
            assert_eq!(written.iter().filter(|item| **item != 4).count(), 3);
        });
    });
}

#[test]
fn a_claim_whose_caller_left_takes_none_of_its_neighbours_along() {
    check(|| {
        block_on(async {
            let scene = Scene::new(Bounds::USUAL.alone(1));
            let others = [scene.write(&[1]), scene.write(&[2])];
            let mut leaves = Box::pin(scene.committer.submit(CLAIM));
            let first = std::future::poll_fn(|context| {
                std::task::Poll::Ready(leaves.as_mut().poll(context).is_ready())
            });
            first.await;
            drop(leaves);
            for other in others {
                other.await.unwrap();
            }
            let mut written = scene.written();
            written.retain(|item| *item != CLAIM);
            assert_eq!(written, [1, 2]);
        });
    });
}
