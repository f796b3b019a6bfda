//! [`Claimant`]: a claim as a shard needs it.

use super::moment::Moment;
use crate::{
    dedup::{Claim, Lease, OwnerToken},
    identity::{ContentDigest, EventKey},
};

/// A claim as a shard needs it.
pub(super) struct Claimant<'a> {
    pub(super) key: &'a EventKey,
    pub(super) content: Option<&'a ContentDigest>,
    pub(super) owner: OwnerToken,
    pub(super) until: Moment,
}

impl Claimant<'_> {
    pub(super) fn won(&self, attempt: u32) -> Claim {
        Claim::Won(Lease::granted(*self.key, self.owner, attempt))
    }
}
