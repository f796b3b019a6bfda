//! The token endpoint: where a sender that speaks OAuth2 gets the token that it then shows with each delivery.
//! Feature `token`.
//!
//! Facephi, Unico IDCloud and Unico Check can be told the address of a token endpoint. It is ours to run: [`TokenIssuer`]
//! decides, `hookgate-axum` and `hookgate-actix` put it on a route, and
//! [`TokenIssuer::bearer`] accepts its tokens without HTTP.
//!
//! | grant | what arrives | setting |
//! | --- | --- | --- |
//! | `client_credentials` (RFC 6749, section 4.4) | id and secret, by Basic or in the body; or an assertion that the client signed (`private_key_jwt`) | [`client`](TokenIssuerBuilder::client) |
//! | `urn:ietf:params:oauth:grant-type:jwt-bearer` (RFC 7523) | a token that the client signed | [`assertion`](TokenIssuerBuilder::assertion) |
//! | user and password (Unico Check) | JSON with `user` and `password` | [`user`](TokenIssuerBuilder::user) |
//!
//! Parameters arrive as a form (RFC 6749) or as members of a JSON object: which one IDCloud and Facephi send is not
//! public. Unknown ones are ignored, repeated ones refused, and so are credentials that the grant does not use.
//!
//! The client of a token is always a setting: its `client_id` is the id of a [`Client`] or an [`Assertion`], never what an
//! assertion claims.
//!
//! | answer | when |
//! | --- | --- |
//! | 200 `access_token`, `token_type`, `expires_in`, `scope` | granted |
//! | 400 `invalid_request` | a parameter is missing, repeated or unreadable; credentials that the grant does not use |
//! | 401 `invalid_client` and a Basic challenge | unknown client, wrong secret, or a client's assertion that does not hold |
//! | 400 `invalid_grant` | the assertion, or user and password, do not hold |
//! | 400 `unsupported_grant_type`, `invalid_scope` | as the names say |
//! | 429 `temporarily_unavailable` and `Retry-After` | too many failures |
//! | 503 `temporarily_unavailable` and `Retry-After` | the store of used assertions cannot be asked; too many at once |
//! | 500 | the peer's address is unknown, so nobody's failures could be counted: wire it, or see [`without_addresses`](TokenIssuerBuilder::without_addresses) |
//! | as in [`Answer`](crate::framework::Answer) | method, media type, address, access rule, size or time of the body |
//!
//! All of them say `Cache-Control: no-store`. None says more than its code: why is in the log.

mod access_token;
mod accounts;
mod addresses;
mod answer;
mod asked;
mod assertion;
mod attempt;
mod build;
mod builder;
mod claims;
mod client;
mod client_assertion;
mod form;
mod gate;
mod grant;
mod issuer;
mod judge;
mod parameters;
mod replays;
#[cfg(feature = "simulator")]
mod simulator;
mod throttle;

#[cfg(feature = "simulator")]
pub use self::simulator::{AssertionSimulator, TokenRefused, TokenSimulator};
pub use self::{
    answer::TokenAnswer, assertion::Assertion, builder::TokenIssuerBuilder, client::Client,
    issuer::TokenIssuer,
};
pub use crate::keys::jose::SigningKey;
