//! Schemes: recipes that prove who wrote the bytes.

pub mod hmac_body_field;
mod hmac_header;
mod template;

pub(crate) use self::hmac_header::TimestampSource;
pub use self::{
    hmac_body_field::{HmacBodyField, HmacBodyFieldConfig, Recipe},
    hmac_header::{
        Digest, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimeUnit,
    },
    template::Template,
};
