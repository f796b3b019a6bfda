//! [`Verifier`]: a key that was read for one algorithm.

use aws_lc_rs::{
    hmac,
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_ASN1,
        ECDSA_P384_SHA384_FIXED, ED25519, EcdsaVerificationAlgorithm, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
        RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    },
};

use super::{EcdsaForm, JwsAlgorithm, ed25519::is_of_small_order, public_key::Material};

/// A key that was read for one algorithm: a signature costs nothing but its verification.
pub(super) enum Verifier {
    Mac(Box<hmac::Key>),
    Rsa(ParsedPublicKey),
    Ecdsa {
        fixed: ParsedPublicKey,
        der: ParsedPublicKey,
    },
    Ed25519(ParsedPublicKey),
}

impl Verifier {
    /// `None` where the algorithm is not for such keys, so that a public key is never taken for a secret, nor one curve for
    /// another.
    pub(super) fn new(material: &Material, algorithm: JwsAlgorithm) -> Option<Self> {
        use JwsAlgorithm::{
            EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512,
        };
        match (algorithm, material) {
            (Hs256, Material::Secret(secret)) => Some(mac(hmac::HMAC_SHA256, secret)),
            (Hs384, Material::Secret(secret)) => Some(mac(hmac::HMAC_SHA384, secret)),
            (Hs512, Material::Secret(secret)) => Some(mac(hmac::HMAC_SHA512, secret)),
            (Rs256, Material::Rsa(key)) => key.verifier(&RSA_PKCS1_2048_8192_SHA256),
            (Rs384, Material::Rsa(key)) => key.verifier(&RSA_PKCS1_2048_8192_SHA384),
            (Rs512, Material::Rsa(key)) => key.verifier(&RSA_PKCS1_2048_8192_SHA512),
            (Ps256, Material::Rsa(key)) => key.verifier(&RSA_PSS_2048_8192_SHA256),
            (Ps384, Material::Rsa(key)) => key.verifier(&RSA_PSS_2048_8192_SHA384),
            (Ps512, Material::Rsa(key)) => key.verifier(&RSA_PSS_2048_8192_SHA512),
            (Es256, Material::P256(point)) => {
                ecdsa(point, &ECDSA_P256_SHA256_FIXED, &ECDSA_P256_SHA256_ASN1)
            }
            (Es384, Material::P384(point)) => {
                ecdsa(point, &ECDSA_P384_SHA384_FIXED, &ECDSA_P384_SHA384_ASN1)
            }
            (EdDsa, Material::Ed25519(point)) => {
                let key = ParsedPublicKey::new(&ED25519, point).ok()?;
                Some(Self::Ed25519(key))
            }
            _ => None,
        }
    }

    /// Whether `signature` is one of `message`. `form` counts for ECDSA alone.
    pub(super) fn verifies(&self, form: EcdsaForm, message: &[u8], signature: &[u8]) -> bool {
        let is_signed = |key: &ParsedPublicKey| key.verify_sig(message, signature).is_ok();
        match self {
            Self::Mac(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Rsa(key) => is_signed(key),
            Self::Ecdsa { fixed, der } => is_signed(match form {
                EcdsaForm::Fixed => fixed,
                EcdsaForm::Der => der,
            }),
            Self::Ed25519(key) => {
                let nonce = signature.first_chunk::<32>();
                nonce.is_some_and(|it| !is_of_small_order(it)) && is_signed(key)
            }
        }
    }
}

/// Whether an RSA key signed `message` by SHA-1 (PKCS #1 v1.5). Nothing is kept ready for it: whoever takes such
/// signatures is to leave them behind.
pub(super) fn verifies_rsa_sha1(material: &Material, message: &[u8], signature: &[u8]) -> bool {
    let Material::Rsa(key) = material else {
        return false;
    };
    let algorithm = &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
    let key = key.0.to_parsed_public_key(algorithm);
    key.is_ok_and(|key| key.verify_sig(message, signature).is_ok())
}

fn mac(algorithm: hmac::Algorithm, secret: &[u8]) -> Verifier {
    Verifier::Mac(Box::new(hmac::Key::new(algorithm, secret)))
}

fn ecdsa(
    point: &[u8],
    fixed: &'static EcdsaVerificationAlgorithm,
    der: &'static EcdsaVerificationAlgorithm,
) -> Option<Verifier> {
    Some(Verifier::Ecdsa {
        fixed: ParsedPublicKey::new(fixed, point).ok()?,
        der: ParsedPublicKey::new(der, point).ok()?,
    })
}

impl super::public_key::RsaKey {
    fn verifier(&self, algorithm: &'static RsaParameters) -> Option<Verifier> {
        let key = self.0.to_parsed_public_key(algorithm).ok()?;
        Some(Verifier::Rsa(key))
    }
}
