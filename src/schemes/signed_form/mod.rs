//! [`SignedForm`]: a MAC over the endpoint's address and the fields of a form, in a header.
//!
//! | body | what is signed | setting |
//! | --- | --- | --- |
//! | a form | the address, then each field's name and value, sorted by name, with nothing between them | [`fields`](SignedFormConfig::fields) |
//! | anything else | the address, whose query ends with the SHA-256 of the body | [`body_digest`](SignedFormConfig::body_digest) |
//!
//! The address is the one that was entered at the sender. The request's path and query must be those of it. Twilio signs so.
//!
//! # One signed text has several readings
//!
//! Nothing parts a value from the next name. So this recipe is outside of the rule for templates
//! ([`Template`](super::Template)), and these bounds stand in its place:
//!
//! - The digest of the signed text identifies an event. So another reading of a text that was signed is a copy, for as long
//!   as the event is remembered.
//! - A form may only have fields that the settings name. A field with a long name could otherwise swallow what stands behind a
//!   value. Whoever writes one value, such as that of a text message, could put other fields in their place.
//! - Values that stand twice count once. What a handler gets is written anew, sorted as it was signed.

mod address;
mod config;
mod form;
#[cfg(feature = "simulator")]
mod sign;
mod verify;

use http::HeaderName;

use self::address::Address;
pub use self::config::SignedFormConfig;
use super::{
    Digest, Scheme, SignatureEncoding, Signs, Verified, digest::with_mac,
    shared_secret::check_any_secret,
};
use crate::{
    keys::{KeyKind, LiveKeys},
    request::RawRequest,
    setup::Finding,
    verdict::Rejection,
};

/// A MAC over an address and the fields of a form, ready to verify. Made from a [`SignedFormConfig`] with `try_from`.
///
/// # Security
///
/// A form with a field that the settings do not name is refused, though the sender may have signed it. A text that was signed
/// has several readings, and names that nobody knows would multiply them. When a sender adds a field, its requests are
/// refused until the field is named. [`leave_out_unknown_fields`](SignedFormConfig::leave_out_unknown_fields) is the other
/// choice, and says what it risks.
///
/// What is proved of a form is written anew: its fields sorted, each pair once. It is what a handler gets.
#[derive(Debug, Clone)]
pub struct SignedForm {
    signature_header: HeaderName,
    encoding: SignatureEncoding,
    digest: Digest,
    address: Address,
    /// Sorted.
    fields: Vec<Box<str>>,
    leaves_out_others: bool,
    body_digest: Option<Box<str>>,
}

impl Scheme for SignedForm {
    fn signs(&self) -> Signs {
        Signs {
            text: true,
            form: true,
            ..Signs::body()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Secret
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::from_iter(self.digest.finding())
    }

    /// Proves the fields of the form, or the whole body by its digest.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        check_any_secret(keys)?;
        with_mac!(self.digest, M => self.prove::<M>(request, keys))
    }
}
