//! The in-process dedup store.
