//! The durable inbox: a delivery is made durable and answered, and handled afterwards.
//!
//! An [`Inbox`] is a [`DedupStore`] that also keeps what it has accepted. Accepting writes the event's key as
//! `queued`, its payload and a line of work in one commit. A worker leases lines, runs the handler and ends them. From
//! then on the key has the same mark as after an inline run.
//!
//! The worker's lease stands in the line of work alone. The key stays `queued`, so a copy is answered 200 at once, and
//! it never ends by itself. A line that cannot be handled becomes a dead letter, and its key stays `dead` until somebody
//! replays or discards it.
//!
//! `DESIGN.md`, section "The inbox", has the states and the reasons.

mod boxed;
#[cfg(feature = "testing")]
pub mod contract;
#[cfg(feature = "encryption")]
mod encrypted;
mod entry;
mod history;
mod kept;
mod memory;
mod operations;
mod stored;
mod totals;
mod work;

// The guide's programs compile.
#[cfg(all(
    doctest,
    feature = "encryption",
    feature = "simulator",
    feature = "testing",
    feature = "tower"
))]
#[doc = include_str!("../../docs/inbox.md")]
mod guide {}

use std::{future::Future, time::Duration};

use bytes::Bytes;

#[cfg(feature = "encryption")]
pub use self::encrypted::EncryptedInbox;
pub use self::{
    boxed::{BoxInbox, DynInbox},
    entry::{Accept, Entry, Quarantine, QuarantineCap},
    history::{Happening, History},
    kept::{DeadReason, Filter, Kept, Listed, Page, Position, Stands},
    memory::MemoryInbox,
    operations::{
        Bound, Done, DrainEnd, Drained, Masked, MaskedRequest, Opened, OperationError, Operations,
        Progress, Shape,
    },
    stored::{
        FORMAT, ProvedBy, StoredCoverage, StoredDelivery, StoredRequest, StoredVerdict, Unreadable,
    },
    totals::{Paused, Totals},
    work::{Ask, Batch, Counts, Leased, Pause, PauseReason, SUSPECT_AFTER},
};
pub use crate::identity::OrderKey;
use crate::{
    dedup::{DedupStore, Lease, Settled},
    identity::EventKey,
    verdict::StoreError,
};

/// Keeps what was accepted until it is handled.
///
/// Implement it for any engine with transactions, then prove it with the public suite `hookgate::inbox::contract`
/// (feature `testing`). It is a [`DedupStore`] too: nonces and inline handlers use it as one.
///
/// # Rules for implementations
///
/// - **An accept is one commit** of key, payload and line of work, and is answered only after it. It is never taken back,
///   not even when its answer is late.
/// - **An accept decides by the row of its key.** No row, or one that has ended: it is queued, under an attempt that goes on
///   from the row's. An inline lease that runs: [`Accept::InProgress`]. Queued or dead: [`Accept::Copy`], or
///   [`Accept::Queued`] for the token that made it so. A mark: [`Accept::Done`].
/// - It waits for no lock that a handler's transaction may hold.
/// - **Whatever is kept of an entry keeps its endpoint, type, key id, order and format**, a dead letter included: an
///   `EncryptedInbox` binds payloads to them. An entry that an engine refuses as work may be kept as a dead letter. It is
///   no quarantined request then, since a replay must run its handler.
/// - **The key of a line of work or a dead letter never ends by itself.** To an inline claim it is
///   [`Claim::Done`](crate::dedup::Claim::Done), and to a look [`State::Done`](crate::dedup::State::Done).
/// - Entries of one call may have equal keys: the first is queued, and the others are its copies.
/// - **A lease of work is [its own kind](Lease::is_of_work)**. [`settle`](DedupStore::settle) and
///   [`extend`](DedupStore::extend) take both kinds. A settle that leaves a mark ends the line, erases its payload and
///   writes the mark, in one commit. A release gives the line back and counts nothing.
/// - Every lease of a line has a higher attempt than the one before, whatever the runs counted as.
/// - A line whose lease has lapsed is due again, and has one more run that vanished.
/// - **Endpoints take turns**: a batch holds the first line of each, in the order asked for, then the second of each, and
///   so on. Lines of one endpoint that are due come in the order in which they were accepted.
/// - Lines of one [`OrderKey`] are handed out one at a time, in the order in which they were accepted. That order is a
///   number that the engine gives, never a clock. A dead letter lets the next one go on.
/// - A paused endpoint's lines stay. When its pause is over, one line is handed out as a probe, and the pause goes on for as
///   long as that lease. The probe is another line than last time, where there is another.
/// - Nothing that came from outside stands in a statement's text or in an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no inbox",
    label = "not an `Inbox`",
    note = "`.inbox(store)` takes a store that is open and keeps deliveries: one of hookgate's store crates, or \
            `MemoryInbox::new()` through `.inbox_for_tests(store)`"
)]
pub trait Inbox: DedupStore {
    /// Makes `entries` durable. Answers each, in their order.
    ///
    /// An error says nothing about any of them: those that were committed are handled all the same.
    fn accept(
        &self,
        entries: Vec<Entry>,
    ) -> impl Future<Output = Result<Vec<Accept>, StoreError>> + Send;

