//! [`Handed`]: what a framework hands to the desk beside the delivery.

use bytes::Bytes;

/// The authenticated request, as the middleware put it back.
pub(super) struct Handed {
    /// Path and query, which few senders sign.
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Bytes,
}

/// Path and query of a request target in any form. An absolute one (RFC 9112, section 3.2.2) also names a host, and
/// the sender chooses which.
pub(super) fn target(path_and_query: Option<&str>) -> String {
    path_and_query.unwrap_or("/").to_owned()
}
