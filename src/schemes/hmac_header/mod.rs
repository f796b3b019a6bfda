//! [`HmacHeader`]: a MAC over the raw body, and perhaps an id, a time and more, in a header.
//!
//! Most senders sign this way and differ only in names and layout, so the scheme is data: a preset is
//! a value of [`HmacHeaderConfig`], not code.
//!
//! What each known sender writes is in its row: [`providers::known`](crate::providers::known).

mod config;
mod family;
mod layout;
mod parts;
#[cfg(feature = "simulator")]
mod sign;
mod verify;

use http::HeaderName;

pub use self::{config::HmacHeaderConfig, family::HeaderFamily, layout::SignatureLayout};
use self::{family::Family, parts::Form};
use super::{
    Digest, Scheme, Signs, Template, TimestampForm, Verified,
    digest::with_mac,
    template::{FromRequest, TextRule},
};
use crate::{
    keys::{KeyKind, LiveKeys},
    request::RawRequest,
    setup::Finding,
    verdict::Rejection,
};

/// A MAC in a header, ready to verify. Made from an [`HmacHeaderConfig`] with `try_from`.
///
/// # Security
///
/// Every live key is tried with every signature of the header; comparisons are those of the digest
/// crate, in constant time, over decoded bytes. A header that stands twice is refused, since senders,
/// proxies and frameworks disagree on which one counts.
#[derive(Debug, Clone)]
pub struct HmacHeader {
    family: Family,
    /// Other names of the same headers.
    other: Option<Box<Family>>,
    /// Further headers of signatures.
    further: Vec<HeaderName>,
    form: Form,
    template: Template,
    timestamp_rule: TextRule,
    timestamp_form: TimestampForm,
    digest: Digest,
    from_request: Option<Box<FromRequest>>,
}

impl Scheme for HmacHeader {
    fn signs(&self) -> Signs {
        Signs {
            id: self.family.id.is_some(),
            time: self.family.timestamp.is_some() || self.form.layout.carries_time(),
            ..Signs::body()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Secret
    }

    fn findings(&self) -> Vec<Finding> {
        Vec::from_iter(self.digest.finding())
    }

    /// Proves the whole body, and what else the template names.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        with_mac!(self.digest, M => self.prove::<M>(request, keys))
    }
}
