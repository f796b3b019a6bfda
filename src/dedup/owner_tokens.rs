//! [`OwnerTokens`]: makes owner tokens.

use super::OwnerToken;
use crate::{
    setup::BuildError,
    sync::atomic::{AtomicU64, Ordering},
};

/// Makes owner tokens: a random start, then one further for each.
pub(crate) struct OwnerTokens {
    start: u128,
    next: AtomicU64,
}

impl OwnerTokens {
    pub(crate) fn new() -> Result<Self, BuildError> {
        let mut start = [0; 16];
        getrandom::fill(&mut start).map_err(|_| BuildError::Randomness)?;
        Ok(Self {
            start: u128::from_ne_bytes(start),
            next: AtomicU64::new(0),
        })
    }

    pub(crate) fn next(&self) -> OwnerToken {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        OwnerToken::from_bytes(self.start.wrapping_add(u128::from(place)).to_ne_bytes())
    }
}
