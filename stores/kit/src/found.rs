//! [`Found`]: the row that a claim met, and what it means for the claim.

use std::time::Duration;

use hookgate::dedup::{Claim, State};

use crate::{RowState, limits::LOCKED};

/// The row of a key whose claim was not granted.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// What it says.
    pub state: RowState,
    /// How long until it ends, by the engine's clock. Zero once it has.
    pub left: Duration,
    /// Whether its owner is the claim's.
    pub own: bool,
    /// How many attempts there were.
    pub attempt: u32,
    /// Whether the contents are the same. True where either side has none.
    pub same_content: bool,
    /// Whether the claim's owner gave the key up, so that it is not to be granted it any more.
    pub given_up: bool,
}

/// What kept a claim from being granted.
#[derive(Debug)]
pub enum Held {
    /// The claim cannot be granted: this is its answer.
    By(Claim),
    /// This owner has won it before, and its lease still runs.
    Own {
        /// The attempt that it won.
        attempt: u32,
    },
    /// Its lease lapsed, so its handler died, or is about to settle in its transaction.
    Lapsed,
    /// Its mark ended, or its lease was released: it can be taken over.
    Ended,
}

impl Found {
    /// What it means for others.
    pub fn seen(&self) -> State {
        self.state.with_left(self.left)
    }

    /// What kept the claim from being granted.
    pub fn held(&self) -> Held {
        match self.seen() {
            // Nobody listens to what is told to a claim that was given up before it came.
            State::Free if self.given_up => Held::By(Claim::InProgress {
                retry_after: LOCKED,
            }),
            State::Free if self.state == RowState::InProgress => Held::Lapsed,
            State::Free => Held::Ended,
            State::Done => Held::By(Claim::Done {
                same_content: self.same_content,
            }),
            State::InProgress { .. } if self.own => Held::Own {
                attempt: self.attempt,
            },
            State::InProgress { retry_after } => Held::By(Claim::InProgress { retry_after }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: Found = Found {
        state: RowState::InProgress,
        left: Duration::from_secs(9),
        own: false,
        attempt: 3,
        same_content: false,
        given_up: false,
    };

    #[test]
    fn a_claim_is_told_what_keeps_it() {
        let running = FOUND.held();
        assert!(matches!(
            running,
            Held::By(Claim::InProgress { retry_after }) if retry_after == FOUND.left
        ));
        let own = Found { own: true, ..FOUND };
        assert!(matches!(own.held(), Held::Own { attempt: 3 }));
        for (state, same_content) in [(RowState::Ignored, false), (RowState::Rejected, true)] {
            let done = Found {
                state,
                same_content,
                ..own
            };
            assert!(matches!(
                done.held(),
                Held::By(Claim::Done { same_content: told }) if told == same_content
            ));
        }
    }

    #[test]
    fn a_key_that_is_free_is_not_for_whoever_gave_it_up() {
        let left = Duration::ZERO;
        for state in [
            RowState::InProgress,
            RowState::Processed,
            RowState::Released,
        ] {
            let free = Found {
                state,
                left,
                ..FOUND
            };
            match free.held() {
                Held::Lapsed => assert_eq!(state, RowState::InProgress),
                Held::Ended => assert_ne!(state, RowState::InProgress),
                held => panic!("{state:?}: {held:?}"),
            }
            let given_up = Found {
                given_up: true,
                ..free
            };
            let held = given_up.held();
            assert!(
                matches!(held, Held::By(Claim::InProgress { .. })),
                "{held:?}"
            );
        }
    }
}
