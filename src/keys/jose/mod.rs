//! Signed tokens (RFC 7515, RFC 7519): the one reader of compact JWS, and the keys that they are signed with.

mod jws_head;
mod jwt;
pub(crate) mod public_key;
#[cfg(feature = "token")]
mod signing_key;
#[cfg(feature = "token")]
mod signing_keys;
mod token_key;

#[cfg(feature = "token")]
pub use self::signing_key::SigningKey;
#[cfg(feature = "token")]
pub(crate) use self::signing_keys::SigningKeys;
#[cfg(feature = "jwks")]
pub(crate) use self::token_key::self_test;
pub use self::token_key::{TokenAlgorithm, TokenKey};
pub(crate) use self::{
    jws_head::JwsHead,
    jwt::{Jwt, OneOrMore},
};
