//! The inspector's pages: who may see them, what they show, and what they never do.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod attacks;
mod away;
mod browser;
mod live;
mod mounted;
mod pages;
mod props;
mod secrecy;
