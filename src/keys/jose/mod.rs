//! Signatures of tokens and requests (RFC 7515, RFC 7519): the one reader of compact JWS, and the keys that verify.

pub(crate) mod base64url;
mod compact_jws;
mod jwk;
mod jws_algorithm;
mod jws_head;
mod jwt;
mod public_key;
mod self_test;
#[cfg(feature = "token")]
mod signing_key;
#[cfg(feature = "token")]
mod signing_keys;
mod verifying_key;

#[cfg(feature = "simulator")]
pub(crate) use self::compact_jws::message_of;
#[cfg(feature = "jwks")]
pub(crate) use self::self_test::self_test;
#[cfg(feature = "token")]
pub use self::signing_key::SigningKey;
#[cfg(feature = "token")]
pub(crate) use self::signing_keys::SigningKeys;
pub(crate) use self::{
    compact_jws::CompactJws,
    jws_head::JwsHead,
    jwt::{Jwt, OneOrMore},
};
pub use self::{jws_algorithm::JwsAlgorithm, verifying_key::VerifyingKey};
