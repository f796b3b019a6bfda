use tokio::task::JoinHandle;

use super::*;
use crate::shared_error::SharedError;

/// What the engine does with the numbers that it is handed.
struct Engine {
    /// One permit for each commit.
    gate: Semaphore,
    /// Every commit that began.
    commits: Mutex<Vec<Vec<u32>>>,
    written: Mutex<Vec<u32>>,
    refused: Mutex<Vec<u32>>,
    began: Semaphore,
    does: fn(&[u32]) -> Result<(), Failed>,
}

impl Commit for Engine {
    const STORE: &str = "tests";

    type Item = u32;
    /// The number, doubled.
    type Answer = u32;

    /// The number. One of them is never refused.
    fn bytes(item: &u32) -> Option<usize> {
        (*item != URGENT).then_some(*item as usize)
    }

    fn is_for_its_caller(item: &u32) -> bool {
        *item == CLAIM
    }

    async fn commit(&self, items: &[u32]) -> Result<Vec<u32>, Failed> {
        self.commits.lock().unwrap().push(items.to_vec());
        self.began.add_permits(1);
        self.gate.acquire().await.unwrap().forget();
        (self.does)(items)?;
        self.written.lock().unwrap().extend(items);
        Ok(items.iter().map(|item| item * 2).collect())
    }

    async fn refused(&self, item: &u32, error: StoreError) -> Result<u32, StoreError> {
        self.refused.lock().unwrap().push(*item);
        match item {
            13 => Ok(0),
            _ => Err(error),
        }
    }
}

struct Scene {
    engine: Arc<Engine>,
    committer: Arc<Committer<Engine>>,
}

const URGENT: u32 = 77;
/// Of use to its caller alone.
const CLAIM: u32 = 55;
const OPEN: usize = 1000;

impl Scene {
    fn new(gate: usize, bounds: Bounds, does: fn(&[u32]) -> Result<(), Failed>) -> Self {
        let engine = Arc::new(Engine {
            gate: Semaphore::new(gate),
            commits: Mutex::default(),
            written: Mutex::default(),
            refused: Mutex::default(),
            began: Semaphore::new(0),
            does,
        });
        let committer = Arc::new(Committer::new(engine.clone(), bounds));
        Self { engine, committer }
    }

    /// Hands in `item`. It is in the queue when this returns.
    async fn hand_in(&self, item: u32) -> JoinHandle<Result<u32, StoreError>> {
        let committer = self.committer.clone();
        let handed_in = tokio::spawn(async move { committer.submit(item).await });
        tokio::task::yield_now().await;
        handed_in
    }

    /// Hands in `items` while a commit of `first` is under way.
    async fn behind(&self, first: u32, items: &[u32]) -> Vec<JoinHandle<Result<u32, StoreError>>> {
        let mut handed_in = vec![self.hand_in(first).await];
        self.began().await;
        for item in items {
            handed_in.push(self.hand_in(*item).await);
        }
        handed_in
    }

    async fn began(&self) {
        self.engine.began.acquire().await.unwrap().forget();
    }

    fn commits(&self) -> Vec<Vec<u32>> {
        self.engine.commits.lock().unwrap().clone()
    }

    fn open(&self) {
        self.engine.gate.add_permits(OPEN);
    }
}

async fn answers(handed_in: Vec<JoinHandle<Result<u32, StoreError>>>) -> Vec<Option<u32>> {
    let mut answers = Vec::new();
    for handed_in in handed_in {
        answers.push(handed_in.await.unwrap().ok());
    }
    answers
}

fn fine(_: &[u32]) -> Result<(), Failed> {
    Ok(())
}

#[tokio::test]
async fn alone_an_item_waits_for_nobody() {
    let scene = Scene::new(OPEN, Bounds::default(), fine);
    for item in 1..4 {
        assert_eq!(scene.committer.submit(item).await.unwrap(), item * 2);
    }
    assert_eq!(scene.commits(), [[1], [2], [3]]);
}

