//! What Unico Check sends.

use std::fmt;

use bytes::Bytes;
use serde_json::json;

use super::Status;
use crate::simulator::Sent;

/// One webhook of the portal, with the Secret and the headers of its form.
///
/// Which headers Unico sends beside them is unknown: there is only what HTTP and JSON need. Signed requests are these,
/// signed by a `RequestSigner` (feature `jwt`): for each attempt anew, or once for all.
///
/// ```
/// use hookgate::providers::unico_check::{Status, UnicoCheckSimulator};
///
/// let unico = UnicoCheckSimulator::new().secret("0f3c…").header("x-client", "acme");
/// let sent = unico.update_process("f4dd6bc9-74d3-4dba-8deb-eb09ad4ea704", Status::Concluded, Some(14));
/// assert_eq!(sent.header("authorization"), Some("0f3c…"));
/// ```
#[derive(Clone)]
pub struct UnicoCheckSimulator {
    path: String,
    headers: Vec<(String, String)>,
}

impl UnicoCheckSimulator {
    /// A webhook without authentication.
    #[expect(clippy::new_without_default, reason = "as the other simulators")]
    pub fn new() -> Self {
        Self {
            path: "/".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        }
    }

    /// Sends to this path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The Secret: sent as typed, in `Authorization`.
    pub fn secret(self, secret: &str) -> Self {
        self.header("authorization", secret)
    }

    /// A header of the form.
    pub fn header(mut self, key: &str, value: &str) -> Self {
        self.headers
            .push((key.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// The enveloped body, as a customer's documentation shows it.
    pub fn update_process(&self, id: &str, status: Status, score: Option<i64>) -> Sent {
        let mut data = json!({"id": id, "status": status});
        if let (Some(score), Some(data)) = (score, data.as_object_mut()) {
            data.insert("score".to_owned(), score.into());
        }
        let date = "2023-04-19T13:10:00.0000000Z";
        let body = json!({"eventDate": date, "event": "update_process", "data": data});
        self.body(body.to_string())
    }

    /// The flat body of the sibling product.
    pub fn flat(&self, id: &str, status: Status) -> Sent {
        self.body(json!({"id": id, "status": status}).to_string())
    }

    /// Any body.
    pub fn body(&self, body: impl Into<Bytes>) -> Sent {
        Sent::new(&self.path, self.headers.clone(), body).signed_in("authorization")
    }
}

impl fmt::Debug for UnicoCheckSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnicoCheckSimulator")
            .finish_non_exhaustive()
    }
}
