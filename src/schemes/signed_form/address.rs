//! [`Address`]: where a sender was told to send.

use http::{Uri, uri::PathAndQuery};

use crate::{request::Head, schemes::template::check_url, setup::BuildError};

/// The address that was entered at the sender, and what of it a request shows.
#[derive(Debug, Clone)]
pub(super) struct Address {
    text: Box<str>,
    /// The same with the port of its scheme, or without the port that it has. Twilio is known to sign either: its libraries
    /// try both.
    with_other_port: Box<str>,
    path: Box<str>,
    query: Option<Box<str>>,
}

impl Address {
    pub(super) fn read(text: &str) -> Result<Self, BuildError> {
        check_url(text)?;
        let uri: Uri = text.parse().map_err(|_| NOT_WHOLE)?;
        // What stands behind a `#` is never sent.
        if text.contains('#') {
            return Err(NOT_WHOLE);
        }
        let target = uri.path_and_query();
        Ok(Self {
            with_other_port: with_other_port(text, &uri).ok_or(NOT_WHOLE)?.into(),
            path: uri.path().into(),
            query: target.and_then(PathAndQuery::query).map(Into::into),
            text: text.into(),
        })
    }

    /// As it was entered.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Each form in which it may be signed.
    pub(super) fn forms(&self) -> [&str; 2] {
        [&self.text, &self.with_other_port]
    }

    /// Path and query.
    #[cfg(feature = "simulator")]
    pub(super) fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.to_string(),
        }
    }

    /// How the target of `head` goes on behind that of the address.
    pub(super) fn target_of<'a>(&self, head: &Head<'a>) -> Target<'a> {
        if head.path != &*self.path {
            return Target::Other;
        }
        let Some(own) = &self.query else {
            return match head.query {
                None => Target::Same,
                Some(parameter) => Target::With("?", parameter),
            };
        };
        match head.query.and_then(|query| query.strip_prefix(&**own)) {
            None => Target::Other,
            Some("") => Target::Same,
            Some(behind) => match behind.strip_prefix('&') {
                Some(parameter) => Target::With("&", parameter),
                None => Target::Other,
            },
        }
    }

    /// What parts the address from one more parameter.
    #[cfg(feature = "simulator")]
    pub(super) fn joint(&self) -> &'static str {
        if self.query.is_some() { "&" } else { "?" }
    }
}

/// The target of a request, beside that of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    Same,
    /// With one more parameter, or more of them, behind this sign.
    With(&'static str, &'a str),
    Other,
}

const NOT_WHOLE: BuildError = BuildError::Name {
    what: "address",
    why: "it is not an address as it was entered at the sender, with its path and without a fragment",
};

fn with_other_port(text: &str, uri: &Uri) -> Option<String> {
    let authority = uri.authority()?.as_str();
    let (scheme, behind) = text.split_once("://")?;
    let behind = behind.strip_prefix(authority)?;
    let other = match uri.port() {
        Some(port) => authority
            .strip_suffix(port.as_str())?
            .strip_suffix(':')?
            .to_owned(),
        None if scheme == "https" => format!("{authority}:443"),
        None => format!("{authority}:80"),
    };
    Some(format!("{scheme}://{other}{behind}"))
}
