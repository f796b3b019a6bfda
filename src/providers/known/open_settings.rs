//! [`OpenSettings`]: what a row leaves to the owner of an endpoint.

use serde::{Deserialize, Serialize};

use super::KnownSender;
use crate::{schemes::SchemeConfig, setup::BuildError};

/// What a row leaves to the owner of an endpoint, since it differs between the endpoints of one sender. Most senders leave
/// nothing, and setting something that a sender has no place for is an error.
///
/// ```
/// use hookgate::providers::known::{self, OpenSettings};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let square = known::find("square").ok_or("no such sender")?;
/// let mut settings = OpenSettings::default();
/// settings.url = Some("https://hooks.example/square".to_owned());
/// assert!(square.scheme_with(&settings)?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OpenSettings {
    /// The address of the endpoint, whole: as it was entered at the sender. For senders that sign it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Fields that a form may have, beside those that the row names. For senders that sign the fields of forms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Whether a form may have other fields too, which nobody gets. See
    /// [`SignedFormConfig`](crate::schemes::SignedFormConfig::leave_out_unknown_fields) for what that risks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leave_out_unknown_fields: bool,
    /// The headers that are signed, beside those of the signature itself. For senders whose requests name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_headers: Vec<String>,
    /// For whom the sender's tokens are, such as your app's id there: `aud` of each must be one of them, or have one. For
    /// senders whose tokens bind the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<String>,
}

impl KnownSender {
    /// Whether the sender signs the address of the endpoint, so that the owner has to say it.
    pub fn signs_address(&self) -> bool {
        self.scheme().is_some_and(|scheme| scheme.signs_address())
    }

    /// Whether its tokens are each for one of the sender's customers, so that the owner has to say for whom.
    pub fn needs_audience(&self) -> bool {
        self.scheme().is_some_and(|scheme| scheme.needs_audience())
    }

    /// Whether the row leaves anything to the owner.
    pub fn has_open_settings(&self) -> bool {
        let is_open = match self.scheme() {
            Some(SchemeConfig::SignedForm(_)) => true,
            #[cfg(feature = "jwt")]
            Some(SchemeConfig::JwtBodyHash(_)) => true,
            _ => false,
        };
        is_open || self.signs_address() || self.template_with.is_some()
    }

    /// How it signs, with what the row leaves open. `None` as for [`scheme`](Self::scheme).
    ///
    /// # Errors
    ///
    /// When something is set that the sender has no place for.
    pub fn scheme_with(&self, open: &OpenSettings) -> Result<Option<SchemeConfig>, BuildError> {
        let Some(mut scheme) = self.scheme() else {
            return Ok(None);
        };
        if let Some(url) = &open.url {
            scheme = scheme.address(url)?;
        }
        if !open.signed_headers.is_empty() {
            let template = self.template_with.ok_or(BuildError::Scheme(
                "signed headers are set, and the sender's requests name none: leave them out",
            ))?;
            if let SchemeConfig::HmacHeader(config) = &mut scheme {
                config.template = template(&open.signed_headers);
            }
        }
        if !open.audiences.is_empty() {
            scheme = scheme.audiences(open.audiences.iter().cloned())?;
        }
        if !open.fields.is_empty() || open.leave_out_unknown_fields {
            let SchemeConfig::SignedForm(config) = &mut scheme else {
                return Err(BuildError::Scheme(
                    "fields of a form are set, and the sender signs none: leave them out",
                ));
            };
            config.fields.extend(open.fields.iter().cloned());
            config.leave_out_unknown_fields |= open.leave_out_unknown_fields;
        }
        Ok(Some(scheme))
    }
}
