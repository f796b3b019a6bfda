//! [`StoredRequest`]: a request as it came.

use std::fmt;

use bytes::Bytes;

/// A request as it came, without its credentials: of its headers only those on the receiver's list are kept.
///
/// The address is the sender's: a path or query that holds a token is kept with it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRequest {
    /// The method.
    pub method: Box<str>,
    /// The path, as sent.
    pub path: Box<str>,
    /// The query, as sent.
    pub query: Option<Box<str>>,
    /// The host that was asked for: of the request's target, or else its `Host` header.
    pub authority: Option<Box<str>>,
    /// The route's parameters, decoded.
    pub route_params: Vec<(Box<str>, Box<str>)>,
    /// Names, lower case, and values. Those of one name are in the order in which they came.
    pub headers: Vec<(Box<str>, Bytes)>,
    /// The body, byte for byte. Of an event of a batch, a batch of that event alone, where its pack knows such a body.
    pub body: Bytes,
}

/// Shows no more than the method: all else can hold a token or personal data.
impl fmt::Debug for StoredRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRequest")
            .field("method", &self.method)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
