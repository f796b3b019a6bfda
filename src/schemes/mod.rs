//! Schemes: recipes that prove who wrote the bytes.

pub mod hmac_body_field;
mod hmac_header;
mod signed_header;
#[cfg(feature = "jwt")]
pub mod signed_request;
mod template;
mod verified;

pub(crate) use self::hmac_header::TimestampSource;
#[cfg(feature = "jwt")]
pub use self::signed_request::{
    RequestEncoding, SignedRequest, SignedRequestConfig, TimestampForm,
};
pub use self::{
    hmac_body_field::{HmacBodyField, HmacBodyFieldConfig, Recipe},
    hmac_header::{
        Digest, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimeUnit,
    },
    template::Template,
    verified::{Coverage, Verified},
};