#[tokio::test]
async fn what_waits_goes_into_one_commit_within_its_bounds() {
    let bounds = Bounds {
        items: 3,
        bytes: 10,
        ..Bounds::default()
    };
    let scene = Scene::new(0, bounds, fine);
    let handed_in = scene.behind(9, &[1, 2, 3, 4, 5, 6, 99, 1]).await;
    scene.open();
    let told = answers(handed_in).await;
    assert_eq!(told, [18, 2, 4, 6, 8, 10, 12, 198, 2].map(Some));
    // By items, by bytes, and one that is too large for both.
    let expected: [&[u32]; 6] = [&[9], &[1, 2, 3], &[4, 5], &[6], &[99], &[1]];
    assert_eq!(scene.commits(), expected);
}

#[tokio::test]
async fn items_of_one_call_are_answered_in_their_order() {
    let scene = Scene::new(OPEN, Bounds::default(), fine);
    let told = scene.committer.submit_all([3, 1, 2]).await.unwrap();
    assert_eq!(told, [6, 2, 4]);
    assert_eq!(scene.commits(), [[3, 1, 2]]);
}

/// Two commits at once would write them in any order.
#[tokio::test]
async fn items_of_one_call_are_never_parted() {
    let bounds = Bounds {
        items: 3,
        bytes: 10,
        ..Bounds::default()
    };
    let scene = Scene::new(0, bounds, fine);
    let first = scene.behind(1, &[2]).await;
    let committer = scene.committer.clone();
    let call = |items: &'static [u32]| {
        let committer = committer.clone();
        async move { committer.submit_all(items.iter().copied()).await }
    };
    let calls = [call(&[1, 2]), call(&[1, 2, 3, 4, 5]), call(&[6, 7])];
    let [two, many, large] = calls.map(tokio::spawn);
    tokio::task::yield_now().await;
    scene.open();
    assert_eq!(answers(first).await, [Some(2), Some(4)]);
    assert_eq!(two.await.unwrap().unwrap(), [2, 4]);
    assert_eq!(many.await.unwrap().unwrap(), [2, 4, 6, 8, 10]);
    assert_eq!(large.await.unwrap().unwrap(), [12, 14]);
    let expected: [&[u32]; 4] = [&[1], &[2, 1, 2], &[1, 2, 3, 4, 5], &[6, 7]];
    assert_eq!(scene.commits(), expected);
}

/// Nothing of a call is written where there is no room for all.
#[tokio::test]
async fn a_call_without_room_hands_in_nothing() {
    let bounds = Bounds {
        waiting: 2,
        ..Bounds::default()
    };
    let scene = Scene::new(OPEN, bounds, fine);
    let told = scene.committer.submit_all([1, 2, 3]).await;
    assert!(matches!(told, Err(StoreError::Full)), "{told:?}");
    assert_eq!(scene.committer.submit(4).await.unwrap(), 8);
    assert_eq!(scene.commits(), [[4]]);
}

