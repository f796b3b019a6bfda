//! One table of scenarios: every row of the answer table, and how crashes and copies end.
//!
//! Each scenario runs against axum, actix-web and bare tower, on a server that listens on a socket. It runs
//! over HTTP/1.1 and HTTP/2 where it does not need a raw connection. The answers of all frameworks are compared
//! byte by byte. Tests move time by hand: nothing sleeps, and a scenario goes on when it has seen what it waits
//! for.
//!
//! | rows of `hookgate::framework` | scenarios |
//! | --- | --- |
//! | method, media type, encoding, hosts | `heads` |
//! | body too large, too slow, broken off; byte budget | `bodies`, `streams`, `hang_ups` |
//! | refused with a body that is unread or large | `unread` |
//! | address not allowed; peer needed and unknown | `peers` |
//! | tokens: missing, wrong, used for another event | `tokens` |
//! | access rules: missing, wrong, cannot judge | `access` |
//! | tenants: unknown, not to be had, route parameter missing | `tenants` |
//! | signature, time, nonce; no live key; no identity | `refusals` |
//! | what handlers say, deadline, too many, event of another type, no middleware | `handlers`, `existing` |
//! | a handshake of an event, several events in one body | `contents`, `cloud_events` |
//! | whether the endpoint is ours, asked by what nobody signs | `challenges` |
//! | copies: done, running, failed, too many, changed | `copies` |
//! | store down, full, silent, no mark | `store_faults` |
//! | a handler that is always ready: deadline, lease | `busy` |
//! | what was not sent is asked for | `fallback` |
//! | lease lost, handler cut off | `leases` |
//! | the process stops | `shut_downs` |
//! | connections and streams that end early, wait, are read slowly or shared | `hang_ups`, `connections`, `streams` |
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod access;
mod bodies;
mod busy;
mod challenges;
mod cloud_events;
mod connections;
mod contents;
mod copies;
mod everywhere;
mod existing;
mod existing_on_actix;
mod existing_on_axum;
mod fallback;
mod forms;
mod handlers;
mod hang_ups;
mod heads;
mod leases;
mod on_actix;
mod on_axum;
mod on_tower;
mod packs;
mod peers;
mod refusals;
mod scene;
mod sdk_requests;
mod shut_downs;
mod stage;
mod store_faults;
mod stores;
mod streams;
mod tenants;
mod tokens;
mod unread;
mod wire;
