//! The promises of a [`DedupStore`], as a suite that any store can be put through. Feature `testing`.
//!
//! A store is right when [`run`] ends without a panic; a panic names the promise that broke. The
//! suite needs no runtime: it runs wherever the store's futures run.
//!
//! ```
//! use hookgate::{UnixTime, dedup::{MemoryStore, contract}, testing::FakeClock};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let clock = FakeClock::at(UnixTime::EPOCH);
//! contract::run(|| async { MemoryStore::with_clock(100, clock.clone()) }, &clock).await;
//! # }
//! ```
//!
//! A test of a store on a server gives a store on fresh names (a table, a prefix, a bucket) each
//! time that it is asked for one. It lets time pass with [`RealTime`], on its runtime's timer. A
//! full run passes about sixteen leases and eight retentions of its [`Terms`].
//!
//! One task polls all claims of a race here. A store should also be claimed from many threads, and
//! a shared one from many processes: [`race`] is one claimer, [`judge`] tells whether each key had
//! one winner.

mod capacity;
mod claims;
mod contents;
mod given_up;
mod leases;
mod marks;
mod passage;
mod race;
mod scene;
mod waiting;

use self::scene::Scene;
pub use self::{
    passage::{Passage, RealTime, Terms},
    race::{judge, race},
};
use super::DedupStore;

/// Puts a store through every promise.
///
/// `make_store` is asked for a store without any keys once for each promise. A bounded store should
/// be a small one: two of the promises fill it.
///
/// # Panics
///
/// When a promise is broken.
pub async fn run<S, M, F>(mut make_store: M, passage: &impl Passage)
where
    S: DedupStore,
    M: FnMut() -> F,
    F: Future<Output = S>,
{
    // A macro, since a list of generic async functions has no type.
    macro_rules! prove {
        ($($file:ident::$promise:ident),* $(,)?) => {
            $($file::$promise(&Scene::new(make_store().await, passage)).await;)*
        };
    }
    prove![
        claims::one_of_many_claims_wins,
        claims::an_owner_wins_its_claim_again,
        claims::others_are_told_that_it_is_in_progress,
        claims::a_look_never_claims,
        leases::a_lease_lasts_for_its_time_and_is_then_taken_over,
        leases::a_late_owner_learns_that_it_lost,
        leases::a_lapsed_lease_is_lost_even_if_nobody_took_it,
        leases::an_extended_lease_ends_when_it_was_told_to,
        leases::an_attempt_outlives_its_lease,
        leases::a_release_frees_the_key,
        given_up::a_release_that_overtakes_its_claim_wins,
        given_up::a_lapsed_lease_that_was_given_up_is_not_granted_again,
        given_up::what_was_held_and_released_is_not_granted_again,
        given_up::others_come_and_go_beside_what_was_given_up,
        marks::every_end_but_release_leaves_a_mark,
        marks::a_mark_lasts_for_the_retention_counted_from_completion,
        marks::a_repeated_settle_changes_nothing,
        marks::a_late_heartbeat_leaves_the_mark_as_it_is,
        marks::a_stranger_cannot_settle,
        contents::content_is_compared_with_the_completed_one,
        contents::the_content_is_that_of_the_owner_who_completed,
        waiting::whoever_waits_is_woken,
        capacity::a_full_store_says_so_and_forgets_nothing,
        capacity::lapsed_leases_cannot_fill_a_store_for_ever,
        capacity::a_store_without_a_bound_forgets_nothing,
    ];
}
