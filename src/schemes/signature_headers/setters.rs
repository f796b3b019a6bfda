//! `header_setters!`: what configurations let their users set of headers, whatever makes the signatures.

/// In the `impl` of a configuration that has the members of [`Settings`](super::Settings). They are no struct of their own:
/// where one is flattened, serde refuses no unknown member.
macro_rules! header_setters {
    () => {
        /// How the header carries the signatures. Default: one, and nothing else.
        #[must_use]
        pub fn layout(mut self, layout: crate::schemes::SignatureLayout) -> Self {
            self.layout = layout;
            self
        }

        /// What parts the pairs, the signatures of a list, or the time from the signature: a blank or an ASCII sign that
        /// stands in no signature. Default: `.` for a time and one signature, else `,`.
        #[must_use]
        pub fn separator(mut self, separator: char) -> Self {
            self.separator = Some(separator);
            self
        }

        /// A further header that may carry a signature in the same layout. Some senders sign with a second key in a header
        /// of its own, or number their headers. A request must have one of them, each once. At most 15.
        #[must_use]
        pub fn or_signed_in(mut self, header: impl Into<String>) -> Self {
            self.more_signature_headers.push(header.into());
            self
        }

        /// Other names of the headers: a request has them under the first names or under these. One family is read whole,
        /// so the id of one never goes with the signature of the other. A request that has both is taken where both say the
        /// same.
        ///
        /// ```
        /// use hookgate::schemes::{
        ///     HeaderFamily, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm,
        /// };
        ///
        /// # fn main() -> Result<(), hookgate::BuildError> {
        /// let config = HmacHeaderConfig::new("webhook-signature", SignatureEncoding::Base64)
        ///     .layout(SignatureLayout::SpaceSeparated { prefix: "v1,".to_owned() })
        ///     .id("webhook-id")
        ///     .timestamp("webhook-timestamp", TimestampForm::Seconds)
        ///     .template("{id}.{timestamp}.{body}")
        ///     .or_headers(HeaderFamily::new("svix-signature").id("svix-id").timestamp("svix-timestamp"));
        /// let scheme = HmacHeader::try_from(config)?;
        /// # let _ = scheme;
        /// # Ok(())
        /// # }
        /// ```
        #[must_use]
        pub fn or_headers(mut self, family: crate::schemes::HeaderFamily) -> Self {
            self.or_headers = Some(family);
            self
        }

        /// The signed text: `{id}`, `{timestamp}`, `{body}`, the other placeholders of a
        /// [`Template`](crate::schemes::Template), and what stands between them. Default: `{body}`.
        #[must_use]
        pub fn template(mut self, template: impl Into<String>) -> Self {
            self.template = template.into();
            self
        }

        /// The header that carries the id. The template must have `{id}`: an id that nothing signs identifies nothing.
        #[must_use]
        pub fn id(mut self, header: impl Into<String>) -> Self {
            self.id_header = Some(header.into());
            self
        }

        /// The header that carries the time, and its form. The template must have `{timestamp}`: a time that nothing signs
        /// dates nothing.
        #[must_use]
        pub fn timestamp(
            mut self,
            header: impl Into<String>,
            form: crate::schemes::TimestampForm,
        ) -> Self {
            self.timestamp_header = Some(header.into());
            self.timestamp_form(form)
        }

        /// The form of a time that the layout carries. Default: seconds.
        #[must_use]
        pub fn timestamp_form(mut self, form: crate::schemes::TimestampForm) -> Self {
            self.timestamp_form = form;
            self
        }

        /// The address that stands as `{url}` in the signed text: as it was entered at the sender, whole. What a request
        /// says of its own host is never signed text, since whoever sends it writes that.
        #[must_use]
        pub fn url(mut self, url: impl Into<String>) -> Self {
            self.url = Some(url.into());
            self
        }

        /// What it says of headers.
        pub(in crate::schemes) fn settings(
            &self,
        ) -> crate::schemes::signature_headers::Settings<'_> {
            crate::schemes::signature_headers::Settings {
                signature_header: &self.signature_header,
                layout: &self.layout,
                separator: self.separator,
                more_signature_headers: &self.more_signature_headers,
                encoding: self.encoding,
                template: &self.template,
                id_header: self.id_header.as_deref(),
                timestamp_header: self.timestamp_header.as_deref(),
                timestamp_form: self.timestamp_form,
                or_headers: self.or_headers.as_ref(),
                url: self.url.as_deref(),
            }
        }
    };
}

pub(in crate::schemes) use header_setters;
