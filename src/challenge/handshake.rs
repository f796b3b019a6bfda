//! [`Handshake`]: what a sender hears that has asked whether the endpoint is ours.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};

/// The answer to a request by which a sender asks whether the endpoint is ours.
///
/// Repeat nothing of an unverified request: a pack only gets what was [`Authenticated`](crate::pack::Authenticated), and
/// answers from its [`bytes`](crate::pack::Authenticated::bytes). A [`Challenge`](super::Challenge) is for what nobody signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Handshake {
    /// 200 with `body`, without headers.
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Another status, such as 204.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// 200 with what a sender wrote. It is no page of this origin, should a browser ever see it.
    pub(super) fn shown(body: impl Into<Bytes>, media_type: &'static str) -> Self {
        Self::new(body)
            .header(header::CONTENT_TYPE, HeaderValue::from_static(media_type))
            .header(
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            )
    }
}