    /// Keeps a verified request that cannot be decoded as a dead letter, within `cap` for its endpoint.
    fn quarantine(
        &self,
        entry: Entry,
        cap: QuarantineCap,
    ) -> impl Future<Output = Result<Quarantine, StoreError>> + Send;

    /// Leases lines that are due. Repeated by its owner, it hands out again what that owner holds.
    fn lease(&self, ask: Ask<'_>) -> impl Future<Output = Result<Batch, StoreError>> + Send;

    /// The leases then end at now + `by`: the heartbeat of a whole worker. Answers each, in their order.
    ///
    /// It is called from a runtime of its own, so that handlers that block cannot stop it. A store whose connections
    /// belong to a runtime keeps one for it.
    fn keep(
        &self,
        leases: &[&Lease],
        by: Duration,
    ) -> impl Future<Output = Result<Vec<Settled>, StoreError>> + Send;

    /// Ends `lease` without an end for its line, which is due again after `delay`.
    ///
    /// `error` is what the run failed with, as text of 2 KiB at most. The last one is kept beside the payload, and goes
    /// with it. `None` leaves what is there.
    ///
    /// Idempotent by token, as [`settle`](DedupStore::settle).
    fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Ends `lease` and makes a dead letter of its line, the payload included. `error` as in [`give_back`](Self::give_back).
    ///
    /// Idempotent by token, as [`settle`](DedupStore::settle).
    fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Pauses an endpoint's work. One with fewer strikes than the pause that stands changes nothing.
    fn pause(
        &self,
        endpoint: &str,
        pause: Pause,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends an endpoint's pause. It does not end a [hold](Self::hold).
    fn resume(&self, endpoint: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Lets the first line of `order` go on, where nothing of that order is ahead of it. Idempotent.
    ///
    /// A store calls it itself after the commit of an accept and of an end. The road calls it after an end that was
    /// committed with the application's transaction.
    fn promote(&self, order: &OrderKey) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Resolves when work may be due that was not. A hint: the caller then asks. The default never resolves, so that
    /// callers poll.
    fn work_may_wait(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Stops handing out an endpoint's lines, or goes on with it: an operator's switch, apart from pauses. Accepting goes
    /// on. It has no end by itself, and lets no probe through.
    fn hold(
        &self,
        endpoint: &str,
        is_held: bool,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// How much is kept, for each endpoint of which the store knows. It counts no rows: it takes no longer where more is
    /// kept.
    fn totals(&self) -> impl Future<Output = Result<Vec<Totals>, StoreError>> + Send;

    /// Some of the events that `filter` means, `limit` at most, from where the last page ended.
    ///
    /// What is kept all along is in exactly one page. The oldest that waits or runs comes first, then the oldest dead
    /// letter. A filter may ask for the [newest first](Filter::newest_first). A page takes no longer where more is kept.
    fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// All that is kept of one event. `None` where nothing is.
    fn read(&self, key: &EventKey)
    -> impl Future<Output = Result<Option<Kept>, StoreError>> + Send;

    /// Makes work of a dead letter again, due at once. Its failures and runs that vanished begin anew, its attempt goes
    /// on, and its history says `why`. `false` where `key` is no dead letter.
    fn replay(
        &self,
        key: &EventKey,
        why: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Erases a dead letter. Its key is then rejected, and remembered for its [`Entry::retain`]. `false` where `key` is no
    /// dead letter.
    fn discard(&self, key: &EventKey) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Discards dead letters that died longer ago than `age`, `limit` at most. Says how many.
    fn erase(
        &self,
        age: Duration,
        limit: usize,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}
