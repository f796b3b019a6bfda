//! What is compared with what a stranger sent: [`KeyedMac`] and [`SecretDigest`].
//!
//! Time must not tell how much of a guess is right. So neither has an `==` or shows its bytes: whoever compares one in
//! another way does not compile.

use hmac::{
    KeyInit, Mac,
    digest::{CtOutput, Output},
};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// A MAC under a key, made once for each key and cloned for each request. Compared by the digest crate.
#[derive(Clone)]
pub(crate) struct KeyedMac<M>(M);

impl<M: Mac + KeyInit> KeyedMac<M> {
    /// `None` only if the MAC refused the key's length, which HMAC never does.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        <M as KeyInit>::new_from_slice(key).ok().map(Self)
    }
}

impl<M: Mac> KeyedMac<M> {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Whether `signature` is that of what was read.
    pub(crate) fn verifies(self, signature: &Output<M>) -> bool {
        // As a slice: in the same constant time, and by words. As an array it would go by bytes, four times as long.
        self.0.verify_slice(signature).is_ok()
    }

    /// Whether one of `signatures` is. All are compared, so that time does not tell which.
    pub(crate) fn verifies_one_of(self, signatures: impl Iterator<Item = Output<M>>) -> bool {
        let own = self.0.finalize();
        signatures.fold(false, |found, other| found | (own == CtOutput::from(other)))
    }
}

/// SHA-256 of a secret that callers must show. Comparing takes the same time whatever the secret and its length are, and
/// nothing in memory can be shown.
#[derive(Clone)]
pub(crate) struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// Of the parts, one after the other: where they could be split in another way, their lengths must be among them.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let hash = parts
            .iter()
            .fold(Sha256::new(), |hash, part| hash.chain_update(part));
        Self(hash.finalize().into())
    }
}

impl ConstantTimeEq for SecretDigest {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use hmac::Hmac;

    use super::*;

    /// What a type has, as far as the compiler knows.
    struct Of<T>(PhantomData<T>);

    trait Otherwise {
        const EQUALS: bool = false;
        const SHOWS_BYTES: bool = false;
        const SHOWS_ITSELF: bool = false;
    }

    impl<T> Otherwise for Of<T> {}

    impl<T: PartialEq> Of<T> {
        const EQUALS: bool = true;
    }

    impl<T: AsRef<[u8]>> Of<T> {
        const SHOWS_BYTES: bool = true;
    }

    impl<T: std::fmt::Debug> Of<T> {
        const SHOWS_ITSELF: bool = true;
    }

    #[test]
    fn what_a_guess_is_compared_with_has_no_equals_and_shows_nothing() {
        let bytes = (
            Of::<[u8; 32]>::EQUALS,
            Of::<[u8; 32]>::SHOWS_BYTES,
            Of::<[u8; 32]>::SHOWS_ITSELF,
        );
        assert_eq!(bytes, (true, true, true), "the question is asked rightly");
        type Digest = Of<SecretDigest>;
        assert_eq!(
            (Digest::EQUALS, Digest::SHOWS_BYTES, Digest::SHOWS_ITSELF),
            (false, false, false)
        );
        type Keyed = Of<KeyedMac<Hmac<Sha256>>>;
        assert_eq!(
            (Keyed::EQUALS, Keyed::SHOWS_BYTES, Keyed::SHOWS_ITSELF),
            (false, false, false)
        );
    }
}
