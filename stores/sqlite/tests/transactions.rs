//! Settling inside the application's transaction.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

hookgate_test_support::test_transactions!(place::effects);
