//! [`Jwk`]: a public key as issuers publish it (RFC 7517).

use serde::Deserialize;

use super::{JwsAlgorithm, base64url, public_key::Material};

/// A public key as RFC 7517, RFC 7518 (section 6) and RFC 8037 write it. What a document may say of where to find keys
/// (`x5u`) and certificates (`x5c`) is not read.
#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// A key that can be used, and the id by which tokens name it.
pub(super) struct Usable {
    pub(super) material: Material,
    pub(super) id: Option<String>,
    /// Those of the allowed ones that the key is for; at least one.
    pub(super) algorithms: Vec<JwsAlgorithm>,
}

impl Jwk {
    /// Why it cannot be used, where it cannot.
    pub(super) fn usable(self, allowed: &[JwsAlgorithm]) -> Result<Usable, &'static str> {
        if !self.is_for_signatures() {
            return Err("the JWK is not for verifying signatures, by its `use` or `key_ops`");
        }
        let (material, fitting) = self.material()?;
        let named = |it: &JwsAlgorithm| {
            let alg = self.alg.as_deref();
            alg.is_none_or(|alg| JwsAlgorithm::from_name(alg) == Some(*it))
        };
        let algorithms: Vec<_> = fitting
            .iter()
            .copied()
            .filter(|it| allowed.contains(it) && named(it))
            .collect();
        if algorithms.is_empty() {
            return Err("the JWK is for none of the algorithms that are set");
        }
        Ok(Usable {
            material,
            id: self.kid,
            algorithms,
        })
    }

    fn is_for_signatures(&self) -> bool {
        let purpose = self.purpose.as_deref().is_none_or(|it| it == "sig");
        let operations = self.key_ops.as_ref();
        purpose && operations.is_none_or(|list| list.iter().any(|it| it == "verify"))
    }

    /// `oct`, a shared secret, is not taken: what is published is no secret.
    fn material(&self) -> Result<(Material, &'static [JwsAlgorithm]), &'static str> {
        use JwsAlgorithm::{EdDsa, Es256, Es384, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        let number = |member: &Option<String>| {
            let text = member.as_deref().ok_or(NO_PUBLIC_KEY)?;
            base64url::decode(text).ok_or(NO_PUBLIC_KEY)
        };
        // Each coordinate is as long as the curve's field (RFC 7518, section 6.2.1.2).
        let point = |length: usize| {
            let (x, y) = (number(&self.x)?, number(&self.y)?);
            if x.len() != length || y.len() != length {
                return Err(NO_PUBLIC_KEY);
            }
            Ok([&[4], &*x, &*y].concat())
        };
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => {
                let key = Material::rsa(&number(&self.n)?, &number(&self.e)?)?;
                Ok((key, &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]))
            }
            ("EC", Some("P-256")) => Ok((Material::P256(point(32)?), &[Es256])),
            ("EC", Some("P-384")) => Ok((Material::P384(point(48)?), &[Es384])),
            ("OKP", Some("Ed25519")) => Ok((Material::ed25519(&number(&self.x)?)?, &[EdDsa])),
            _ => Err(NO_PUBLIC_KEY),
        }
    }
}

const NO_PUBLIC_KEY: &str = "the JWK is no public key of RSA, P-256, P-384 or Ed25519";
