//! [`HeaderSigner`]: a MAC, or a signature by a private key, in a header.

use std::fmt;
#[cfg(feature = "public-keys")]
use std::sync::Arc;

use zeroize::Zeroizing;

use super::Sent;
#[cfg(feature = "public-keys")]
use crate::{keys::jose::PrivateKey, schemes::PublicKeySignature, setup::BuildError};
use crate::{
    schemes::{HmacHeader, SignatureHeaders},
    time::UnixTime,
};

/// Signs in a header, by one key or several.
#[derive(Clone)]
pub(super) struct HeaderSigner(By);

#[derive(Clone)]
enum By {
    Mac(Box<HmacHeader>, Vec<Zeroizing<Vec<u8>>>),
    #[cfg(feature = "public-keys")]
    Key(Box<PublicKeySignature>, Vec<Arc<PrivateKey>>),
}

impl HeaderSigner {
    pub(super) fn mac(scheme: HmacHeader, secret: &[u8]) -> Self {
        Self(By::Mac(
            Box::new(scheme),
            vec![Zeroizing::new(secret.to_vec())],
        ))
    }

    /// # Errors
    ///
    /// When the key cannot be read, or is not one that the scheme's algorithm signs with.
    #[cfg(feature = "public-keys")]
    pub(super) fn private_key(scheme: PublicKeySignature, key: &[u8]) -> Result<Self, BuildError> {
        let key = scheme.private_key(key).ok_or(BuildError::Scheme(
            "the private key cannot be read, or is not one that the algorithm signs with",
        ))?;
        Ok(Self(By::Key(Box::new(scheme), vec![Arc::new(key)])))
    }

    /// Signs with one more key. Only lists of signatures have room for it. One that does not fit is left out.
    pub(super) fn add(&mut self, key: &[u8]) {
        match &mut self.0 {
            By::Mac(_, secrets) => secrets.push(Zeroizing::new(key.to_vec())),
            #[cfg(feature = "public-keys")]
            By::Key(scheme, keys) => keys.extend(scheme.private_key(key).map(Arc::new)),
        }
    }

    /// Any body can be signed so. What an earlier signing has written is taken away, under each of its names: it could
    /// contradict this one, or prove the request where this one is spoilt.
    pub(super) fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> Sent {
        let headers = match &self.0 {
            By::Mac(scheme, secrets) => {
                let secrets = secrets.iter().map(|secret| &***secret);
                scheme.headers(sent.to_sign(), secrets, id, at)
            }
            #[cfg(feature = "public-keys")]
            By::Key(scheme, keys) => {
                let keys = keys.iter().map(|key| &**key);
                scheme.headers(sent.to_sign(), keys, id, at)
            }
        };
        let stale = self.headers().written_headers();
        let sent = stale.fold(sent, |sent, name| sent.without_header(name));
        let signed = headers.into_iter().fold(sent, |sent, (name, value)| {
            sent.without_header(&name).with_header(name, value)
        });
        signed.signed_in_each_of(self.headers().signature_headers())
    }

    /// Where signatures and what they cover stand.
    pub(super) fn headers(&self) -> &SignatureHeaders {
        match &self.0 {
            By::Mac(scheme, _) => scheme.signature_headers(),
            #[cfg(feature = "public-keys")]
            By::Key(scheme, _) => scheme.signature_headers(),
        }
    }

    /// The name of its scheme.
    pub(super) const fn scheme(&self) -> &'static str {
        match &self.0 {
            By::Mac(..) => "hmac-header",
            #[cfg(feature = "public-keys")]
            By::Key(..) => "public-key-signature",
        }
    }
}

impl fmt::Debug for HeaderSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderSigner")
            .field("header", &self.headers().signature_header())
            .finish_non_exhaustive()
    }
}
