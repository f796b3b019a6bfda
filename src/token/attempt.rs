//! [`Attempt`]: a token request that counts against its caller.

use std::time::Duration;

use super::{
    Client,
    asked::Asked,
    client::Presented,
    grant::Refused,
    issuer::Policy,
    throttle::{Caller, Throttle},
};
use crate::request::Head;

/// An attempt that counts as failed until it is forgiven.
pub(super) struct Attempt<'a> {
    begun: Vec<(&'a Throttle, Caller)>,
    now: Duration,
}

impl Attempt<'_> {
    /// It was no wrong guess.
    pub(super) fn forgive(&self) {
        for (throttle, caller) in &self.begun {
            throttle.forgive(*caller, self.now);
        }
    }
}

impl Policy {
    /// Counts the attempt against the address and the client, and refuses who failed too often.
    pub(super) fn begin(&self, head: &Head<'_>, asked: &Asked<'_>) -> Result<Attempt<'_>, Refused> {
        let now = self.clock.monotonic();
        let address = head.peer.and_then(|peer| {
            let peer = peer.ip().to_canonical();
            match &self.networks {
                Some(networks) => networks.sender(peer, head),
                None => Some(peer),
            }
        });
        let place = |list: &[Client], presented: &Presented| {
            list.iter().position(|client| presented.names(client.id()))
        };
        let account = match asked {
            Asked::Client(presented) => Some(Caller::Client(place(&self.clients, presented))),
            Asked::User(presented) => Some(Caller::User(place(&self.users, presented))),
            Asked::Assertion(_) => None,
        };
        let mut attempt = Attempt {
            begun: Vec::new(),
            now,
        };
        let callers = [
            (&self.addresses, address.map(Caller::at)),
            (&self.accounts, account),
        ];
        for (throttle, caller) in callers {
            let Some(caller) = caller else { continue };
            if let Err(wait) = throttle.begin(caller, now) {
                attempt.forgive();
                return Err(Refused::Throttled(wait));
            }
            attempt.begun.push((throttle, caller));
        }
        Ok(attempt)
    }
}
