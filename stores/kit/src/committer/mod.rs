//! [`Committer`]: many callers, one commit.
//!
//! A commit costs a flush of the disk, whatever it holds. So what waits while one commit runs goes into the next one
//! together. A task does it: a caller that leaves takes nothing along, and what it has handed in is written all the same.

mod batch;
#[cfg(test)]
mod tests;

use std::{fmt, future::Future, io, sync::Arc, thread};

use hookgate::dedup::StoreError;
use tokio::{
    runtime::{self, Handle},
    sync::{
        Mutex as AsyncMutex, OwnedSemaphorePermit, Semaphore,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        oneshot,
    },
};

use self::batch::Batch;
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// Writes what a [`Committer`] has collected.
pub trait Commit: Send + Sync + 'static {
    /// What a caller hands in.
    type Item: Send + Sync + 'static;
    /// What a caller is told.
    type Answer: Send + 'static;

    /// The bytes of an item that count for [`Bounds`]. `None` for one that is never refused, since something else bounds
    /// how many there are.
    fn bytes(item: &Self::Item) -> Option<usize>;

    /// Writes `items` in one commit. They are in the order in which they came. Answers each, in their order.
    ///
    /// Where it fails, it may be called again with each item alone, so items must bear repetition. It bounds its own time.
    fn commit(
        &self,
        items: &[Self::Item],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, Failed>> + Send;

    /// What becomes of an item that the engine refused by itself, for what it holds.
    fn refused(
        &self,
        item: &Self::Item,
        error: StoreError,
    ) -> impl Future<Output = Result<Self::Answer, StoreError>> + Send;
}

/// Why a commit failed. Exhaustive on purpose.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The engine refuses what an item holds. In SQL: SQLSTATE class 22, 23 or 54.
    #[error("the engine refused a value")]
    Item(#[source] StoreError),
    /// The engine is away, slow or full, or refuses all alike.
    #[error("the engine could not commit")]
    Engine(#[source] StoreError),
}

/// How much a [`Committer`] takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// The most items of a commit, unless one call alone has more.
    pub items: usize,
    /// The most bytes of a commit, unless one call alone has more.
    pub bytes: usize,
    /// How many items may wait for their commit, or be under way in one.
    pub waiting: usize,
    /// How many bytes may wait for their commit, or be under way in one.
    pub waiting_bytes: usize,
    /// How many commits may be under way.
    pub at_once: usize,
}

impl Bounds {
    /// The same with so many commits at once. An engine with one writer has one.
    pub const fn at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }
}

/// Permits are counted in 32 bits.
const LARGEST: usize = u32::MAX as usize >> 3;

/// 256 items and 4 MiB a commit, one at a time. 4,096 items and 64 MiB may wait.
impl Default for Bounds {
    fn default() -> Self {
        Self {
            items: 256,
            bytes: 4 * 1024 * 1024,
            waiting: 4096,
            waiting_bytes: 64 * 1024 * 1024,
            at_once: 1,
        }
    }
}

/// Collects what callers hand in, and writes it in few commits.
///
/// Alone, an item waits for nobody. When this is dropped, what waits is still written.
pub struct Committer<C: Commit> {
    commit: Arc<C>,
    bounds: Bounds,
    items: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    /// Nothing until the first call within a runtime.
    queue: Mutex<Option<UnboundedSender<Call<C>>>>,
}

/// What one call hands in. It goes into one commit: two that are under way at once would write it in any order.
type Call<C> = Vec<Job<C>>;

struct Job<C: Commit> {
    item: C::Item,
    tell: oneshot::Sender<Result<C::Answer, StoreError>>,
    room: Option<Room>,
}

/// What a job takes of the bounds, until it is written.
struct Room {
    _item: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

type Told<C> = oneshot::Receiver<Result<<C as Commit>::Answer, StoreError>>;

impl<C: Commit> Committer<C> {
    /// Writes through `commit`. Its tasks run on the runtime of this call, else on that of the first item.
    pub fn new(commit: Arc<C>, bounds: Bounds) -> Self {
        let committer = Self::without_queue(commit, bounds);
        if let Ok(runtime) = Handle::try_current() {
            *committer.queue() = Some(committer.spawn(&runtime));
        }
        committer
    }

