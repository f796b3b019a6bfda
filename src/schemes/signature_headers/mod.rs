//! [`SignatureHeaders`]: the headers that carry signatures, and those that signatures cover. MACs and signatures by private
//! keys are read and written here alike. What makes them, a [`Proof`] knows.

mod family;
mod layout;
mod parts;
mod setters;
mod settings;
#[cfg(feature = "simulator")]
mod sign;
mod verify;

use http::HeaderName;

use self::{family::Family, parts::Form};
pub use self::{family::HeaderFamily, layout::SignatureLayout};
pub(super) use self::{
    parts::Signatures,
    setters::header_setters,
    settings::Settings,
    verify::{Proof, SignedText},
};
use super::{
    Signs, Template, TimestampForm,
    template::{FromRequest, TextRule},
};

/// The headers of one sender, ready to be read.
#[derive(Debug, Clone)]
pub(crate) struct SignatureHeaders {
    family: Family,
    /// Other names of the same headers.
    other: Option<Box<Family>>,
    /// Further headers of signatures.
    further: Vec<HeaderName>,
    form: Form,
    template: Template,
    timestamp_rule: TextRule,
    timestamp_form: TimestampForm,
    from_request: Option<Box<FromRequest>>,
}

impl SignatureHeaders {
    /// What a proof by them covers.
    pub(super) fn signs(&self) -> Signs {
        Signs {
            id: self.family.id.is_some(),
            time: self.family.timestamp.is_some() || self.form.layout.carries_time(),
            verbatim: self.template.holds_body(),
            ..Signs::body()
        }
    }
}
