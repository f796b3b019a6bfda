//! [`Credential`]: what a sender presents to log in.

/// What a sender presents to log in, and in which environment variable tools look for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credential {
    /// The variable, in the sender's own words.
    pub variable: &'static str,
    /// How it is presented.
    pub form: CredentialForm,
}

/// How a sender presents a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialForm {
    /// `user:password`, by Basic (RFC 7617).
    UserPassword,
    /// Alone in this header.
    Header(&'static str),
    /// `header:value`; a value without a header stands in `authorization`.
    HeaderAndValue,
}
