//! Bytes that are a secret, erased when they are dropped.

use bytes::{Bytes, BytesMut};
use zeroize::Zeroize;

/// Overwrites bytes, as far as nobody else holds them. An HTTP server may have cut them out of a buffer that it goes on
/// reading into, and that buffer is the server's.
pub(crate) fn erase(bytes: Bytes) {
    if let Ok(mut bytes) = bytes.try_into_mut() {
        erase_buffer(&mut bytes);
    }
}

/// Overwrites a buffer of our own.
pub(crate) fn erase_buffer(bytes: &mut BytesMut) {
    #[cfg(test)]
    ERASED.set(ERASED.get() + bytes.len());
    bytes.as_mut().zeroize();
}

#[cfg(test)]
thread_local! {
    /// How many bytes were overwritten. What memory holds once it is given back cannot be looked at.
    pub(super) static ERASED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A body that holds a secret.
#[cfg(feature = "token")]
pub(crate) struct Erased(Bytes);

#[cfg(feature = "token")]
impl Erased {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

#[cfg(feature = "token")]
impl std::ops::Deref for Erased {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(feature = "token")]
impl Drop for Erased {
    fn drop(&mut self) {
        erase(std::mem::take(&mut self.0));
    }
}
