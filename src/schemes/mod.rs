//! Schemes: recipes that prove who wrote the bytes.
//!
//! | scheme | what proves | configuration |
//! | --- | --- | --- |
//! | [`HmacHeader`] | a MAC in a header | [`HmacHeaderConfig`] |
//! | [`HmacBodyField`] | a MAC inside the JSON that it covers | [`HmacBodyFieldConfig`] |
//! | `SignedRequest` (feature `jwt`) | a signature by the key of a certificate | `SignedRequestConfig` |
//! | [`AccessToken`] | who calls: a fixed token. It covers nothing | [`AccessTokenConfig`] |
//! | [`OneTimeToken`] | who calls: a token for one request, signed with its time. It covers nothing else | [`OneTimeTokenConfig`] |
//!
//! Each is a [`Scheme`], made of its configuration with `try_from`; [`SchemeConfig`] is any of them. A configuration
//! is serialisable, and has `new` and a setter for each setting. Keys are no part of it.

mod access_token;
mod config;
mod digest;
mod end_to_end;
pub mod hmac_body_field;
mod hmac_header;
mod in_words;
mod one_time_token;
mod scheme;
mod signature_encoding;
mod signed_header;
#[cfg(feature = "jwt")]
mod signed_request;
mod template;
mod timestamp_form;
#[cfg(feature = "simulator")]
mod to_sign;
mod verified;

#[cfg(feature = "simulator")]
pub(crate) use self::access_token::Shown;
#[cfg(feature = "jwt")]
pub use self::signed_request::{SignedRequest, SignedRequestConfig};
#[cfg(all(feature = "simulator", feature = "jwt"))]
pub(crate) use self::template::{FromRequest, Parts};
#[cfg(feature = "simulator")]
pub(crate) use self::to_sign::ToSign;
pub use self::{
    access_token::{AccessToken, AccessTokenConfig, TokenPlace},
    config::SchemeConfig,
    digest::Digest,
    hmac_body_field::{HmacBodyField, HmacBodyFieldConfig, Recipe},
    hmac_header::{HeaderFamily, HmacHeader, HmacHeaderConfig, SignatureLayout},
    one_time_token::{OneTimeToken, OneTimeTokenConfig},
    scheme::{Scheme, Signs},
    signature_encoding::SignatureEncoding,
    template::Template,
    timestamp_form::TimestampForm,
    verified::{Coverage, Verified},
};
