//! Building a token endpoint: what cannot be right is refused.

use std::{sync::atomic::AtomicBool, time::Duration};

use http::header;

use super::{
    Assertion, Client, TokenIssuer, TokenIssuerBuilder, accounts::Accounts, addresses::Addresses,
    gate::gate, issuer::Policy, replays::Replays, throttle::Throttle,
};
use crate::{
    keys::{
        JwsAlgorithm,
        jose::{SigningKey, SigningKeys},
    },
    limits::Allowance,
    setup::{BuildError, Finding, Severity},
    telemetry::{Level, log},
};

/// Token requests that may be judged at once, those that wait for the replay store included.
const UNDER_WAY: usize = 1024;
/// The longest life of a token: one cannot be called back.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl TokenIssuerBuilder {
    /// The issuer. Does no IO.
    ///
    /// # Errors
    ///
    /// What cannot be right, and what to change.
    ///
    /// Example: [`client`](Self::client).
    pub fn build(mut self) -> Result<TokenIssuer, BuildError> {
        self.validate()?;
        let key = match self.key {
            Some(key) => key,
            None => SigningKey::generate(JwsAlgorithm::Es256)?,
        };
        if self.access.as_ref().is_some_and(|it| it.admits_anyone()) {
            let finding = Finding::new(
                Severity::Note,
                "anyone_may_ask_for_tokens",
                "the access rule of the token endpoint admits anyone",
                "its clients' own credentials remain; leave the rule out, or give one that asks for more",
            );
            log::found(&self.name, &finding);
        }
        let throttle = |(most, within)| Throttle::new(most, within);
        let access = self.access.as_deref();
        let access_reads_authorization = access.is_some_and(|it| it.reads(&header::AUTHORIZATION));
        let addresses = throttle(self.failures_of_address);
        let replays = self.replays.take();
        let replays = replays.map(|store| Replays::new(store, &self.name, self.clock.clone()));
        Ok(TokenIssuer::of(Policy {
            audience: self.audience.unwrap_or_else(|| self.name.clone()).into(),
            name: self.name.into(),
            clients: self.clients,
            users: self.users,
            assertions: self.assertions,
            keys: SigningKeys::new(key),
            lifetime: self.lifetime,
            also_named: self.also_named,
            endpoint: self.endpoint.map(Into::into),
            replays: replays.transpose()?,
            access_reads_authorization,
            addresses: self.counts_addresses.then(|| Addresses::new(addresses)),
            told_of_proxies: AtomicBool::new(false),
            accounts: Accounts::new(throttle(self.failures_of_client)),
            under_way: Allowance::new(UNDER_WAY, Level::unmetered()),
            gate: gate(
                self.access,
                self.networks,
                (self.body_limit, self.body_timeout),
            ),
            clock: self.clock,
            timer: self.timer,
        }))
    }

    fn validate(&self) -> Result<(), BuildError> {
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Err(BuildError::Name {
                what: "issuer's name",
                why: "it is the `iss` of every token: use the URL of the token endpoint",
            });
        }
        if self.audience.as_deref() == Some("") {
            return Err(BuildError::TokenEndpoint(
                "a token's audience cannot be empty",
            ));
        }
        if self.endpoint.as_deref() == Some("") {
            return Err(BuildError::TokenEndpoint(
                "the endpoint's address, which clients may name as audience, cannot be empty",
            ));
        }
        if self.clients.is_empty() && self.users.is_empty() && self.assertions.is_empty() {
            return Err(BuildError::TokenEndpoint(
                "nobody could have a token: name a client, a user or an assertion",
            ));
        }
        self.validate_callers()?;
        if let Some(access) = &self.access {
            access.validate()?;
            if !self.clients.is_empty() && access.reads(&header::AUTHORIZATION) {
                return Err(BuildError::TokenEndpoint(
                    "clients log in to the token endpoint with `Authorization`, so its access rule cannot read it: \
                     use a header of another name",
                ));
            }
        }
        if self.networks.is_some() && !self.counts_addresses {
            return Err(BuildError::TokenEndpoint(
                "the token endpoint has networks, which need addresses, and is built without addresses: leave one out",
            ));
        }
        // Failures that are forgiven at once are not counted.
        let forgets = |(most, within): (u32, Duration)| (within / most.max(1)).is_zero();
        for (what, is_zero) in [
            ("the tokens' lifetime", self.lifetime.as_secs() == 0),
            ("the body limit", self.body_limit == 0),
            ("the body timeout", self.body_timeout.is_zero()),
            ("the number of failures", self.failures_of_address.0 == 0),
            ("the number of failures", self.failures_of_client.0 == 0),
            ("the time of one failure", forgets(self.failures_of_address)),
            ("the time of one failure", forgets(self.failures_of_client)),
        ] {
            if is_zero {
                return Err(BuildError::Zero(what));
            }
        }
        if self.lifetime > LONGEST_LIFETIME {
            return Err(BuildError::TokenEndpoint(
                "a token that lives longer than a day cannot be called back for longer than a day",
            ));
        }
        Ok(())
    }

    /// Clients, users and assertions.
    fn validate_callers(&self) -> Result<(), BuildError> {
        let named = || self.clients.iter().chain(&self.users);
        named().try_for_each(Client::validate)?;
        self.assertions.iter().try_for_each(Assertion::validate)?;
        let mut ids: Vec<_> = named().map(Client::id).collect();
        ids.extend(self.assertions.iter().map(Assertion::id));
        ids.sort_unstable();
        if ids
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one == other))
        {
            return Err(BuildError::TokenEndpoint(
                "two clients, users or assertions of the token endpoint have one id, so that a token of one would be \
                 taken for the other's: give each an id of its own, and one of them both secrets where they are one",
            ));
        }
        if self.users.iter().any(|user| user.keys().is_some()) {
            return Err(BuildError::TokenEndpoint(
                "a user of the token endpoint has a key: users log in with a password, clients with a key",
            ));
        }
        let signs = |client: &Client| client.keys().is_some();
        let used_once =
            self.clients.iter().any(signs) || self.assertions.iter().any(Assertion::is_used_once);
        if used_once && self.replays.is_none() {
            return Err(BuildError::TokenEndpoint(
                "assertions are to be taken once, and nothing keeps which were used: call `.replay_store(…)`, with a \
                 store that all instances share",
            ));
        }
        Ok(())
    }
}
