//! Settling inside the application's transaction.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

hookgate_test_support::test_transactions!(place::effects);

/// Inline handlers settle through an inbox as through a store.
mod through_an_inbox {
    hookgate_test_support::test_transactions!(super::place::inbox_effects);
}