/// A sender hangs up.
#[tokio::test]
async fn an_item_whose_caller_left_is_written_all_the_same() {
    let scene = Scene::new(0, Bounds::default(), fine);
    let mut handed_in = scene.behind(1, &[2, 3]).await;
    for left in handed_in.drain(..2) {
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
    }
    scene.open();
    assert_eq!(answers(handed_in).await, [Some(6)]);
    assert_eq!(*scene.engine.written.lock().unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_full_queue_refuses_and_has_room_again() {
    let few = Bounds {
        waiting: 3,
        ..Bounds::default()
    };
    let small = Bounds {
        waiting_bytes: 6,
        ..Bounds::default()
    };
    for (bounds, waiting) in [(few, [2, 2]), (small, [2, 3])] {
        let scene = Scene::new(0, bounds, fine);
        let handed_in = scene.behind(1, &waiting).await;
        let refused = scene.committer.submit(1).await;
        assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
        let mut handed_in = handed_in;
        handed_in.push(scene.hand_in(URGENT).await);
        scene.open();
        assert!(answers(handed_in).await.iter().all(Option::is_some));
        assert_eq!(scene.committer.submit(1).await.unwrap(), 2);
        // It is larger than all that may wait.
        assert_eq!(scene.committer.submit(70).await.unwrap(), 140);
    }
}

fn poisoned(items: &[u32]) -> Result<(), Failed> {
    match items.iter().any(|item| [13, 14].contains(item)) {
        true => Err(Failed::Item(StoreError::Unavailable("poison".into()))),
        false => Ok(()),
    }
}

#[tokio::test]
async fn a_poisonous_item_harms_nobody_and_is_kept_in_another_way() {
    let scene = Scene::new(0, Bounds::default(), poisoned);
    let handed_in = scene.behind(1, &[2, 13, 14, 3]).await;
    scene.open();
    let told = answers(handed_in).await;
    assert_eq!(told, [Some(2), Some(4), Some(0), None, Some(6)]);
    assert_eq!(scene.committer.submit(13).await.unwrap(), 0);
    assert_eq!(*scene.engine.refused.lock().unwrap(), [13, 14, 13]);
    let expected: [&[u32]; 7] = [&[1], &[2, 13, 14, 3], &[2], &[13], &[14], &[3], &[13]];
    assert_eq!(scene.commits(), expected);
}

fn away(_: &[u32]) -> Result<(), Failed> {
    Err(Failed::Engine(StoreError::Unavailable("away".into())))
}

fn slow(_: &[u32]) -> Result<(), Failed> {
    Err(Failed::Engine(StoreError::Timeout))
}

#[tokio::test]
async fn an_engine_that_is_away_is_not_asked_for_each_item() {
    let alone: &[&[u32]] = &[&[2], &[3]];
    for (does, again) in [(away as fn(&[u32]) -> _, alone), (slow, &[])] {
        let scene = Scene::new(0, Bounds::default(), does);
        let handed_in = scene.behind(1, &[2, 3, 4, 5]).await;
        scene.open();
        assert_eq!(answers(handed_in).await, [None; 5]);
        let mut expected: Vec<&[u32]> = vec![&[1], &[2, 3, 4, 5]];
        expected.extend(again);
        assert_eq!(scene.commits(), expected);
        assert!(scene.engine.refused.lock().unwrap().is_empty());
    }
}

/// It breaks the connection, say.
fn breaks(items: &[u32]) -> Result<(), Failed> {
    match items.contains(&13) {
        true => away(items),
        false => Ok(()),
    }
}

#[tokio::test]
async fn an_item_that_breaks_its_commit_harms_nobody() {
    let scene = Scene::new(0, Bounds::default(), breaks);
    let handed_in = scene.behind(1, &[2, 13, 3]).await;
    scene.open();
    let told = answers(handed_in).await;
    assert_eq!(told, [Some(2), Some(4), None, Some(6)]);
}

#[tokio::test]
async fn several_commits_run_at_once_where_the_engine_has_several_writers() {
    let scene = Scene::new(0, Bounds::default().at_once(2), fine);
    let mut handed_in = scene.behind(1, &[]).await;
    handed_in.extend(scene.behind(2, &[3, 4]).await);
    scene.open();
    assert_eq!(answers(handed_in).await, [2, 4, 6, 8].map(Some));
    let expected: [&[u32]; 3] = [&[1], &[2], &[3, 4]];
    assert_eq!(scene.commits(), expected);
}

#[tokio::test]
async fn what_waits_is_written_when_its_store_is_dropped() {
    let scene = Scene::new(0, Bounds::default(), fine);
    let handed_in = scene.behind(1, &[2, 3]).await;
    let engine = scene.engine.clone();
    for left in handed_in {
        left.abort();
        assert!(left.await.is_err());
    }
    let committer = Arc::downgrade(&scene.committer);
    scene.open();
    drop(scene);
    assert!(committer.upgrade().is_none());
    engine.began.acquire().await.unwrap().forget();
    while engine.written.lock().unwrap().len() < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(*engine.written.lock().unwrap(), [1, 2, 3]);
}

fn panics(items: &[u32]) -> Result<(), Failed> {
    assert!(!items.contains(&13), "a test's panic");
    Ok(())
}

#[tokio::test]
async fn a_commit_that_panics_loses_its_own_items_alone() {
    let scene = Scene::new(0, Bounds::default(), panics);
    let handed_in = scene.behind(13, &[2]).await;
    scene.open();
    assert_eq!(answers(handed_in).await, [None, Some(4)]);
    assert_eq!(scene.committer.submit(3).await.unwrap(), 6);
}

/// A worker thread of a server has ended, and its runtime with it.
#[test]
fn a_committer_outlives_the_runtime_that_it_began_on() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let scene = Scene::new(OPEN, Bounds::default(), fine);
    for item in 1..3 {
        let told = runtime().block_on(scene.committer.submit(item));
        assert_eq!(told.unwrap(), item * 2);
    }
    let waits = scene.committer.submit(3);
    let mut waits = std::pin::pin!(waits);
    let waker = std::task::Waker::noop();
    let polled = waits
        .as_mut()
        .poll(&mut std::task::Context::from_waker(waker));
    let none = matches!(
        polled,
        std::task::Poll::Ready(Err(StoreError::Unavailable(_)))
    );
    assert!(none, "without a runtime there is no task: {polled:?}");
}

/// A handler that blocks its runtime holds up no commit.
#[test]
fn a_committer_may_have_a_thread_of_its_own() {
    let engine = Scene::new(OPEN, Bounds::default(), panics).engine;
    let committer = Committer::on_thread("committer", engine.clone(), Bounds::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let told = std::thread::scope(|scope| {
        // Nobody drives a runtime between this and the answer.
        let told = scope.spawn(|| runtime.block_on(committer.submit_all([13, 3])));
        told.join().unwrap()
    });
    assert!(told.is_err(), "{told:?}");
    assert_eq!(runtime.block_on(committer.submit(4)).unwrap(), 8);
    let thread = Arc::downgrade(&engine);
    drop((committer, engine));
    while thread.upgrade().is_some() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn each_caller_is_told_the_same_error() {
    let scene = Scene::new(0, Bounds::default(), away);
    let handed_in = scene.behind(1, &[2, 3, 4]).await;
    scene.open();
    for handed_in in handed_in {
        let told = handed_in.await.unwrap().unwrap_err();
        let cause = std::error::Error::source(&told).map(ToString::to_string);
        assert_eq!(cause.as_deref(), Some("away"));
    }
    let full = SharedError::new(StoreError::Full);
    assert!(matches!(full.get(), StoreError::Full));
}

impl Scene {
    /// What a store does: by itself where it may, else together with others.
    async fn write(&self, item: u32) -> JoinHandle<Result<u32, StoreError>> {
        let (engine, committer) = (self.engine.clone(), self.committer.clone());
        let written = tokio::spawn(async move {
            if let Some(_alone) = committer.alone() {
                let answers = engine.commit(&[item]).await;
                return Ok(answers.unwrap().remove(0));
            }
            committer.submit(item).await
        });
        tokio::task::yield_now().await;
        written
    }
}

#[tokio::test]
async fn few_write_by_themselves_and_what_comes_beyond_goes_together() {
    for (alone, at_once) in [(1, 1), (4, 2)] {
        let scene = Scene::new(0, Bounds::USUAL.at_once(at_once).alone(alone), fine);
        let mut written = Vec::new();
        for item in 1..=10 {
            written.push(scene.write(item).await);
        }
        let by_themselves = u32::try_from(alone).unwrap();
        let mut expected: Vec<Vec<u32>> = (1..=by_themselves).map(|item| vec![item]).collect();
        assert_eq!(scene.commits(), expected);
        scene.open();
        let doubled = (1..=10).map(|item| Some(item * 2));
        assert_eq!(answers(written).await, doubled.collect::<Vec<_>>());
        expected.push((by_themselves + 1..=10).collect());
        assert_eq!(scene.commits(), expected);
        // The others may be about to come back, so the next one goes as they did. Then nobody is left.
        assert!(scene.committer.alone().is_none());
        assert_eq!(scene.committer.submit(11).await.unwrap(), 22);
        assert!(scene.committer.alone().is_some());
    }
}

#[tokio::test]
async fn a_batch_that_waits_for_its_place_is_not_overtaken() {
    let scene = Scene::new(0, Bounds::USUAL.at_once(1).alone(2), fine);
    let mut written = vec![scene.write(1).await, scene.write(2).await];
    written.push(scene.write(3).await);
    // One of the two is done. The batch needs the place of the other as well.
    scene.engine.gate.add_permits(1);
    assert_eq!(written.remove(0).await.unwrap().unwrap(), 2);
    assert!(scene.committer.alone().is_none());
    written.push(scene.write(4).await);
    scene.open();
    assert_eq!(answers(written).await, [4, 6, 8].map(Some));
    let expected: [&[u32]; 3] = [&[1], &[2], &[3, 4]];
    assert_eq!(scene.commits(), expected);
}

#[tokio::test]
async fn a_caller_that_leaves_while_it_writes_gives_its_place_to_the_others() {
    let scene = Scene::new(0, Bounds::USUAL.alone(1), fine);
    let leaves = scene.write(1).await;
    let stays = scene.write(2).await;
    leaves.abort();
    assert!(leaves.await.unwrap_err().is_cancelled());
    scene.open();
    assert_eq!(stays.await.unwrap().unwrap(), 4);
}

#[tokio::test]
async fn what_is_for_its_caller_alone_is_not_written_once_that_one_has_left() {
    let scene = Scene::new(0, Bounds::USUAL, fine);
    let mut handed_in = scene.behind(1, &[CLAIM, 2]).await;
    let left = handed_in.remove(1);
    left.abort();
    assert!(left.await.unwrap_err().is_cancelled());
    scene.open();
    assert_eq!(answers(handed_in).await, [2, 4].map(Some));
    let expected: [&[u32]; 2] = [&[1], &[2]];
    assert_eq!(scene.commits(), expected);
    // One that nobody has left is written.
    let stays = scene.hand_in(CLAIM).await;
    assert_eq!(stays.await.unwrap().unwrap(), CLAIM * 2);
}

#[test]
fn a_thread_begins_with_the_first_item_that_waits() {
    let engine = Scene::new(OPEN, Bounds::default(), fine).engine;
    let bounds = Bounds::USUAL.alone(1);
    let committer = Committer::on_later_thread("committer", engine, bounds);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let alone = committer.alone().unwrap();
    assert!(committer.queue().is_none());
    drop(alone);
    assert_eq!(runtime.block_on(committer.submit(4)).unwrap(), 8);
}

#[cfg(feature = "metrics")]
#[tokio::test]
async fn batches_and_what_is_under_way_are_recorded() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let has = |line: &str| {
        let text = recorder.handle().render();
        assert!(text.lines().any(|it| it == line), "no {line} in\n{text}");
    };
    let scene = Scene::new(0, Bounds::USUAL.alone(1), fine);
    let written = [
        scene.write(1).await,
        scene.write(2).await,
        scene.write(3).await,
    ];
    has("hookgate_store_writes_under_way{store=\"tests\"} 1");
    scene.open();
    assert_eq!(answers(written.into()).await, [2, 4, 6].map(Some));
    has("hookgate_store_writes_under_way{store=\"tests\"} 0");
    // One by itself, and two together.
    has("hookgate_store_batch_items_count{store=\"tests\"} 2");
    has("hookgate_store_batch_items_sum{store=\"tests\"} 3");
}
