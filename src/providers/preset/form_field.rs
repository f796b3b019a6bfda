//! [`FormField`]: an event whose JSON stands in the one field of a form.

use bytes::Bytes;

use crate::{
    provider::Undecodable,
    providers::known::form_value,
    request::{
        RawRequest,
        form::{FORM, decoded},
    },
};

/// The name of the field that holds an event's JSON, where the sender sends forms too.
///
/// How the body begins says which of the two it is. The media type is not signed, so it decides nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormField(pub(super) &'static str);

impl FormField {
    /// Whether the media type says of the body what it is. Otherwise others would read the body in another way.
    pub(super) fn is_as_labelled(self, request: &RawRequest<'_>) -> bool {
        let media_type = request.head.media_type();
        let is_form = form_value(self.0, request.body).is_some();
        is_form == media_type.eq_ignore_ascii_case(FORM.as_bytes())
    }

    /// The JSON in `signed`: all of it, or the value of the field.
    ///
    /// # Errors
    ///
    /// When it is a form with another field beside, or its value cannot be decoded.
    pub(super) fn json(self, signed: &Bytes) -> Result<Bytes, Undecodable> {
        let Some(value) = form_value(self.0, signed) else {
            return Ok(signed.clone());
        };
        if value.contains(&b'&') {
            return Err(Undecodable("the form has more than its one field"));
        }
        let mut text = decoded(value).ok_or(Undecodable("the form's field cannot be decoded"))?;
        Ok(std::mem::take(&mut *text).into())
    }
}
