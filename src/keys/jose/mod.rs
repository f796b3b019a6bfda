//! Signatures of tokens and requests: the keys that verify, and the one reader of compact JWS (RFC 7515, RFC 7519).

#[cfg(feature = "idcloud-client")]
mod assertion_key;
pub(crate) mod base64url;
#[cfg(feature = "jwt")]
mod compact_jws;
mod ecdsa_form;
mod ed25519;
mod jwk;
mod jws_algorithm;
#[cfg(feature = "jwt")]
mod jws_head;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(any(feature = "token", feature = "simulator"))]
mod private_key;
#[cfg(any(feature = "token", feature = "simulator"))]
mod private_pem;
mod public_key;
mod self_test;
#[cfg(feature = "token")]
mod signing_key;
#[cfg(feature = "token")]
mod signing_keys;
mod verifier;
mod verifying_key;

#[cfg(feature = "idcloud-client")]
pub(crate) use self::assertion_key::AssertionKey;
#[cfg(all(feature = "simulator", feature = "jwt"))]
pub(crate) use self::compact_jws::message_of;
#[cfg(feature = "simulator")]
pub(crate) use self::private_key::PrivateKey;
#[cfg(feature = "jwks")]
pub(crate) use self::self_test::self_test;
#[cfg(feature = "token")]
pub use self::signing_key::SigningKey;
#[cfg(feature = "token")]
pub(crate) use self::signing_keys::SigningKeys;
#[cfg(feature = "jwt")]
pub(crate) use self::{
    compact_jws::CompactJws,
    jws_head::JwsHead,
    jwt::{Jwt, OneOrMore},
};
pub use self::{ecdsa_form::EcdsaForm, jws_algorithm::JwsAlgorithm, verifying_key::VerifyingKey};
