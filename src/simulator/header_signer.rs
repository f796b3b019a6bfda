//! [`HeaderSigner`]: a MAC in a header.

use std::fmt;

use zeroize::Zeroizing;

use super::Sent;
use crate::{schemes::HmacHeader, time::UnixTime};

/// Signs with a MAC in a header, by one secret or several.
#[derive(Clone)]
pub(crate) struct HeaderSigner {
    pub(crate) scheme: HmacHeader,
    secrets: Vec<Zeroizing<Vec<u8>>>,
}

impl HeaderSigner {
    pub(crate) fn new(scheme: HmacHeader, secret: impl AsRef<[u8]>) -> Self {
        let mut signer = Self {
            scheme,
            secrets: Vec::new(),
        };
        signer.add(secret);
        signer
    }

    /// Signs with one more secret. Only lists of signatures have room for it.
    pub(crate) fn add(&mut self, secret: impl AsRef<[u8]>) {
        self.secrets.push(Zeroizing::new(secret.as_ref().to_vec()));
    }

    /// The value of the signature's header.
    pub(crate) fn signature(&self, id: &str, at: UnixTime, body: &[u8]) -> String {
        self.scheme.signature(self.secrets(), id, at, body)
    }

    /// Any body can be signed so.
    pub(crate) fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> Sent {
        let headers = self.scheme.headers(self.secrets(), id, at, &sent.body);
        let signed = headers.into_iter().fold(sent, |sent, (name, value)| {
            sent.without_header(&name).with_header(name, value)
        });
        signed.signed_in(self.scheme.signature_header().to_owned())
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
