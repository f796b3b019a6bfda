//! What is likely to be wrong with an application whose scenario failed.

use super::{Host, Reply, Sender, scene::Scene};
use crate::verdict::Reason;

pub(super) const NOT_BUILT: &str = "build the application's receiver with `bench.build(builder)?` in place of \
                         `builder.build()?`, where the application is made";

impl<H: Host, S: Sender> Scene<'_, H, S> {
    /// What is likely to be wrong where a worker did not handle what was accepted.
    pub(super) fn idle(&self) -> Option<String> {
        if !self.has_inbox() {
            return None;
        }
        let crew = &self.bench.0.crew;
        if let Some(why) = crew.refused() {
            return Some(format!("the worker cannot work: {why}"));
        }
        let change = match self.last()? {
            _ if !crew.is_there() => {
                "give the application's worker to the kit, each time that the application starts: \
                 `bench.work(bench.worker().handle(&receiver, handler))`"
            }
            Reason::Queued => {
                "the event waits for its worker: give the worker a handler for this receiver, and let no handler \
                 hang"
            }
            Reason::NotProtected => {
                "the worker's routes bring the event to no receiver: give `routes` the router as it is served, with \
                 its prefixes, and without the layers of the edge that ask for a login or a session"
            }
            Reason::WrongEventType => {
                "the handler takes an event of another type than the pack gives"
            }
            Reason::HandlerRetry | Reason::HandlerPanicked => {
                "the handler fails in the worker: there it has no peer's address, and of the headers those alone that \
                 `inbox_headers` names"
            }
            Reason::HandlerRejected => "the handler rejects the event, which is a dead letter",
            _ => return None,
        };
        Some(change.to_owned())
    }

    /// What is likely to be wrong where a request was not taken.
    pub(super) fn diagnosis(&self, reply: &Reply) -> &'static str {
        if self.bench.receiver().is_none() {
            return NOT_BUILT;
        }
        match (self.last(), reply.status) {
            (None, 404 | 405) => {
                "the application has no such route: give the sender the route's path, and the method \
                 router the sender's method"
            }
            (None, _) => {
                "the request was answered without the receiver: put it on this route, with \
                 `.layer(receiver.layer())` on axum and `.wrap(receiver.middleware())` on actix-web, \
                 and look for a layer in front of it that answers"
            }
            (Some(Reason::SignatureMismatch | Reason::MissingSignature), _) => {
                "the signature is not that of the body which came to the receiver: use `bench.keys()`, \
                 and put the receiver in front of whatever reads or changes the body or the headers"
            }
            (Some(Reason::BodyIncomplete), _) => {
                "the body did not come whole to the receiver: put the receiver in front of whatever \
                 reads it"
            }
            (Some(Reason::AccessMissing | Reason::AccessDenied), _) => {
                "the endpoint asks for credentials: give them to the kit with `Kit::credentials`"
            }
            (Some(Reason::AddressDenied), _) => {
                "the endpoint takes calls from its networks only: let the requests come from there, with \
                 `peer` of the kit's host"
            }
            (Some(Reason::UnsupportedMediaType), _) => {
                "the sender's media type is not one of the pack's: is it the right sender?"
            }
            (Some(Reason::PeerNotWired | Reason::RouteParamNotWired), _) => {
                "the receiver needs the peer's address or a route parameter: see the log line"
            }
            (Some(Reason::HandlerRetry), _) => {
                "the handler failed, or asked for a retry: it should have an effect for this event"
            }
            (Some(Reason::HandlerPanicked), _) => "the handler panicked: see the test's output",
            (Some(Reason::WrongEventType), _) => {
                "the handler takes an `Event` of another type than the pack gives"
            }
            (Some(Reason::InProgress), _) => {
                "an earlier copy still holds the event: was its lease settled?"
            }
            _ => "see the reason that the receiver gave",
        }
    }
}
