//! [`HmacHeader`]: a MAC over the raw body, and perhaps an id, a time and more, in a header.
//!
//! Most senders sign this way and differ only in names and layout, so the scheme is data: a preset is
//! a value of [`HmacHeaderConfig`], not code.
//!
//! What each known sender writes is in its row: [`providers::known`](crate::providers::known).

mod config;
mod verify;

pub use self::config::HmacHeaderConfig;
#[cfg(feature = "simulator")]
use super::ToSign;
use super::{
    Digest, Scheme, Signs, Verified, digest::with_mac, signature_headers::SignatureHeaders,
};
#[cfg(feature = "simulator")]
use crate::time::UnixTime;
use crate::{
    keys::{KeyKind, LiveKeys},
    request::RawRequest,
    setup::Finding,
    verdict::Rejection,
};

/// A MAC in a header, ready to verify. Made from an [`HmacHeaderConfig`] with `try_from`.
///
/// # Security
///
/// Every live key is tried with every signature of the header; comparisons are those of the digest
/// crate, in constant time, over decoded bytes. A header that stands twice is refused, since senders,
/// proxies and frameworks disagree on which one counts.
#[derive(Debug, Clone)]
pub struct HmacHeader {
    headers: SignatureHeaders,
    digest: Digest,
}

impl Scheme for HmacHeader {
    fn signs(&self) -> Signs {
        self.headers.signs()
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Secret
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::from_iter(self.digest.finding())
    }

    /// Proves the whole body, and what else the template names.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        with_mac!(self.digest, M => self.prove::<M>(request, keys))
    }
}

#[cfg(feature = "simulator")]
impl HmacHeader {
    /// Where its signatures and what they cover stand.
    pub(crate) fn signature_headers(&self) -> &SignatureHeaders {
        &self.headers
    }

    /// The headers that the signature covers and those that carry it, by each of `secrets`, each with its value.
    pub(crate) fn headers<'k>(
        &self,
        request: ToSign<'_>,
        secrets: impl Iterator<Item = &'k [u8]>,
        id: &str,
        at: UnixTime,
    ) -> Vec<(String, String)> {
        self.headers.written(request, id, at, |text| {
            let mac = |secret| self.digest.mac(secret, std::iter::once(text));
            secrets.map(mac).collect()
        })
    }
}
