//! [`check_end_to_end`]: headers that arrive as their sender wrote them.

use http::{HeaderName, header};

/// Names in which a request says its own host and its sender's address, beside those that begin with `x-forwarded-`.
const OF_THE_HOST: [HeaderName; 2] = [header::HOST, header::FORWARDED];
/// Headers of one connection, and of how a body is sent over it (RFC 9110, section 7.6.1; RFC 9112, sections 6 and 7).
const OF_THE_CONNECTION: [HeaderName; 12] = [
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// Whether a scheme may read the header `name`: what a sender writes there is what arrives, and it does not say where
/// the request was sent.
pub(super) fn check_end_to_end(name: &HeaderName) -> Result<(), &'static str> {
    if OF_THE_HOST.contains(name) || name.as_str().starts_with("x-forwarded-") {
        return Err(
            "what a request says of its own host is never signed text: `{url}` is the address that is set",
        );
    }
    if OF_THE_CONNECTION.contains(name) {
        return Err(
            "a header that clients and proxies write for one connection is never signed text",
        );
    }
    Ok(())
}
