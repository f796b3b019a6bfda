//! The command, run as its users run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod access;
mod command;
mod documents;
mod malformed;
mod other_commands;
mod reasons;
mod streaming;
mod vectors;
