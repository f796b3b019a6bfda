//! [`Attempt`]: a token request that counts against its caller when it was a wrong guess.

use std::{net::IpAddr, time::Duration};

use super::{
    accounts::{Account, Kind},
    addresses::Addresses,
    asked::Asked,
    claims::Unproven,
    grant::Refused,
    issuer::Policy,
};
use crate::{limits::Grant, request::Head};

/// An attempt under way. What is under way is counted apart from what failed: right requests at once are no failures,
/// and a caller that hangs up before the judgement has failed in nothing.
pub(super) struct Attempt<'a> {
    policy: &'a Policy,
    /// Where addresses are counted.
    address: Option<(&'a Addresses, IpAddr)>,
    account: Option<Account>,
    _under_way: Grant,
}

impl Policy {
    /// Refuses who failed too often, by the address and by the id that is shown. An assertion is judged whatever failed
    /// under the subject that it names: strangers can write that, and a key cannot be guessed.
    pub(super) fn begin(&self, head: &Head<'_>, asked: &Asked<'_>) -> Result<Attempt<'_>, Refused> {
        let attempt = Attempt {
            policy: self,
            address: self.addresses.as_ref().zip(self.sender(head)),
            account: self.account_of(asked),
            _under_way: self.under_way.take(1).ok_or(Refused::Overloaded)?,
        };
        let wait = match asked {
            Asked::Client(_) | Asked::User(_) => attempt.wait(),
            Asked::ClientAssertion(_) | Asked::Assertion(_) => attempt.wait_of_address(),
        };
        match wait {
            Some(wait) => Err(Refused::Throttled(wait)),
            None => Ok(attempt),
        }
    }

    /// The address whose failures are counted, where addresses are.
    pub(super) fn sender(&self, head: &Head<'_>) -> Option<IpAddr> {
        self.addresses.as_ref()?;
        match &self.gate.networks {
            Some(networks) => networks.sender(head),
            None => head.peer_addr().map(|peer| peer.ip()),
        }
    }

    /// By the id that is presented: of two readings the decoded one, which all spellings of an id come to. What cannot be
    /// read names nobody, and costs nothing to judge.
    fn account_of(&self, asked: &Asked<'_>) -> Option<Account> {
        let (kind, id) = match asked {
            Asked::Client(presented) => (Kind::Client, Some(&*presented.id)),
            Asked::User(presented) => (Kind::User, Some(&*presented.id)),
            Asked::ClientAssertion(token) => {
                (Kind::Client, token.as_ref().and_then(Unproven::subject))
            }
            Asked::Assertion(token) => (Kind::Subject, token.as_ref().and_then(Unproven::subject)),
        };
        id.map(|id| self.accounts.of(kind, id))
    }
}

impl Attempt<'_> {
    fn wait(&self) -> Option<Duration> {
        let now = self.policy.clock.monotonic();
        let of_account = || self.policy.accounts.wait(self.account?, now);
        self.wait_of_address().or_else(of_account)
    }

    fn wait_of_address(&self) -> Option<Duration> {
        let (addresses, address) = self.address?;
        addresses.wait(address, self.policy.clock.monotonic())
    }

    /// Counts `judged` if it was a wrong guess. A guess beyond those that are allowed is not told that it was wrong.
    pub(super) fn judged<T>(&self, judged: Result<T, Refused>) -> Result<T, Refused> {
        let Some(refused) = judged.as_ref().err().filter(|refused| refused.is_guess()) else {
            return judged;
        };
        let answer = self.wait().map_or(*refused, Refused::Throttled);
        let now = self.policy.clock.monotonic();
        if let Some((addresses, address)) = self.address {
            addresses.failed(address, now);
        }
        if let Some(account) = self.account {
            self.policy.accounts.failed(account, now);
        }
        Err(answer)
    }
}
