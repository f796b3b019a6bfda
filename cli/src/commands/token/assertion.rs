//! [`Signer`]: assertions of RFC 7523, signed with the client's private key.

use std::{fs, io, path::Path};

use hookgate::UnixTime;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::settings::credentials::shown_file;

/// How long an assertion is valid. It is used once, at once. The time is well below the five minutes that endpoints
/// take from a client at most, since clocks differ.
const LIFETIME_SECS: i64 = 120;

/// A private key and its algorithm. It has no `Debug`.
pub(super) struct Signer {
    algorithm: Algorithm,
    key: EncodingKey,
}

/// RFC 7523, section 3.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    /// A claim of Unico Check's form.
    #[serde(skip_serializing_if = "Option::is_none")]
    ver: Option<&'a str>,
}

impl Signer {
    /// Reads a PEM file.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let pem = fs::read(path).map_err(|error| {
            let text = format!("cannot read {}: {error}", shown_file(path, "--private-key"));
            io::Error::new(error.kind(), text)
        })?;
        let rsa = EncodingKey::from_rsa_pem(&pem).map(|key| (Algorithm::RS256, key));
        let (algorithm, key) = rsa
            .or_else(|_| EncodingKey::from_ec_pem(&pem).map(|key| (Algorithm::ES256, key)))
            .or_else(|_| EncodingKey::from_ed_pem(&pem).map(|key| (Algorithm::EdDSA, key)))
            .map_err(|_| {
                io::Error::other(format!(
                    "{} holds no private key in PEM of RSA, P-256 or Ed25519",
                    path.display()
                ))
            })?;
        Ok(Self { algorithm, key })
    }

    /// A fresh assertion.
    pub(super) fn assertion(
        &self,
        issuer: &str,
        subject: &str,
        audience: &str,
        version: Option<&str>,
        now: UnixTime,
    ) -> io::Result<String> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| io::Error::other(error.to_string()))?;
        let claims = Claims {
            iss: issuer,
            sub: subject,
            aud: audience,
            iat: now.as_secs(),
            exp: now.as_secs().saturating_add(LIFETIME_SECS),
            jti: format!("{:032x}", u128::from_be_bytes(id)),
            ver: version,
        };
        jsonwebtoken::encode(&Header::new(self.algorithm), &claims, &self.key)
            .map_err(|_| io::Error::other("the private key cannot sign"))
    }
}
