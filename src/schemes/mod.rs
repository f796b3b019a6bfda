//! Schemes: recipes that prove who wrote the bytes.
//!
//! | scheme | what proves | configuration |
//! | --- | --- | --- |
//! | [`HmacHeader`] | a MAC in a header | [`HmacHeaderConfig`] |
//! | [`HmacBodyField`] | a MAC inside the JSON that it covers | [`HmacBodyFieldConfig`] |
//! | `PublicKeySignature` (feature `public-keys`) | a signature by a private key in a header | `PublicKeySignatureConfig` |
//! | `JwtBodyHash` (feature `jwt`) | a token that binds the body, or whose claims are the event | `JwtBodyHashConfig` |
//! | `Sns` (feature `public-keys`) | a signature by the key of a certificate that the message names | `SnsConfig` |
//! | `SignedRequest` (feature `jwt`) | a signature by the key of a certificate | `SignedRequestConfig` |
//! | [`SignedForm`] | a MAC over an address and the fields of a form, in a header | [`SignedFormConfig`] |
//! | [`SignedMembers`] | a MAC over some members of a JSON body, inside of it | [`SignedMembersConfig`] |
//! | [`AccessToken`] | who calls: a fixed token. It covers nothing | [`AccessTokenConfig`] |
//! | [`OneTimeToken`] | who calls: a token for one request, signed with its time. It covers nothing else | [`OneTimeTokenConfig`] |
//!
//! Each is a [`Scheme`], made of its configuration with `try_from`; [`SchemeConfig`] is any of them. A configuration
//! is serialisable, and has `new` and a setter for each setting. Keys are no part of it.

mod access_token;
#[cfg(feature = "public-keys")]
mod by_kind;
mod config;
mod digest;
mod end_to_end;
pub mod hmac_body_field;
mod hmac_header;
mod in_words;
#[cfg(feature = "jwt")]
mod jwt_body_hash;
mod one_time_token;
#[cfg(feature = "public-keys")]
mod public_key_signature;
mod scheme;
mod shared_secret;
mod signature_encoding;
mod signature_headers;
mod signed_form;
mod signed_header;
mod signed_members;
#[cfg(feature = "jwt")]
mod signed_request;
#[cfg(feature = "public-keys")]
mod sns;
mod template;
mod timestamp_form;
#[cfg(feature = "simulator")]
mod to_sign;
#[cfg(feature = "jwt")]
mod token_claims;
mod verified;

#[cfg(feature = "public-keys")]
pub(crate) use self::by_kind::ByKind;
#[cfg(all(feature = "simulator", feature = "jwt"))]
pub(crate) use self::jwt_body_hash::{Carrier, TokenKey};
#[cfg(feature = "jwt")]
pub use self::jwt_body_hash::{JtiUse, JwtBinding, JwtBodyHash, JwtBodyHashConfig};
#[cfg(all(feature = "simulator", feature = "public-keys"))]
pub(crate) use self::public_key_signature::is_key_name;
#[cfg(feature = "public-keys")]
pub use self::public_key_signature::{PublicKeySignature, PublicKeySignatureConfig};
#[cfg(feature = "jwt")]
pub use self::signed_request::{SignedRequest, SignedRequestConfig};
#[cfg(feature = "sns")]
pub(crate) use self::sns::CertificateUrl;
#[cfg(feature = "public-keys")]
pub(crate) use self::sns::MessageType;
#[cfg(all(feature = "simulator", feature = "public-keys"))]
pub(crate) use self::sns::SIGNATURE as SNS_SIGNATURE;
#[cfg(feature = "public-keys")]
pub use self::sns::{Sns, SnsConfig, SnsSignature};
#[cfg(all(feature = "simulator", feature = "jwt"))]
pub(crate) use self::template::{FromRequest, Parts};
pub(crate) use self::verified::Validity;
#[cfg(feature = "simulator")]
pub(crate) use self::{access_token::Shown, signature_headers::SignatureHeaders, to_sign::ToSign};
pub use self::{
    access_token::{AccessToken, AccessTokenConfig, TokenPlace},
    config::SchemeConfig,
    digest::Digest,
    hmac_body_field::{HmacBodyField, HmacBodyFieldConfig, Recipe},
    hmac_header::{HmacHeader, HmacHeaderConfig},
    one_time_token::{OneTimeToken, OneTimeTokenConfig},
    scheme::{Scheme, Signs},
    signature_encoding::SignatureEncoding,
    signature_headers::{HeaderFamily, SignatureLayout},
    signed_form::{SignedForm, SignedFormConfig},
    signed_members::{SignedMembers, SignedMembersConfig},
    template::Template,
    timestamp_form::TimestampForm,
    verified::{Coverage, Verified},
};

/// No key is for the algorithm that a request names. Where not all keys are at hand, another one may be.
#[cfg(feature = "jwt")]
pub(crate) const NO_KEY_FOR_ALGORITHM: crate::verdict::Rejection =
    crate::verdict::Rejection::MalformedSignature("its algorithm is not one that a key is for");
