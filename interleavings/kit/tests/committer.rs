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

/// What an engine has written, in which order.
#[derive(Default)]
struct Engine {
    written: Mutex<Vec<u32>>,
    writes: AtomicUsize,
}

impl Commit for Engine {
    type Item = u32;
    /// The item, doubled.
    type Answer = u32;

    fn bytes(_: &u32) -> Option<usize> {
        Some(1)
    }

    async fn commit(&self, items: &[u32]) -> Result<Vec<u32>, Failed> {
        assert_eq!(self.writes.fetch_add(1, Ordering::SeqCst), 0, "two write");
        yield_now().await;
        self.writes.fetch_sub(1, Ordering::SeqCst);
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
