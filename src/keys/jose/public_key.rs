//! Reading public keys: out of certificates (RFC 5280) or bare, in PEM (RFC 7468) or DER.

use std::fmt;

use aws_lc_rs::signature::RsaPublicKeyComponents;
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
use zeroize::Zeroizing;

use super::ed25519::is_of_small_order;
use crate::time::UnixTime;

/// The bounds of an RSA modulus that the backend verifies with. Shorter ones count as broken.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A key and what was read beside it.
pub(super) struct PublicKey {
    pub(super) material: Material,
    /// From when until when the certificate that it came in says to be valid.
    pub(super) dates: Option<(UnixTime, UnixTime)>,
    /// As it is published, where it may be (RFC 7517).
    #[cfg(feature = "token")]
    pub(super) jwk: Option<serde_json::Value>,
}

impl PublicKey {
    /// The key alone.
    pub(super) fn bare(material: Material) -> Self {
        Self {
            material,
            dates: None,
            #[cfg(feature = "token")]
            jwk: None,
        }
    }
}

/// What a key is.
pub(super) enum Material {
    Secret(Zeroizing<Vec<u8>>),
    Rsa(RsaKey),
    /// A point on the curve (SEC 1, section 2.3.3).
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519([u8; 32]),
}

/// Modulus and exponent, both without leading zeros.
pub(super) struct RsaKey(pub(super) RsaPublicKeyComponents<Vec<u8>>);

impl Material {
    /// An RSA key of these big-endian numbers.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, &'static str> {
        let [n, e] = [modulus, exponent].map(without_leading_zeros);
        let unused = n.first().map_or(0, |first| first.leading_zeros() as usize);
        let bits = n.len().saturating_mul(8).saturating_sub(unused);
        if bits < *RSA_BITS.start() {
            return Err(WEAK);
        }
        // By an exponent of 1 everybody signs, and an even one is none.
        let signs = !matches!(e, [] | [1]) && e.last().is_some_and(|last| last % 2 == 1);
        if !RSA_BITS.contains(&bits) || !signs {
            return Err(BROKEN);
        }
        Ok(Self::Rsa(RsaKey(RsaPublicKeyComponents {
            n: n.to_vec(),
            e: e.to_vec(),
        })))
    }

    /// An Ed25519 key (RFC 8032, section 5.1.5).
    pub(super) fn ed25519(bytes: &[u8]) -> Result<Self, &'static str> {
        let point: [u8; 32] = bytes.try_into().map_err(|_| BROKEN)?;
        if is_of_small_order(&point) {
            return Err(SMALL_ORDER);
        }
        Ok(Self::Ed25519(point))
    }

    /// A bare key, whose length says what it is: an Ed25519 key, or a point on P-256 or P-384, compressed or not.
    pub(super) fn raw(bytes: &[u8]) -> Result<Self, &'static str> {
        match (bytes.len(), bytes.first()) {
            (32, _) => Self::ed25519(bytes),
            (33, Some(2 | 3)) | (65, Some(4)) => Ok(Self::P256(bytes.to_vec())),
            (49, Some(2 | 3)) | (97, Some(4)) => Ok(Self::P384(bytes.to_vec())),
            _ => Err(NOT_RAW),
        }
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Material(..)")
    }
}

pub(super) const PRIVATE: &str = "a key to verify with is a private one: give the public key or the certificate, and keep that one away";
/// A frozen verdict has this text.
const NOT_PEM: &str = "a token's key is not PEM: there must be one block `CERTIFICATE`, `PUBLIC KEY` or \
                       `RSA PUBLIC KEY` (is it DER?)";
const NOT_DER: &str =
    "a key to verify with is no certificate and no public key in DER (is it PEM?)";
const NOT_RAW: &str = "a key to verify with is neither a bare Ed25519 key, nor a point on P-256 or P-384, nor a public key in DER";
const BROKEN: &str =
    "a key to verify with cannot be read: its PEM block, its DER or its numbers are damaged";
