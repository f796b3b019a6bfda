//! What a row leaves to the owner of an endpoint: its setters.

use super::{Preset, scheme_of_row::scheme_of};
use crate::{providers::known::OpenSettings, setup::BuildError};

impl<T> Preset<T> {
    /// The address of the endpoint, whole: as it was entered at the sender. Senders that sign it need it, such as Square,
    /// HubSpot, Trello and Twilio. `build()` is a [`BuildError`] without.
    ///
    /// It is never taken from a request: whoever sends one writes its `Host` and its forwarding headers. So one receiver serves
    /// one address, also behind a proxy that changes it. For another preset, `build()` is a [`BuildError`].
    ///
    /// ```
    /// use hookgate::{Secret, providers::preset::Preset};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pack = Preset::square(Secret::utf8("Ibxx_5AKakO-3qeNVR61Dw")?).address("https://hooks.example/square");
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn address(self, url: impl Into<String>) -> Self {
        self.opened(|open| open.url = Some(url.into()))
    }

    /// Twilio only: further fields that a form may have, beside those that its row names. A form with any other is refused.
    ///
    /// For another preset, `build()` is a [`BuildError`].
    #[must_use]
    pub fn form_fields<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        self.opened(|open| open.fields.extend(names.into_iter().map(Into::into)))
    }

    /// Twilio only: takes forms with fields that nobody named, and leaves those out of what the handler gets. Default: refused.
    /// [`SignedFormConfig`](crate::schemes::SignedFormConfig::leave_out_unknown_fields) says what this risks.
    ///
    /// For another preset, `build()` is a [`BuildError`].
    #[must_use]
    pub fn leave_out_unknown_fields(self) -> Self {
        self.opened(|open| open.leave_out_unknown_fields = true)
    }

    /// Contentful only: the headers that are signed beside `x-contentful-signed-headers` and `x-contentful-timestamp`. A
    /// request that is signed over others, or less, or more, is refused.
    ///
    /// For another preset, `build()` is a [`BuildError`].
    #[must_use]
    pub fn signed_headers<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into);
        self.opened(|open| open.signed_headers.extend(names))
    }

    /// For whom the sender's tokens are, such as your app's id there: `aud` of each must be it, or have it. Call again for another.
    /// Senders whose tokens all have one build no receiver without, such as `Preset::sign_in_with_apple`.
    ///
    /// It is for rows whose tokens bind the body (feature `jwt`). For another preset, `build()` is a [`BuildError`].
    #[must_use]
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.opened(|open| open.audiences.push(audience.into()))
    }

    /// All that the row leaves open, in place of what was set of it before.
    #[must_use]
    pub fn open_settings(self, settings: OpenSettings) -> Self {
        self.opened(|open| *open = settings)
    }

    fn opened(mut self, set: impl FnOnce(&mut OpenSettings)) -> Self {
        set(&mut self.open);
        self.scheme = match &self.row {
            Some(row) => scheme_of(row, &self.open),
            None => Err(BuildError::Pack(
                "only presets of known senders have such a setting: a scheme has it in its own",
            )),
        };
        self
    }
}
