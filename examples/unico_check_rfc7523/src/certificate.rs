//! [`Certificate`]: what the owner makes and uploads to Unico.

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};

/// A self-signed certificate and its private key, both in PEM.
pub(crate) struct Certificate {
    pub(crate) pem: String,
    pub(crate) private_key: String,
}

impl Certificate {
    pub(crate) fn generate() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
        let certificate =
            CertificateParams::new(["hooks.example".to_owned()])?.self_signed(&key)?;
        Ok(Self {
            pem: certificate.pem(),
            private_key: key.serialize_pem(),
        })
    }
}
