//! The promises of [`Expectations`], as a suite that any store can be put through. Feature `testing`.
//!
//! A store is right when [`run`] ends without a panic. A panic names the promise that broke.
//!
//! ```
//! use hookgate::{UnixTime, polling::{MemoryExpectations, contract}, testing::FakeClock};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
//! contract::run(|| async { MemoryExpectations::with_clock(100, clock.clone()) }, &clock).await;
//! # }
//! ```

mod expects;
mod leases;
mod scene;
mod silence;
mod turns;

use self::scene::Scene;
use super::Expectations;
use crate::dedup::contract::Passage;

/// Puts a store of expectations through every promise.
///
/// `make_store` is asked for an empty store once for each promise.
///
/// # Panics
///
/// When a promise is broken.
pub async fn run<S, M, F>(mut make_store: M, passage: &impl Passage)
where
    S: Expectations,
    M: FnMut() -> F,
    F: Future<Output = S>,
{
    for promise in PROMISES {
        run_one(promise, make_store().await, passage).await;
    }
}

// A macro, since a list of generic async functions has no type.
macro_rules! promises {
    ($($file:ident::$promise:ident),* $(,)?) => {
        /// The names of all promises, for [`run_one`].
        pub const PROMISES: &[&str] = &[$(concat!(stringify!($file), "::", stringify!($promise))),*];

        /// Puts a store, which is empty, through one of the [`PROMISES`]: while you work on it.
        ///
        /// # Panics
        ///
        /// When the promise is broken, or there is none of that name.
        pub async fn run_one<S: Expectations>(promise: &str, store: S, passage: &impl Passage) {
            let scene = Scene::new(store, passage);
            match promise {
                $(concat!(stringify!($file), "::", stringify!($promise)) => $file::$promise(&scene).await,)*
                unknown => panic!("expectations contract: there is no promise `{unknown}`"),
            }
        }
    };
}

promises![
    expects::what_is_expected_is_due_after_its_delay,
    expects::a_second_expectation_changes_nothing,
    expects::what_has_ended_can_be_expected_anew,
    expects::endpoints_are_apart,
    expects::the_longest_due_comes_first,
    leases::what_is_leased_is_not_handed_out_until_its_lease_lapses,
    leases::a_late_owner_changes_nothing,
    leases::what_was_postponed_waits_for_its_time,
    leases::a_deadline_that_has_passed_leaves_nothing,
    turns::turns_are_spread,
    turns::a_turn_that_is_too_far_takes_nothing,
    silence::a_silence_is_told_by_one_and_so_is_its_end,
    turns::nobody_has_a_turn_while_questions_are_held,
];