    /// Writes through `commit` on a thread of its own: for an engine whose transactions take several steps. On a runtime
    /// that a handler blocks, such a transaction would stay open, and hold up everybody else.
    ///
    /// # Errors
    ///
    /// When no thread or no runtime is to be had.
    pub fn on_thread(name: &str, commit: Arc<C>, bounds: Bounds) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let committer = Self::without_queue(commit, bounds);
        let (sender, queue) = Queue::new();
        let work = committer.work(&queue);
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || {
            runtime.block_on(async {
                let tasks: Vec<_> = work.into_iter().map(tokio::spawn).collect();
                for task in tasks {
                    let _ = task.await;
                }
            });
        })?;
        *committer.queue() = Some(sender);
        Ok(committer)
    }

    fn without_queue(commit: Arc<C>, bounds: Bounds) -> Self {
        let room = |most: usize| Arc::new(Semaphore::new(most.clamp(1, LARGEST)));
        Self {
            commit,
            bounds,
            items: room(bounds.waiting),
            bytes: room(bounds.waiting_bytes),
            queue: Mutex::default(),
        }
    }

    /// Has `item` written, and says what became of it once it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] where too much waits. Any other says nothing about whether it was written.
    pub async fn submit(&self, item: C::Item) -> Result<C::Answer, StoreError> {
        let (job, told) = self.job(item)?;
        self.enqueue(vec![job])?;
        answer::<C>(told).await
    }

    /// Has all `items` written in one commit, in their order. Answers each, in their order.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit), where it would be one for any of them. Where there is no room for all, none is written.
    pub async fn submit_all(
        &self,
        items: impl IntoIterator<Item = C::Item>,
    ) -> Result<Vec<C::Answer>, StoreError> {
        let jobs = items.into_iter().map(|item| self.job(item));
        let (jobs, told): (Vec<_>, Vec<_>) = jobs.collect::<Result<_, _>>()?;
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        self.enqueue(jobs)?;
        let mut answers = Vec::with_capacity(told.len());
        for told in told {
            answers.push(answer::<C>(told).await?);
        }
        Ok(answers)
    }

    fn job(&self, item: C::Item) -> Result<(Job<C>, Told<C>), StoreError> {
        let (tell, told) = oneshot::channel();
        let room = C::bytes(&item).map(|bytes| self.room(bytes)).transpose()?;
        Ok((Job { item, tell, room }, told))
    }

    fn enqueue(&self, call: Call<C>) -> Result<(), StoreError> {
        let mut queue = self.queue();
        let unsent = match &*queue {
            Some(sender) => sender.send(call).map_err(|unsent| unsent.0),
            None => Err(call),
        };
        if let Err(call) = unsent {
            // Its tasks ended with their runtime.
            let runtime = Handle::try_current();
            let runtime = runtime.map_err(|error| StoreError::Unavailable(error.into()))?;
            let _ = queue.insert(self.spawn(&runtime)).send(call);
        }
        Ok(())
    }

    fn room(&self, bytes: usize) -> Result<Room, StoreError> {
        // An item that is larger than all that may wait, waits alone.
        let bytes = bytes.clamp(1, self.bounds.waiting_bytes.clamp(1, LARGEST));
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let taken = |room: &Arc<Semaphore>, count| room.clone().try_acquire_many_owned(count);
        Ok(Room {
            _item: taken(&self.items, 1).map_err(|_| StoreError::Full)?,
            _bytes: taken(&self.bytes, bytes).map_err(|_| StoreError::Full)?,
        })
    }

    fn queue(&self) -> MutexGuard<'_, Option<UnboundedSender<Call<C>>>> {
        // Nothing panics half-way, so what a poisoned lock guards is whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self, runtime: &Handle) -> UnboundedSender<Call<C>> {
        let (sender, queue) = Queue::new();
        for work in self.work(&queue) {
            runtime.spawn(work);
        }
        sender
    }

    /// What writes: as many as there may be commits at once.
    fn work(&self, queue: &Shared<C>) -> Vec<impl Future<Output = ()> + Send + use<C>> {
        let count = self.bounds.at_once.max(1);
        let each = std::iter::repeat_n((queue, &self.commit), count);
        each.map(|(queue, commit)| work_on(queue.clone(), commit.clone(), self.bounds))
            .collect()
    }
}

/// Works until nobody hands in any more. A commit that panics loses its own items alone.
async fn work_on<C: Commit>(queue: Shared<C>, commit: Arc<C>, bounds: Bounds) {
    loop {
        let (queue, commit) = (queue.clone(), commit.clone());
        let work = tokio::spawn(async move {
            loop {
                let Some(batch) = queue.lock().await.batch(bounds).await else {
                    return;
                };
                batch.write(&*commit).await;
            }
        });
        match work.await {
            Err(ended) if ended.is_panic() => {}
            _ => return,
        }
    }
}

async fn answer<C: Commit>(told: Told<C>) -> Result<C::Answer, StoreError> {
    told.await
        .unwrap_or_else(|ended| Err(StoreError::Unavailable(ended.into())))
}

impl<C: Commit> fmt::Debug for Committer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Committer")
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}

struct Queue<C: Commit> {
    receiver: UnboundedReceiver<Call<C>>,
    /// Had no room in the last batch.
    next: Option<Call<C>>,
}

type Shared<C> = Arc<AsyncMutex<Queue<C>>>;

impl<C: Commit> Queue<C> {
    fn new() -> (UnboundedSender<Call<C>>, Shared<C>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let queue = Self {
            receiver,
            next: None,
        };
        (sender, Arc::new(AsyncMutex::new(queue)))
    }

    /// Waits for the first call alone, then takes what is there. `None` when nobody hands in any more.
    async fn batch(&mut self, bounds: Bounds) -> Option<Batch<C>> {
        let first = match self.next.take() {
            Some(call) => call,
            None => self.receiver.recv().await?,
        };
        let mut items = first.len();
        let mut bytes = bytes_of(&first);
        let mut batch = Batch::default();
        batch.extend(first);
        while items < bounds.items {
            let Ok(call) = self.receiver.try_recv() else {
                break;
            };
            items = items.saturating_add(call.len());
            bytes = bytes.saturating_add(bytes_of(&call));
            if items > bounds.items || bytes > bounds.bytes {
                self.next = Some(call);
                break;
            }
            batch.extend(call);
        }
        Some(batch)
    }
}

fn bytes_of<C: Commit>(call: &Call<C>) -> usize {
    let bytes = call.iter().filter_map(|job| C::bytes(&job.item));
    bytes.fold(0, usize::saturating_add)
}
