//! Claims: the right to handle an event now, and the mark that it was handled.
//!
//! A claim is a lease with an owner token and an end. Settling it as done writes a mark that is kept
//! for the retention; releasing it, or letting it lapse, frees the key for the next copy. One
//! conditional write decides a claim; nothing is ever read first and written afterwards.

mod boxed;
#[cfg(feature = "testing")]
pub mod contract;
mod memory;
mod owner_tokens;

use std::{fmt, future::Future, time::Duration};

pub(crate) use self::{boxed::Boxed, owner_tokens::OwnerTokens};
pub use self::{
    boxed::{BoxDedupStore, DynDedupStore},
    memory::MemoryStore,
};
pub use crate::verdict::StoreError;
use crate::{
    identity::{ContentDigest, EventKey},
    setup::Finding,
};

/// What a claim brought. Exhaustive on purpose: a caller must answer each.
#[derive(Debug)]
pub enum Claim {
    /// The caller owns the event until the lease ends.
    Won(Lease),
    /// Another owner holds it.
    InProgress {
        /// When the lease ends at the latest, if it is not extended.
        retry_after: Duration,
    },
    /// It was handled within the retention.
    Done {
        /// Whether the content is the same as then; `true` where either side gave none.
        same_content: bool,
    },
}

/// The state of a key. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody holds it and no mark remembers it: never seen, released, lapsed or forgotten.
    Free,
    /// An owner holds it.
    InProgress {
        /// When the lease ends at the latest, if it is not extended.
        retry_after: Duration,
    },
    /// It was handled within the retention.
    Done,
}

/// How a lease is to end. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Handled.
    Processed,
    /// Not for this application; done all the same.
    Ignored,
    /// It can never be handled; done, so that copies do not try again.
    Rejected,
    /// Not handled: the next copy may run. Also for a claim whose answer never came, see
    /// [`DedupStore::settle`].
    Release,
}

/// Whether a lease was still held when it was to be settled or extended. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was held by this owner (or had been ended by this owner in the same way before). A release: this owner
    /// holds nothing.
    Ok,
    /// It lapsed and is free, taken over or done by another owner: this owner must not act on it.
    LeaseLost,
}

/// Who owns a claim: made by the caller, so that a claim whose answer was lost can be repeated.
///
/// Unique for each run of a handler, in this process and in all others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnerToken([u8; 16]);

impl OwnerToken {
    /// From bytes that the caller knows to be unique.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for OwnerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnerToken(..)")
    }
}

/// A claim that was won. Every settle and extension carries its owner token, so that a store can
/// tell a late owner that it lost (fencing).
#[derive(Debug)]
pub struct Lease {
    key: EventKey,
    owner: OwnerToken,
    attempt: u32,
    is_of_work: bool,
}

impl Lease {
    /// For store authors: the claim of `key` by `owner` was granted. Forging one gains nothing,
    /// since the store checks the token.
    pub const fn granted(key: EventKey, owner: OwnerToken, attempt: u32) -> Self {
        Self {
            key,
            owner,
            attempt,
            is_of_work: false,
        }
    }

    /// For authors of inboxes: `owner` leased the line of work of `key`.
    pub const fn of_work(key: EventKey, owner: OwnerToken, attempt: u32) -> Self {
        Self {
            is_of_work: true,
            ..Self::granted(key, owner, attempt)
        }
    }

    /// Whether it stands in an inbox's line of work. The key's own row has no lease then.
    pub const fn is_of_work(&self) -> bool {
        self.is_of_work
    }

    /// The event.
    pub const fn key(&self) -> &EventKey {
        &self.key
    }

    /// The owner.
    pub const fn owner(&self) -> &OwnerToken {
        &self.owner
    }

    /// 1 for the first claim; grows with each takeover of a lapsed lease, so that a handler can
    /// fence its own writes with it. A store may start again at 1 after a release.
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// What a store promises: for `build()`, the start-up check and waiting copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Promises {
    /// Marks survive a restart of this process.
    pub survives_restart: bool,
    /// Several processes can share it.
    pub shared: bool,
    /// The most keys it holds, where it is bounded.
    pub capacity: Option<u64>,
}

