//! The in-process dedup store.

/// One process.
#[derive(Debug)]
pub struct MemoryStore;
