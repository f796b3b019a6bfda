//! [`Write`]: what a claim or an end writes.

use std::time::Duration;

use hookgate::{
    EventKey,
    dedup::{End, Lease, OwnerToken},
    pack::ContentDigest,
};

/// What a call of a store writes: of many, a [`Committer`](crate::Committer) makes one commit. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// A lease, granted where the key is free.
    Claim {
        /// Of the event.
        key: EventKey,
        /// Of the run that asks.
        owner: OwnerToken,
        /// Of the event, where its pack compares contents.
        content: Option<ContentDigest>,
        /// How long the lease runs.
        lease: Duration,
    },
    /// The end of a lease, where its owner holds it.
    Settle {
        /// Of the event.
        key: EventKey,
        /// Of the run that ends.
        owner: OwnerToken,
        /// How it ended.
        end: End,
        /// How long the mark stays.
        retain: Duration,
    },
}

impl Write {
    /// The end of `lease`.
    pub fn settle(lease: &Lease, end: End, retain: Duration) -> Self {
        Self::Settle {
            key: *lease.key(),
            owner: *lease.owner(),
            end,
            retain,
        }
    }

    /// Whose row it writes. One owner claims and ends a key one after the other.
    pub fn holder(&self) -> (EventKey, OwnerToken) {
        let (Self::Claim { key, owner, .. } | Self::Settle { key, owner, .. }) = self;
        (*key, *owner)
    }
}
