//! The command, run as its users run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod access;
mod asking;
mod bad_receivers;
mod challenges;
mod cloud_events;
mod command;
mod documents;
mod explain;
mod foreign_text;
mod forwarding;
mod frozen_verdicts;
mod inbox;
mod judged_alike;
mod listening;
mod malformed;
mod other_commands;
mod public_keys;
mod raw_request;
mod real_endpoints;
mod reasons;
mod reconciling;
mod saved_requests;
mod send_and_listen;
mod senders;
mod settings;
mod settings_secrecy;
mod signed_requests;
mod sns;
mod stores;
mod streaming;
mod terminal;
mod token_endpoints;
mod token_settings;
mod tokens;
mod vectors;
