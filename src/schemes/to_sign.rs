//! [`ToSign`]: a request that a sender is about to sign.

use super::template::{FromRequest, Parts};

/// A request that a sender is about to sign. Names of headers are in lower case.
#[derive(Clone, Copy)]
pub(crate) struct ToSign<'a> {
    pub(crate) method: &'a str,
    /// Path and query.
    pub(crate) target: &'a str,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

/// What a header says that the template names and the request lacks: as much of it as the template wants.
const UNSAID: &str = match std::str::from_utf8(&[b'0'; 256]) {
    Ok(text) => text,
    Err(_) => "",
};
/// How much, where the template does not say.
const USUAL_LENGTH: usize = 16;

impl<'a> ToSign<'a> {
    /// The values of the headers that a template names, in its order, each with its name.
    pub(crate) fn named<'n>(&self, from_request: &'n FromRequest) -> Vec<(&'n str, &'a str)> {
        let value = |(name, length): (&'n str, Option<usize>)| {
            let mut headers = self.headers.iter();
            let unsaid = UNSAID.get(..length.unwrap_or(USUAL_LENGTH));
            let said = headers.find(|(known, _)| known == name);
            let value = said.map_or(unsaid.unwrap_or_default(), |(_, value)| value);
            (name, value)
        };
        from_request.headers().map(value).collect()
    }

    /// What stands in the places of a template that no setting names.
    pub(crate) fn parts(&self, named: &'a [&'a [u8]]) -> Parts<'a> {
        Parts {
            method: self.method,
            path: self.target,
            headers: named,
            body: self.body,
            ..Parts::default()
        }
    }
}
