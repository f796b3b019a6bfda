//! [`HeaderSigner`]: a MAC, or a signature by a private key, in a header.

use std::fmt;
#[cfg(feature = "public-keys")]
use std::sync::Arc;

use zeroize::Zeroizing;

use super::{Sent, SignError};
#[cfg(feature = "public-keys")]
use crate::{
    keys::jose::PrivateKey,
    schemes::{PublicKeySignature, is_key_name},
    setup::BuildError,
};
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
    Key {
        scheme: Box<PublicKeySignature>,
        keys: Vec<Arc<PrivateKey>>,
        id: Option<String>,
    },
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
        Ok(Self(By::Key {
            scheme: Box::new(scheme),
            keys: vec![Arc::new(key)],
            id: None,
        }))
    }

    /// Signs with one more key. Only lists of signatures have room for it. One that does not fit is left out.
    pub(super) fn add(&mut self, key: &[u8]) {
        match &mut self.0 {
            By::Mac(_, secrets) => secrets.push(Zeroizing::new(key.to_vec())),
            #[cfg(feature = "public-keys")]
            By::Key { scheme, keys, .. } => keys.extend(scheme.private_key(key).map(Arc::new)),
        }
    }

    /// Requests name their key so, where the settings say that they name it.
    #[cfg(feature = "public-keys")]
    pub(super) fn name_key(&mut self, name: String) {
        if let By::Key { id, .. } = &mut self.0 {
            *id = Some(name);
        }
    }

    /// Any body can be signed so. What an earlier signing has written is taken away, under each of its names: it could
    /// contradict this one, or prove the request where this one is spoilt.
    ///
    /// # Errors
    ///
    /// When requests name their key, and this one has no name that the scheme reads.
    pub(super) fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> Result<Sent, SignError> {
        // In front of the signature, which may cover it.
        let sent = match self.key_header()? {
            Some((name, value)) => sent.without_header(name).with_header(name, value),
            None => sent,
        };
        let headers = match &self.0 {
            By::Mac(scheme, secrets) => {
                let secrets = secrets.iter().map(|secret| &***secret);
                scheme.headers(sent.to_sign(), secrets, id, at)
            }
            #[cfg(feature = "public-keys")]
            By::Key { scheme, keys, .. } => {
                let keys = keys.iter().map(|key| &**key);
                scheme.headers(sent.to_sign(), keys, id, at)
            }
        };
        let stale = self.headers().written_headers();
        let sent = stale.fold(sent, |sent, name| sent.without_header(name));
        let signed = headers.into_iter().fold(sent, |sent, (name, value)| {
            sent.without_header(&name).with_header(name, value)
        });
        Ok(signed.signed_in_each_of(self.headers().signature_headers()))
    }

    /// The header that names the key, and the name, where requests name it.
    fn key_header(&self) -> Result<Option<(&str, &str)>, SignError> {
        match &self.0 {
            By::Mac(..) => Ok(None),
            #[cfg(feature = "public-keys")]
            By::Key { scheme, id, .. } => {
                let Some(header) = scheme.key_id_header() else {
                    return Ok(None);
                };
                let id = id.as_deref().filter(|id| is_key_name(id.as_bytes()));
                Ok(Some((header, id.ok_or(NAMELESS)?)))
            }
        }
    }

    /// Where signatures and what they cover stand.
    pub(super) fn headers(&self) -> &SignatureHeaders {
        match &self.0 {
            By::Mac(scheme, _) => scheme.signature_headers(),
            #[cfg(feature = "public-keys")]
            By::Key { scheme, .. } => scheme.signature_headers(),
        }
    }

    /// The name of its scheme.
    pub(super) const fn scheme(&self) -> &'static str {
        match &self.0 {
            By::Mac(..) => "hmac-header",
            #[cfg(feature = "public-keys")]
            By::Key { .. } => "public-key-signature",
        }
    }
}

#[cfg(feature = "public-keys")]
const NAMELESS: SignError = SignError(
    "the settings say that a request names its key: give its name of at most 256 bytes with `Signer::key_id`",
);

impl fmt::Debug for HeaderSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderSigner")
            .field("header", &self.headers().signature_header())
            .finish_non_exhaustive()
    }
}
