//! [`Bomb`] and [`Watched`]: values that show when they are dropped.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Panics when it is dropped.
#[derive(Debug)]
pub(crate) struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "the bomb was dropped");
    }
}

impl std::fmt::Display for Bomb {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("the bomb was shown")
    }
}

impl std::error::Error for Bomb {}

/// Bytes, and whether nobody holds them any more.
pub(crate) struct Watched {
    bytes: Vec<u8>,
    gone: Arc<AtomicBool>,
}

impl Watched {
    pub(crate) fn new(bytes: &[u8]) -> (Self, Arc<AtomicBool>) {
        let gone = Arc::new(AtomicBool::new(false));
        let watched = Self {
            bytes: bytes.to_vec(),
            gone: gone.clone(),
        };
        (watched, gone)
    }
}

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
    }
}
