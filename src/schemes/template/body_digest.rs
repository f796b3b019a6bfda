//! [`BodyDigest`]: a digest of the body in the body's place.

use std::fmt;

use sha2::{Digest as _, Sha256, Sha384, Sha512};
#[cfg(feature = "jwt")]
use subtle::ConstantTimeEq;

use crate::schemes::SignatureEncoding;
#[cfg(feature = "jwt")]
use crate::schemes::signature_encoding::MAX_MAC_BYTES;

/// A digest, and how it is written. SHA-1 and MD5 are none: two bodies of one digest can be made, and one signature
/// would fit both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyDigest {
    digest: Kind,
    encoding: SignatureEncoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sha256,
    Sha384,
    Sha512,
}

const KINDS: [(&str, Kind); 3] = [
    ("sha256", Kind::Sha256),
    ("sha384", Kind::Sha384),
    ("sha512", Kind::Sha512),
];

/// The text of a digest, on the stack.
pub(crate) struct DigestText {
    bytes: [u8; MAX_DIGEST_TEXT],
    length: usize,
}

/// SHA-512 in hexadecimal.
const MAX_DIGEST_TEXT: usize = 128;

impl DigestText {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl BodyDigest {
    /// Reads `sha256:hex`.
    pub(in crate::schemes) fn read(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "a digest of the body is written as `{body:sha256:hex}`: `sha256`, `sha384` or `sha512`, \
                             then an encoding of MACs";
        let (digest, encoding) = text.split_once(':').ok_or(WRONG)?;
        let found = KINDS.iter().find(|(name, _)| *name == digest);
        let encodings = SignatureEncoding::OF_MACS.iter();
        let mut encodings = encodings.filter(|it| it.name() == encoding);
        Ok(Self {
            digest: found.ok_or(WRONG)?.1,
            encoding: *encodings.next().ok_or(WRONG)?,
        })
    }

    pub(in crate::schemes) fn of(self, body: &[u8]) -> DigestText {
        let mut text = DigestText {
            bytes: [0; MAX_DIGEST_TEXT],
            length: 0,
        };
        let mut written = |digest: &[u8]| self.encoding.encode_to(digest, &mut text.bytes);
        text.length = match self.digest {
            Kind::Sha256 => written(&Sha256::digest(body)),
            Kind::Sha384 => written(&Sha384::digest(body)),
            Kind::Sha512 => written(&Sha512::digest(body)),
        };
        text
    }
}

#[cfg(feature = "jwt")]
impl BodyDigest {
    /// Whether `text` is this digest of `body`. Bytes are compared, in constant time.
    pub(in crate::schemes) fn is_of(self, text: &[u8], body: &[u8]) -> bool {
        let same = |own: &[u8]| {
            let mut named = [0; MAX_MAC_BYTES];
            named.get_mut(..own.len()).is_some_and(|named| {
                self.encoding.decode_mac(text, named) && bool::from(own.ct_eq(named))
            })
        };
        match self.digest {
            Kind::Sha256 => same(&Sha256::digest(body)),
            Kind::Sha384 => same(&Sha384::digest(body)),
            Kind::Sha512 => same(&Sha512::digest(body)),
        }
    }
}

/// As it stands in a template.
impl fmt::Display for BodyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = KINDS.iter().find(|(_, kind)| *kind == self.digest);
        let name = found.map_or("", |(name, _)| name);
        write!(f, "{name}:{}", self.encoding.name())
    }
}
