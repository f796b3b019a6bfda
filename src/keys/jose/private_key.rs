//! [`PrivateKey`]: a key that signs.

use std::fmt;

#[cfg(feature = "jwt")]
use aws_lc_rs::hmac;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
        ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    },
};

#[cfg(feature = "simulator")]
use super::private_pem::der_of_pem;
use super::{EcdsaForm, JwsAlgorithm};

/// A key that signs by one algorithm: a private one, or a secret that both ends have.
pub(crate) enum PrivateKey {
    #[cfg(feature = "jwt")]
    Secret(Box<hmac::Key>),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Reads PEM or DER (PKCS #8, for RSA also PKCS #1), or the 32 bytes of an Ed25519 seed (RFC 8032, section 5.1.5).
    /// `None` for anything else, a public key, and a key that the algorithm does not sign with.
    #[cfg(feature = "simulator")]
    pub(crate) fn read(key: &[u8], algorithm: JwsAlgorithm, form: EcdsaForm) -> Option<Self> {
        if let Some(der) = der_of_pem(key) {
            return Self::of_der(&der, algorithm, form);
        }
        if algorithm == JwsAlgorithm::EdDsa && key.len() == 32 {
            let pair = Ed25519KeyPair::from_seed_unchecked(key).ok()?;
            return Some(Self::Ed25519(pair));
        }
        Self::of_der(key, algorithm, form)
    }

    /// A secret that both ends have, of any length. `None` for an algorithm of private keys.
    #[cfg(feature = "jwt")]
    pub(crate) fn secret(secret: &[u8], algorithm: JwsAlgorithm) -> Option<Self> {
        let algorithm = match algorithm {
            JwsAlgorithm::Hs256 => hmac::HMAC_SHA256,
            JwsAlgorithm::Hs384 => hmac::HMAC_SHA384,
            JwsAlgorithm::Hs512 => hmac::HMAC_SHA512,
            _ => return None,
        };
        Some(Self::Secret(Box::new(hmac::Key::new(algorithm, secret))))
    }

    /// Reads DER alone.
    pub(super) fn of_der(der: &[u8], algorithm: JwsAlgorithm, form: EcdsaForm) -> Option<Self> {
        use JwsAlgorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        let ecdsa =
            |fixed, asn1| Self::ecdsa(der, if form == EcdsaForm::Der { asn1 } else { fixed });
        let rsa = |encoding| Self::rsa(der, encoding);
        match algorithm {
            EdDsa => Self::ed25519(der),
            Es256 => ecdsa(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                &ECDSA_P256_SHA256_ASN1_SIGNING,
            ),
            Es384 => ecdsa(
                &ECDSA_P384_SHA384_FIXED_SIGNING,
                &ECDSA_P384_SHA384_ASN1_SIGNING,
            ),
            Rs256 => rsa(&RSA_PKCS1_SHA256),
            Rs384 => rsa(&RSA_PKCS1_SHA384),
            Rs512 => rsa(&RSA_PKCS1_SHA512),
            Ps256 => rsa(&RSA_PSS_SHA256),
            Ps384 => rsa(&RSA_PSS_SHA384),
            Ps512 => rsa(&RSA_PSS_SHA512),
            _ => None,
        }
    }

    fn ed25519(der: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(der).ok()?;
        Some(Self::Ed25519(pair))
    }

    fn ecdsa(der: &[u8], algorithm: &'static EcdsaSigningAlgorithm) -> Option<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, der).ok()?;
        Some(Self::Ecdsa(pair))
    }

    fn rsa(der: &[u8], encoding: &'static dyn RsaEncoding) -> Option<Self> {
        let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der));
        Some(Self::Rsa(Box::new(pair.ok()?), encoding))
    }

    /// Signs. `None` without randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            #[cfg(feature = "jwt")]
            Self::Secret(key) => Some(hmac::sign(key, message).as_ref().to_vec()),
            Self::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                pair.sign(*encoding, &random, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Self::Ecdsa(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).ok()?;
                Some(signature.as_ref().to_vec())
            }
            Self::Ed25519(pair) => Some(pair.try_sign(message).ok()?.as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}
