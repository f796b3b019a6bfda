//! [`Busy`]: what a receiver has not ended yet.

/// What a receiver has not ended yet: a process that stops now would lose it.
///
/// ```
/// use hookgate::{Receiver, dedup::MemoryStore};
///
/// # let pack = hookgate::providers::logto::Logto::new(hookgate::Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?);
/// let receiver = Receiver::new("logto", pack).dedup(MemoryStore::new()).build()?;
/// let busy = receiver.busy();
/// if !busy.is_idle() {
///     println!("{} handlers run, {} ends are not written", busy.handlers, busy.unsettled);
/// }
/// # assert!(busy.and(busy).is_idle());
/// # Ok::<(), hookgate::BuildError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Busy {
    /// Handlers that run.
    pub handlers: usize,
    /// Those of them that go on without their sender: it has hung up, or was answered at the handler's deadline.
    pub detached: usize,
    /// Copies of a running event that wait for its outcome.
    pub copies: usize,
    /// Leases whose end the store has not confirmed yet.
    pub unsettled: usize,
}

impl Busy {
    /// Whether there is nothing left.
    pub const fn is_idle(&self) -> bool {
        self.handlers == 0 && self.detached == 0 && self.copies == 0 && self.unsettled == 0
    }

    /// What two have not ended, together.
    pub const fn and(self, other: Self) -> Self {
        Self {
            handlers: self.handlers.saturating_add(other.handlers),
            detached: self.detached.saturating_add(other.detached),
            copies: self.copies.saturating_add(other.copies),
            unsettled: self.unsettled.saturating_add(other.unsettled),
        }
    }
}
