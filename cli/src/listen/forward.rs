//! [`Forward`]: verified deliveries go on to a local application.

use std::{io, time::Duration};

use hookgate::Delivery;
use http::Request;

use super::desk::Handed;
use crate::{
    any_event::AnyEvent,
    http::{Client, Target},
};

/// How long the application may take: as long as a handler here may by default.
const LIMIT: Duration = Duration::from_secs(8);

/// What belongs to one connection, or is written anew.
const NOT_PASSED_ON: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The application that deliveries go on to.
pub(super) struct Forward(Client);

impl Forward {
    pub(super) fn to(url: &str) -> io::Result<Self> {
        let target =
            Target::read(url).map_err(|why| io::Error::other(format!("--forward: {why}")))?;
        Ok(Self(Client::new(target, None)?))
    }

    /// Passes the request on, its headers included, with the event's key in `hookgate-event-key`.
    /// An answer other than 2xx is an error.
    pub(super) async fn pass_on(
        &self,
        delivery: &Delivery<AnyEvent>,
        handed: Handed,
    ) -> io::Result<()> {
        let mut request = Request::post(self.path(&handed.path));
        for (name, value) in &handed.headers {
            if !NOT_PASSED_ON.contains(&name.as_str()) {
                request = request.header(name, value.as_slice());
            }
        }
        let request = request
            .header("hookgate-event-key", delivery.event_key().to_string())
            .body(handed.body)
            .map_err(io::Error::other)?;
        match self.0.send(request, LIMIT).await {
            Ok(answered) if answered.status.is_success() => Ok(()),
            Ok(answered) => Err(io::Error::other(format!(
                "the application answered {}",
                answered.status.as_u16()
            ))),
            Err(failure) => Err(io::Error::other(format!("the application: {failure}"))),
        }
    }

    /// The URL's own path, or where it has none that of the request.
    fn path<'a>(&'a self, of_request: &'a str) -> &'a str {
        match self.0.target().path.as_str() {
            "/" => of_request,
            path => path,
        }
    }
}