const OTHER_KIND: &str =
    "a key is of a kind that verifies nothing here: RSA, P-256, P-384 and Ed25519 do";
const WEAK: &str = "an RSA key has less than 2,048 bits: its signatures can be forged";
const SMALL_ORDER: &str = "an Ed25519 key is a point of small order: its signatures can be forged";

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
            .map(PublicKey::bare),
        "RSA PUBLIC KEY" => of_rsa(&block.contents).map(PublicKey::bare),
        _ => Err(NOT_PEM),
    }
}

/// The key of a certificate, of a `SubjectPublicKeyInfo`, or of an `RSAPublicKey` (RFC 8017).
pub(super) fn of_der(der: &[u8]) -> Result<PublicKey, &'static str> {
    if let Some(read) = of_certificate(der) {
        return read;
    }
    if let Some(info) = whole::<SubjectPublicKeyInfo<'_>>(der) {
        return of_info(&info).map(PublicKey::bare);
    }
    if whole::<RSAPublicKey<'_>>(der).is_some() {
        return of_rsa(der).map(PublicKey::bare);
    }
    Err(NOT_DER)
}

/// A bare key, or one in DER: their lengths differ.
pub(super) fn of_bytes(bytes: &[u8]) -> Result<PublicKey, &'static str> {
    match bytes.len() {
        32 | 33 | 49 | 65 | 97 => Material::raw(bytes).map(PublicKey::bare),
        _ => of_der(bytes).map_err(|why| if why == NOT_DER { NOT_RAW } else { why }),
    }
}

fn of_certificate(der: &[u8]) -> Option<Result<PublicKey, &'static str>> {
    let certificate: X509Certificate<'_> = whole(der)?;
    let dates = dates(certificate.validity());
    Some(of_info(certificate.public_key()).map(|material| PublicKey {
        dates: Some(dates),
        ..PublicKey::bare(material)
    }))
}

fn dates(validity: &Validity) -> (UnixTime, UnixTime) {
    let at = |time: x509_parser::time::ASN1Time| UnixTime::from_secs(time.timestamp());
    (at(validity.not_before), at(validity.not_after))
}

fn of_info(info: &SubjectPublicKeyInfo<'_>) -> Result<Material, &'static str> {
    let kind = &info.algorithm.algorithm;
    let bits = &*info.subject_public_key.data;
    if *kind == OID_PKCS1_RSAENCRYPTION {
        return of_rsa(bits);
    }
    if *kind == OID_SIG_ED25519 {
        return Material::ed25519(bits);
    }
    if *kind != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return Err(OTHER_KIND);
    }
    let curve = info.algorithm.parameters.as_ref();
    let curve = curve.and_then(|curve| curve.as_oid().ok());
    // Uncompressed points, which is what everybody writes (RFC 5480, section 2.2).
    match (curve, bits.len(), bits.first()) {
        (Some(curve), 65, Some(4)) if curve == OID_EC_P256 => Ok(Material::P256(bits.to_vec())),
        (Some(curve), 97, Some(4)) if curve == OID_NIST_EC_P384 => {
            Ok(Material::P384(bits.to_vec()))
        }
        (Some(curve), ..) if curve == OID_EC_P256 || curve == OID_NIST_EC_P384 => Err(BROKEN),
        _ => Err(OTHER_KIND),
    }
}

fn of_rsa(der: &[u8]) -> Result<Material, &'static str> {
    let key: RSAPublicKey<'_> = whole(der).ok_or(BROKEN)?;
    Material::rsa(key.modulus, key.exponent)
}

/// What is read, if nothing follows it.
fn whole<'a, T: FromDer<'a, x509_parser::error::X509Error>>(der: &'a [u8]) -> Option<T> {
    match T::from_der(der) {
        Ok(([], read)) => Some(read),
        _ => None,
    }
}
