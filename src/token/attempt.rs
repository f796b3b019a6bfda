//! [`Attempt`]: a token request that counts against its caller when it was a wrong guess.

use std::net::IpAddr;

use super::{
    accounts::{Account, Kind},
    addresses::Addresses,
    asked::Asked,
    client::Presented,
    grant::Refused,
    issuer::Policy,
};
use crate::{allowance::Grant, request::Head};

/// An attempt under way. What is under way is counted apart from what failed: right requests at once are no failures,
/// and a caller that hangs up before the judgement has failed in nothing.
pub(super) struct Attempt<'a> {
    policy: &'a Policy,
    address: Option<IpAddr>,
    /// A client may be named in two readings.
    accounts: [Option<Account>; 2],
    _under_way: Grant,
}

impl Policy {
    /// Refuses who failed too often, by the address and by the id that is shown.
    pub(super) fn begin(&self, head: &Head<'_>, asked: &Asked<'_>) -> Result<Attempt<'_>, Refused> {
        let attempt = Attempt {
            policy: self,
            address: self.sender(head),
            accounts: self.accounts_of(asked),
            _under_way: self.under_way.take(1).ok_or(Refused::Overloaded)?,
        };
        attempt.may_go_on()?;
        Ok(attempt)
    }

    /// The address whose failures are counted, where addresses are.
    pub(super) fn sender(&self, head: &Head<'_>) -> Option<IpAddr> {
        self.addresses.as_ref()?;
        let peer = head.peer_addr()?.ip();
        match &self.networks {
            Some(networks) => networks.sender(peer, head),
            None => Some(peer),
        }
    }

    /// By the id that is presented. What cannot be read names nobody, and costs nothing to judge.
    fn accounts_of(&self, asked: &Asked<'_>) -> [Option<Account>; 2] {
        let of = |kind, id: &str| Some(self.accounts.of(kind, id));
        let readings = |kind, presented: &Presented| {
            let plain = presented.plain.as_ref();
            [
                of(kind, &presented.id),
                plain.and_then(|(id, _)| of(kind, id)),
            ]
        };
        match asked {
            Asked::Client(presented) => readings(Kind::Client, presented),
            Asked::User(presented) => readings(Kind::User, presented),
            Asked::ClientAssertion(token) => {
                let subject = token.as_ref().and_then(|token| token.subject());
                [subject.and_then(|id| of(Kind::Client, id)), None]
            }
            Asked::Assertion(token) => {
                let subject = token.as_ref().and_then(|token| token.subject());
                [subject.and_then(|id| of(Kind::Subject, id)), None]
            }
        }
    }
}

impl Attempt<'_> {
    fn may_go_on(&self) -> Result<(), Refused> {
        let now = self.policy.clock.monotonic();
        let of_address = self.addresses().find_map(|(all, one)| all.wait(one, now));
        let of_account = || {
            let mut accounts = self.accounts.iter().flatten();
            accounts.find_map(|account| self.policy.accounts.wait(*account, now))
        };
        match of_address.or_else(of_account) {
            Some(wait) => Err(Refused::Throttled(wait)),
            None => Ok(()),
        }
    }

    /// Counts `judged` if it was a wrong guess. A guess beyond those that are allowed, judged at the same moment as the
    /// last of them, is not told that it was wrong.
    pub(super) fn judged<T>(&self, judged: Result<T, Refused>) -> Result<T, Refused> {
        let Some(refused) = judged.as_ref().err().filter(|refused| refused.is_guess()) else {
            return judged;
        };
        let answer = self.may_go_on().err().unwrap_or(*refused);
        let now = self.policy.clock.monotonic();
        for (addresses, address) in self.addresses() {
            addresses.failed(address, now);
        }
        let [first, second] = self.accounts;
        let second = second.filter(|second| Some(*second) != first);
        for account in first.into_iter().chain(second) {
            self.policy.accounts.failed(account, now);
        }
        Err(answer)
    }

    fn addresses(&self) -> impl Iterator<Item = (&Addresses, IpAddr)> {
        self.policy.addresses.as_ref().zip(self.address).into_iter()
    }
}
