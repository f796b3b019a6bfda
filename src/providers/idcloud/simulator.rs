//! What IDCloud sends.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use super::{State, TransactionStatus};
use crate::simulator::Sent;

/// One webhook of IDCloud, with the credentials of its form.
///
/// Which headers Unico sends beside them is unknown: there is only what HTTP and JSON need.
///
/// ```
/// use hookgate::providers::idcloud::{IdCloudSimulator, State};
///
/// let unico = IdCloudSimulator::new().basic("unico:0f3c…").path("/webhooks/idcloud");
/// let sent = unico.process("8263a268-5388-492a-bca2-28e1ff4a69f0", State::Finished, "id");
/// assert_eq!(sent.header("content-type"), Some("application/json"));
/// ```
#[derive(Clone)]
pub struct IdCloudSimulator {
    path: String,
    credentials: Option<(String, String)>,
}

impl IdCloudSimulator {
    /// A webhook whose auth type is none.
    #[expect(clippy::new_without_default, reason = "as the other simulators")]
    pub fn new() -> Self {
        Self {
            path: "/".to_owned(),
            credentials: None,
        }
    }

    /// Sends to this path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Auth type Basic: `user:pass`.
    pub fn basic(mut self, text: &str) -> Self {
        let value = format!("Basic {}", BASE64_STANDARD.encode(text));
        self.credentials = Some(("authorization".to_owned(), value));
        self
    }

    /// Auth type API key: `header:value`, or a raw `Authorization`.
    pub fn api_key(mut self, text: &str) -> Self {
        let (name, value) = text.split_once(':').unwrap_or(("authorization", text));
        self.credentials = Some((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// Auth type OAuth2: a token that the owner's token endpoint gave, such as a
    /// `TokenSimulator` fetches (feature `token`).
    pub fn bearer(mut self, token: &str) -> Self {
        self.credentials = Some(("authorization".to_owned(), format!("Bearer {token}")));
        self
    }

    /// The current body.
    pub fn process(&self, id: &str, state: State, flow: &str) -> Sent {
        self.body(json!({"processId": id, "state": state, "flow": flow}).to_string())
    }

    /// The body with `id` and `status`.
    pub fn transaction(&self, id: &str, status: impl Into<TransactionStatus>) -> Sent {
        self.body(json!({"id": id, "status": status.into()}).to_string())
    }

    /// Any body.
    pub fn body(&self, body: impl Into<bytes::Bytes>) -> Sent {
        let content_type = ("content-type".to_owned(), "application/json".to_owned());
        let headers = std::iter::once(content_type).chain(self.credentials.clone());
        Sent::new(&self.path, headers, body).signed_in("authorization")
    }
}

impl fmt::Debug for IdCloudSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdCloudSimulator").finish_non_exhaustive()
    }
}
