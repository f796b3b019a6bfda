//! Schemes: recipes that prove who wrote the bytes.

mod hmac_header;
mod template;

pub(crate) use self::hmac_header::TimestampSource;
pub use self::{
    hmac_header::{
        Digest, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimeUnit,
    },
    template::Template,
};
