//! Threads meet in hookgate's claims, waiting copies and leases, in thousands of orders.
//!
//! | file | holds |
//! | --- | --- |
//! | `check` | how many orders are tried |
//! | `memory_store` | claims that meet in the memory store |
//! | `copies` | deliveries of one event that meet on the road |
//!
//! Locks and counters are those of shuttle, which switches between tasks at each of their steps. It sees lost wake-ups as
//! deadlocks. It takes memory to be consistent, so it says nothing about orderings that are too weak.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod check;
mod copies;
mod memory_store;
