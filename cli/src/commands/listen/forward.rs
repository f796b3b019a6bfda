//! [`Forward`]: verified deliveries go on to a local application.

use std::{io, time::Duration};

use hookgate::Delivery;
use http::Request;

use super::handed::Handed;
use crate::{
    http::{Client, Target},
    settings::any_event::AnyEvent,
};

/// How long the application may take: as long as a handler may here by default.
const LIMIT: Duration = Duration::from_secs(8);

/// Headers that belong to one connection (RFC 9110, section 7.6.1), or are written anew.
const NOT_PASSED_ON: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that begin with this word are the command's own. It has no hyphen, since nobody else uses the word.
const OURS: &str = "hookgate";

/// Headers that frameworks take for the method, host or path of a request. The command chooses the route, and nothing
/// signs these. `forwarded` is one of them by its `host` (RFC 7239, section 5.3).
const ROUTING: [&str; 8] = [
    "base-url",
    "forwarded",
    "x-envoy-original-path",
    "x-host",
    "x-method-override",
    "x-override-url",
    "x-rewrite-url",
    "x-script-name",
];

/// How more such headers begin.
const ROUTING_PREFIXES: [&str; 3] = ["x-forwarded-", "x-http-", "x-original-"];

/// The ones of those that say where a request came from, and how. They choose no route.
const NOT_ROUTING: [&str; 2] = ["x-forwarded-for", "x-forwarded-proto"];

/// The application that deliveries go on to.
pub(super) struct Forward {
    client: Client,
    /// Whether each request's own path is taken in place of the URL's.
    by_unsigned_path: bool,
}

impl Forward {
    /// To this URL. With `by_unsigned_path` it says only where the application is.
    pub(super) fn to(url: &str, by_unsigned_path: bool) -> io::Result<Self> {
        let wrong = |why: &str| io::Error::other(format!("--forward: {why}"));
        let target = Target::read(url).map_err(|why| wrong(&why))?;
        match (target.names_path, by_unsigned_path) {
            (false, false) => Err(wrong(
                "the URL has no path: add the application's route, if only `/`; or add --forward-unsigned-path, and \
                 each request's own path, which nothing signs, chooses the route",
            )),
            (true, true) if target.path != "/" => Err(wrong(
                "the URL has a path, and --forward-unsigned-path takes that of each request: leave out one of them",
            )),
            _ => Ok(Self {
                client: Client::new(target, None)?,
                by_unsigned_path,
            }),
        }
    }

    /// Passes the request on, its headers included, with the event's key in `hookgate-event-key`.
    /// An answer other than 2xx is an error.
    pub(super) async fn pass_on(
        &self,
        delivery: &Delivery<AnyEvent>,
        handed: Handed,
    ) -> io::Result<()> {
        let mut request = Request::post(self.path(&handed.path));
        for (name, value) in passed_on(&handed.headers) {
            request = request.header(name, value);
        }
        let request = request
            .header("hookgate-event-key", delivery.event_key().to_string())
            .body(handed.body)
            .map_err(io::Error::other)?;
        match self.client.send(request, LIMIT).await {
            Ok(answered) if answered.status.is_success() => Ok(()),
            Ok(answered) => Err(io::Error::other(format!(
                "the application answered {}",
                answered.status.as_u16()
            ))),
            Err(failure) => Err(io::Error::other(format!("the application: {failure}"))),
        }
    }

    /// Path and query to ask for.
    fn path(&self, of_request: &str) -> String {
        if self.by_unsigned_path {
            // Two slashes at the start would name a host to a program that resolves it as a reference (RFC 3986,
            // section 4.2).
            format!("/{}", of_request.trim_start_matches('/'))
        } else {
            self.client.target().path.clone()
        }
    }
}

/// The sender's headers, without those that it must not write and those that end with its connection.
fn passed_on(headers: &[(String, Vec<u8>)]) -> impl Iterator<Item = (&str, &[u8])> {
    let named: Vec<String> = headers
        .iter()
        .filter(|(name, _)| name == "connection")
        .flat_map(|(_, value)| value.split(|byte| *byte == b','))
        .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
        .collect();
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .filter(move |(name, _)| {
            // Servers that hand headers over as variables (CGI) take both for one.
            let known = name.replace('_', "-");
            !known.starts_with(OURS)
                && !NOT_PASSED_ON.contains(&known.as_str())
                && !chooses_route(&known)
                && !named.iter().any(|other| other == name)
        })
}

fn chooses_route(name: &str) -> bool {
    ROUTING.contains(&name)
        || (ROUTING_PREFIXES.iter().any(|it| name.starts_with(it)) && !NOT_ROUTING.contains(&name))
}
