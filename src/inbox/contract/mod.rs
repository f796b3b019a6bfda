//! The promises of an [`Inbox`], as a suite that any store can be put through. Feature `testing`.
//!
//! A store is right when [`run`] ends without a panic. A panic names the promise that broke. Put the store through
//! [`dedup::contract`](crate::dedup::contract) as well: an inbox is a store of claims too.
//!
//! ```
//! use hookgate::{UnixTime, inbox::{MemoryInbox, contract}, testing::FakeClock};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
//! contract::run(|| async { MemoryInbox::with_clock(100, clock.clone()) }, &clock).await;
//! # }
//! ```

mod accepts;
mod dead;
mod ends;
mod leases;
mod order;
mod pauses;
mod scene;
mod views;

use self::scene::Scene;
use super::Inbox;
use crate::dedup::contract::Passage;

/// Puts an inbox through every promise.
///
/// `make_store` is asked for an empty inbox once for each promise.
///
/// # Panics
///
/// When a promise is broken.
pub async fn run<S, M, F>(mut make_store: M, passage: &impl Passage)
where
    S: Inbox,
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

        /// Puts an inbox, which is empty, through one of the [`PROMISES`]: while you work on it.
        ///
        /// # Panics
        ///
        /// When the promise is broken, or there is none of that name.
        pub async fn run_one<S: Inbox>(promise: &str, store: S, passage: &impl Passage) {
            let scene = Scene::new(store, passage);
            match promise {
                $(concat!(stringify!($file), "::", stringify!($promise)) => $file::$promise(&scene).await,)*
                unknown => panic!("inbox contract: there is no promise `{unknown}`"),
            }
        }
    };
}

promises![
    accepts::what_is_accepted_is_handed_out_as_it_came,
    accepts::a_copy_of_what_waits_runs_or_is_dead_is_a_copy,
    accepts::a_repeated_accept_is_the_same_accept,
    accepts::equal_keys_of_one_call_are_one_event,
    accepts::an_inline_lease_keeps_an_accept_out_until_it_ends,
    accepts::what_was_handled_is_done_until_its_mark_ends,
    accepts::what_cannot_be_decoded_is_kept_within_its_cap,
    ends::an_end_leaves_the_mark_that_it_names,
    ends::a_key_of_the_inbox_never_ends_by_itself,
    ends::a_late_owner_changes_nothing,
    ends::repeated_ends_change_nothing,
    ends::each_run_counts_as_it_ended,
    leases::a_lease_lasts_for_its_time_and_then_counts_as_vanished,
    leases::a_kept_lease_lasts_longer,
    leases::a_repeated_ask_hands_out_the_same,
    leases::endpoints_take_turns,
    leases::only_known_endpoints_and_formats_are_handed_out,
    leases::suspects_are_handed_out_only_when_asked_for,
    leases::what_was_given_back_waits_for_its_time,
    order::one_of_an_order_runs_at_a_time_and_the_oldest_first,
    order::a_dead_letter_lets_the_next_one_go_on,
    pauses::a_paused_endpoint_keeps_its_lines_and_accepts_more,
    pauses::a_pause_ends_with_one_probe_and_another_one_next_time,
    pauses::a_weaker_pause_changes_nothing,
    pauses::a_backlog_elsewhere_keeps_no_endpoint_from_its_probe,
    dead::a_dead_letter_tells_what_became_of_it,
    dead::what_a_run_said_is_kept_beside_the_payload,
    dead::a_replay_runs_again_under_a_higher_attempt,
    dead::what_is_discarded_is_remembered_as_rejected,
    dead::what_was_dead_for_long_is_erased,
    views::a_list_has_each_event_once,
    views::a_list_can_begin_with_the_newest,
    views::a_list_has_what_its_filter_means,
    views::a_list_tells_where_each_stands,
    views::totals_follow_what_happens,
    views::an_operator_stops_an_endpoint_until_it_goes_on,
];
