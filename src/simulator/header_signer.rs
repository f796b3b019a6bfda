//! [`HeaderSigner`]: a MAC in a header.

use std::fmt;

use zeroize::Zeroizing;

use super::Sent;
use crate::{schemes::HmacHeader, time::UnixTime};

/// Signs with a MAC in a header, by one secret or several.
#[derive(Clone)]
pub(super) struct HeaderSigner {
    pub(super) scheme: HmacHeader,
    secrets: Vec<Zeroizing<Vec<u8>>>,
}

impl HeaderSigner {
    pub(super) fn new(scheme: HmacHeader, secret: impl AsRef<[u8]>) -> Self {
        let mut signer = Self {
            scheme,
            secrets: Vec::new(),
        };
        signer.add(secret);
        signer
    }

    /// Signs with one more secret. Only lists of signatures have room for it.
    pub(super) fn add(&mut self, secret: impl AsRef<[u8]>) {
        self.secrets.push(Zeroizing::new(secret.as_ref().to_vec()));
    }

    /// Any body can be signed so. What an earlier signing has written is taken away, under each of its names: it could
    /// contradict this one, or prove the request where this one is spoilt.
    pub(super) fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> Sent {
        let headers = self.scheme.headers(sent.to_sign(), self.secrets(), id, at);
        let stale = self.scheme.written_headers();
        let sent = stale.fold(sent, |sent, name| sent.without_header(name));
        let signed = headers.into_iter().fold(sent, |sent, (name, value)| {
            sent.without_header(&name).with_header(name, value)
        });
        signed.signed_in_each_of(self.scheme.signature_headers())
    }

    fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        self.secrets.iter().map(|secret| &***secret)
    }
}

impl fmt::Debug for HeaderSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderSigner")
            .field("header", &self.scheme.signature_header())
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}
