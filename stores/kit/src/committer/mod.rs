//! [`Committer`]: many callers, one commit.
//!
//! A commit costs a flush of the disk, whatever it holds. So what waits while one commit runs goes into the next one
//! together. A task does it: a caller that leaves takes nothing along, and what it has handed in is written all the same.
//!
//! A task costs a caller that has no company more than it saves. So a store may let callers write by themselves as long as
//! few do: see [`Committer::alone`].

mod batch;
mod places;
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
    task,
};

pub use self::places::Alone;
use self::{
    batch::Batch,
    places::{Place, Places},
};
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// Writes what a [`Committer`] has collected.
pub trait Commit: Send + Sync + 'static {
    /// What a caller hands in.
    type Item: Send + Sync + 'static;
    /// What a caller is told.
    type Answer: Send + 'static;

    /// Whose commits they are: the metrics' label `store`.
    const STORE: &'static str;

    /// The bytes of an item that count for [`Bounds`]. `None` for one that is never refused, since something else bounds
    /// how many there are.
    fn bytes(item: &Self::Item) -> Option<usize>;

    /// Whether an item is of use only while its caller waits. Where that one has left, it is not written.
    fn is_for_its_caller(_: &Self::Item) -> bool {
        false
    }

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
    /// How many callers may write by themselves at once. Each takes the place of a part of a commit, so that all of them
    /// together leave room for none.
    pub alone: usize,
}

impl Bounds {
    /// 256 items and 4 MiB a commit, one at a time. 4,096 items and 64 MiB may wait. No caller writes by itself.
    pub const USUAL: Self = Self {
        items: 256,
        bytes: 4 * 1024 * 1024,
        waiting: 4096,
        waiting_bytes: 64 * 1024 * 1024,
        at_once: 1,
        alone: 0,
    };

    /// The same with so many items of a commit.
    pub const fn items(self, items: usize) -> Self {
        Self { items, ..self }
    }

    /// The same with so many commits at once. An engine with one writer has one.
    pub const fn at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    /// The same with so many callers that write by themselves at once.
    pub const fn alone(self, alone: usize) -> Self {
        Self { alone, ..self }
    }
}

/// Permits are counted in 32 bits.
const LARGEST: usize = u32::MAX as usize >> 3;

/// [`Bounds::USUAL`].
impl Default for Bounds {
    fn default() -> Self {
        Self::USUAL
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
    places: Arc<Places>,
    /// The name of the thread that its tasks run on. Without one, they run on a runtime of the callers'.
    thread: Option<&'static str>,
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
    pub fn on_thread(name: &'static str, commit: Arc<C>, bounds: Bounds) -> io::Result<Self> {
        let committer = Self::on_later_thread(name, commit, bounds);
        *committer.queue() = Some(committer.spawn_thread(name)?);
        Ok(committer)
    }

    /// The same, with a thread that begins with the first item: where callers write by themselves, there may never be one.
    pub fn on_later_thread(name: &'static str, commit: Arc<C>, bounds: Bounds) -> Self {
        Self {
            thread: Some(name),
            ..Self::without_queue(commit, bounds)
        }
    }

    fn without_queue(commit: Arc<C>, bounds: Bounds) -> Self {
        let room = |most: usize| Arc::new(Semaphore::new(most.clamp(1, LARGEST)));
        Self {
            commit,
            bounds,
            items: room(bounds.waiting),
            bytes: room(bounds.waiting_bytes),
            places: Arc::new(Places::new(bounds, C::STORE)),
            thread: None,
            queue: Mutex::default(),
        }
    }

    /// The right to write one item at once, by oneself and without a task. It holds until it is dropped.
    ///
    /// There is none where others wait, or where as many write as may. Then [`submit`](Self::submit) is quicker for all: the
    /// item goes together with theirs.
    pub fn alone(&self) -> Option<Alone<'_>> {
        self.places.alone()
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
            // Its tasks ended with their runtime, or have not begun.
            let sender = match self.thread {
                Some(name) => self.spawn_thread(name).map_err(unavailable)?,
                None => self.spawn(&Handle::try_current().map_err(unavailable)?),
            };
            let _ = queue.insert(sender).send(call);
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

    fn spawn_thread(&self, name: &str) -> io::Result<UnboundedSender<Call<C>>> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let (sender, queue) = Queue::new();
        let work = self.work(&queue);
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || {
            runtime.block_on(async {
                let tasks: Vec<_> = work.into_iter().map(tokio::spawn).collect();
                for task in tasks {
                    let _ = task.await;
                }
            });
        })?;
        Ok(sender)
    }

    /// What writes: as many as there may be commits at once.
    fn work(&self, queue: &Shared<C>) -> Vec<impl Future<Output = ()> + Send + use<C>> {
        let count = self.bounds.at_once.max(1);
        let each = std::iter::repeat_n((queue, &self.places, &self.commit), count);
        each.map(|(queue, places, commit)| {
            work_on(queue.clone(), places.clone(), commit.clone(), self.bounds)
        })
        .collect()
    }
}

/// Works until nobody hands in any more. A commit that panics loses its own items alone.
async fn work_on<C: Commit>(queue: Shared<C>, places: Arc<Places>, commit: Arc<C>, bounds: Bounds) {
    loop {
        let (queue, places, commit) = (queue.clone(), places.clone(), commit.clone());
        let work = tokio::spawn(async move {
            loop {
                let next = queue.lock().await.batch(bounds, &places).await;
                let Some((batch, mut place)) = next else {
                    return;
                };
                place.has(batch.items.len());
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
    told.await.unwrap_or_else(|ended| Err(unavailable(ended)))
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(error.into())
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

    /// Waits for the first call, then for a place, then takes what is there. `None` when nobody hands in any more.
    async fn batch(&mut self, bounds: Bounds, places: &Arc<Places>) -> Option<(Batch<C>, Place)> {
        let first = match self.next.take() {
            Some(call) => call,
            None => self.receiver.recv().await?,
        };
        let place = places.place().await?;
        if places.is_crowded() {
            // The callers of the batch that has just ended come back now.
            task::yield_now().await;
        }
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
        Some((batch, place))
    }
}

fn bytes_of<C: Commit>(call: &Call<C>) -> usize {
    let bytes = call.iter().filter_map(|job| C::bytes(&job.item));
    bytes.fold(0, usize::saturating_add)
}