impl Promises {
    /// A store that survives restarts and is shared, without a bound of its own.
    pub const fn durable() -> Self {
        Self {
            survives_restart: true,
            shared: true,
            capacity: None,
        }
    }

    /// A store of this process alone, that forgets at restart and holds `capacity` keys.
    pub const fn in_process(capacity: u64) -> Self {
        Self {
            survives_restart: false,
            shared: false,
            capacity: Some(capacity),
        }
    }
}

/// Remembers which events are being handled and which were.
///
/// Implement it for any engine with a conditional write, then prove it with the public suite
/// `hookgate::dedup::contract` (feature `testing`).
///
/// # Rules for implementations
///
/// - One conditional write decides a claim; a loser may then read the state.
/// - A claim repeated by its owner while its lease lasts is won again, with the same attempt.
/// - **What a token released, it is not granted again.** Whoever gives a claim up releases it, and a
///   release may overtake its claim: a stalled server runs what it was sent in any order. So a release
///   is remembered, also of a token that holds nothing: one that never claimed, or whose lease lapsed.
///   A claim of that key by that token that comes afterwards is told [`Claim::InProgress`] or
///   [`Claim::Done`], as it is; nobody listens. Any other owner may claim at once, and a look says
///   [`State::Free`]. A store that takes more than one step for a claim holds to this in each. The note
///   goes when the row of a lapsed lease would, and a store may bound how many it keeps of a key. A store
///   that is full and cannot remember it answers [`StoreError::Full`]: it never grows beyond its capacity
///   for a note.
/// - `Done` marks are kept for the `retain` given at settle, counted from then; nothing that has not
///   expired is ever evicted. A store that is full answers [`StoreError::Full`].
/// - A lease lasts until now + `lease`, also after a takeover, and is then lost, even if nobody took it
///   over.
/// - A lapsed lease frees the key: the next claim takes it over with a higher attempt. The attempt is
///   remembered for longer than a handler may run.
/// - **The cause of an error is written for the log.** [`StoreError::Unavailable`] has one, and its `Display` text is
///   logged beside the failed call. It may hold the engine's name, its error code, its own words, the kind of an I/O
///   error. It must hold no password, no address, no path, no key, no owner token and no value of a row. A driver's
///   error often holds an address: make a text of your own from its code. The sources behind the cause are not logged.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no dedup store",
    label = "not a `DedupStore`",
    note = "`.dedup(store)` takes a store that is open, not its address: `MemoryStore::new()` for one \
            process, or one of hookgate's store crates, whose `connect` takes the address"
)]
pub trait DedupStore: Send + Sync + 'static {
    /// Claims `key` for `owner` until now + `lease`.
    fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Ends `lease`. A mark, if `end` leaves one, is kept until now + `retain`.
    ///
    /// Idempotent by token: the same settle repeated by its owner is [`Settled::Ok`] again.
    ///
    /// [`End::Release`] may name a lease that the caller never saw granted, as
    /// [`Lease::granted(key, owner, 1)`](Lease::granted): its claim timed out, and may have been granted,
    /// lost, or be still on its way. A release is therefore [`Settled::Ok`] whether or not the token held
    /// the key: it confirms that the token holds nothing and will not be granted the key any more. The lease
    /// or the mark of another owner, and a mark of its own, stay as they are.
    fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// The lease then ends at now + `by`.
    fn extend(
        &self,
        lease: &Lease,
        by: Duration,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Reads, never claims: for waiting copies and late owners.
    fn look(&self, key: &EventKey) -> impl Future<Output = Result<State, StoreError>> + Send;

    /// Resolves when `key` is no longer in progress; checks once after registering, so that no settle
    /// is missed. A hint: the caller then looks. The default never resolves, so that callers poll.
    fn settled(&self, key: &EventKey) -> impl Future<Output = ()> + Send {
        let _ = key;
        std::future::pending()
    }

    /// What this store promises.
    fn promises(&self) -> Promises;

    /// How many keys it holds, where it knows that without asking anybody: for metrics. The default
    /// does not.
    fn held(&self) -> Option<u64> {
        None
    }

    /// What an operator should know of it now, where it knows that without asking anybody. The check at start asks, and
    /// workers ask every few seconds and log what is new. The default has nothing to say.
    ///
    /// Its texts hold nothing that changes with every call, since each change is a log line.
    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }
}
