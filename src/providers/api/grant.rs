//! [`Grant`]: how a client shows who it is.

use http::{HeaderName, HeaderValue, header};

use crate::{access::Sent, time::UnixTime};

/// The header of a form.
pub(in crate::providers) const FORM: (HeaderName, HeaderValue) = (
    header::CONTENT_TYPE,
    HeaderValue::from_static("application/x-www-form-urlencoded"),
);

/// How a client shows who it is.
pub(in crate::providers) trait Grant: Send + Sync + 'static {
    /// Whether a request holds a time, so that it may be refused for a clock that is wrong.
    const IS_DATED: bool;

    /// What asks for a token. `None` where it cannot be made.
    fn request(&self, now: UnixTime) -> Option<Sent>;
}
