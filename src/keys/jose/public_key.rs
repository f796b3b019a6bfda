//! Reading public keys: out of certificates (RFC 5280) or bare, in PEM (RFC 7468) or DER.

use jsonwebtoken::DecodingKey;
use x509_parser::{
    certificate::Validity,
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
        OID_SIG_ED25519,
    },
    pem::Pem,
    prelude::{FromDer, X509Certificate},
    public_key::RSAPublicKey,
    x509::SubjectPublicKeyInfo,
};

use crate::time::UnixTime;

/// What the backend verifies with; shorter ones count as broken.
const LEAST_RSA_BITS: usize = 2048;

/// A key and what was read beside it.
pub(super) struct PublicKey {
    pub(super) key: DecodingKey,
    pub(super) kind: KeyType,
    /// From when until when the certificate that it came in says to be valid.
    pub(super) dates: Option<(UnixTime, UnixTime)>,
    /// As it is published, where it may be (RFC 7517).
    #[cfg(feature = "token")]
    pub(super) jwk: Option<serde_json::Value>,
}

impl PublicKey {
    /// The key alone.
    pub(super) fn bare(key: DecodingKey, kind: KeyType) -> Self {
        Self {
            key,
            kind,
            dates: None,
            #[cfg(feature = "token")]
            jwk: None,
        }
    }
}

/// Which signatures a key can verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyType {
    Secret,
    Rsa,
    P256,
    P384,
    Ed25519,
}

const PRIVATE: &str = "a token's key is a private one: give the public key or the certificate, and keep that one away";
const NOT_PEM: &str = "a token's key is not PEM: there must be one block `CERTIFICATE`, `PUBLIC KEY` or \
                       `RSA PUBLIC KEY` (is it DER?)";
const NOT_DER: &str = "a token's key is no certificate and no public key in DER (is it PEM?)";
const BROKEN: &str = "a token's key cannot be read: its PEM block or its DER is damaged";
const OTHER_KIND: &str =
    "a token's key is of a kind that verifies nothing here: RSA, P-256, P-384 and Ed25519 do";
const WEAK: &str = "a token's RSA key has less than 2,048 bits: its signatures can be forged";

/// The key of the first block. In a chain that is the owner's own certificate; those of its issuers follow.
pub(super) fn of_pem(pem: &[u8]) -> Result<PublicKey, &'static str> {
    if memchr::memmem::find(pem, b"PRIVATE KEY").is_some() {
        return Err(PRIVATE);
    }
    let block = Pem::iter_from_buffer(pem).next().ok_or(NOT_PEM)?;
    let block = block.map_err(|_| BROKEN)?;
    match block.label.as_str() {
        "CERTIFICATE" => of_certificate(&block.contents).ok_or(BROKEN)?,
        "PUBLIC KEY" => whole::<SubjectPublicKeyInfo<'_>>(&block.contents)
            .ok_or(BROKEN)
            .and_then(|info| of_info(&info))
            .map(dateless),
        "RSA PUBLIC KEY" => of_rsa(&block.contents).map(dateless),
        _ => Err(NOT_PEM),
    }
}

/// The key of a certificate, of a `SubjectPublicKeyInfo`, or of an `RSAPublicKey` (RFC 8017).
pub(super) fn of_der(der: &[u8]) -> Result<PublicKey, &'static str> {
    if let Some(read) = of_certificate(der) {
        return read;
    }
    if let Some(info) = whole::<SubjectPublicKeyInfo<'_>>(der) {
        return of_info(&info).map(dateless);
    }
    if whole::<RSAPublicKey<'_>>(der).is_some() {
        return of_rsa(der).map(dateless);
    }
    Err(NOT_DER)
}

fn of_certificate(der: &[u8]) -> Option<Result<PublicKey, &'static str>> {
    let certificate: X509Certificate<'_> = whole(der)?;
    let dates = dates(certificate.validity());
    Some(of_info(certificate.public_key()).map(|key| PublicKey {
        dates: Some(dates),
        ..dateless(key)
    }))
}

fn dates(validity: &Validity) -> (UnixTime, UnixTime) {
    let at = |time: x509_parser::time::ASN1Time| UnixTime::from_secs(time.timestamp());
    (at(validity.not_before), at(validity.not_after))
}

type Keyed = (DecodingKey, KeyType);

fn dateless((key, kind): Keyed) -> PublicKey {
    PublicKey::bare(key, kind)
}

fn of_info(info: &SubjectPublicKeyInfo<'_>) -> Result<Keyed, &'static str> {
    let kind = &info.algorithm.algorithm;
    let bits = &*info.subject_public_key.data;
    if *kind == OID_PKCS1_RSAENCRYPTION {
        return of_rsa(bits);
    }
    if *kind == OID_SIG_ED25519 {
        return match bits.len() {
            32 => Ok((DecodingKey::from_ed_der(bits), KeyType::Ed25519)),
            _ => Err(BROKEN),
        };
    }
    if *kind != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return Err(OTHER_KIND);
    }
    let curve = info.algorithm.parameters.as_ref();
    let curve = curve.and_then(|curve| curve.as_oid().ok());
    let (kind, length) = match curve {
        Some(curve) if curve == OID_EC_P256 => (KeyType::P256, 65),
        Some(curve) if curve == OID_NIST_EC_P384 => (KeyType::P384, 97),
        _ => return Err(OTHER_KIND),
    };
    // Uncompressed points, which is what everybody writes (RFC 5480, section 2.2).
    if bits.len() != length || bits.first() != Some(&4) {
        return Err(BROKEN);
    }
    Ok((DecodingKey::from_ec_der(bits), kind))
}

fn of_rsa(der: &[u8]) -> Result<Keyed, &'static str> {
    let key: RSAPublicKey<'_> = whole(der).ok_or(BROKEN)?;
    if key.key_size() < LEAST_RSA_BITS {
        return Err(WEAK);
    }
    Ok((DecodingKey::from_rsa_der(der), KeyType::Rsa))
}

/// What is read, if nothing follows it.
fn whole<'a, T: FromDer<'a, x509_parser::error::X509Error>>(der: &'a [u8]) -> Option<T> {
    match T::from_der(der) {
        Ok(([], read)) => Some(read),
        _ => None,
    }
}
