//! [`Addresses`]: the failures of each address.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::throttle::Throttle;

/// Addresses that are remembered at once: with more that fail, the one that failed least is forgotten.
const MAX_ADDRESSES: usize = 4096;

/// When the failures of each address are forgiven, in bounded memory.
#[derive(Debug)]
pub(super) struct Addresses {
    throttle: Throttle,
    forgiven: Mutex<HashMap<IpAddr, Duration>>,
}

impl Addresses {
    pub(super) fn new(throttle: Throttle) -> Self {
        Self {
            throttle,
            forgiven: Mutex::default(),
        }
    }

    /// How long this address has to wait, if it has.
    pub(super) fn wait(&self, address: IpAddr, now: Duration) -> Option<Duration> {
        let forgiven = self.lock();
        let forgiven = forgiven.get(&network(address))?;
        self.throttle.wait(*forgiven, now)
    }

    /// Counts a failure.
    pub(super) fn failed(&self, address: IpAddr, now: Duration) {
        let address = network(address);
        let mut forgiven = self.lock();
        if forgiven.len() >= MAX_ADDRESSES && !forgiven.contains_key(&address) {
            make_room(&mut forgiven, now);
        }
        let until = forgiven.entry(address).or_default();
        *until = self.throttle.after_failure(*until, now);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Duration>> {
        self.forgiven.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of IPv6 the network counts: whoever has one address there has them all.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

fn make_room(forgiven: &mut HashMap<IpAddr, Duration>, now: Duration) {
    forgiven.retain(|_, until| *until > now);
    if forgiven.len() >= MAX_ADDRESSES {
        let least = forgiven.iter().min_by_key(|(_, until)| **until);
        if let Some(least) = least.map(|(address, _)| *address) {
            forgiven.remove(&least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(number.into())
    }

    #[test]
    fn memory_is_bounded_and_who_failed_most_is_kept() {
        let addresses = Addresses::new(Throttle::new(3, Duration::from_secs(30)));
        let now = Duration::from_secs(1);
        for _ in 0..3 {
            addresses.failed(address(0), now);
        }
        for number in 1..=10_000 {
            addresses.failed(address(number), now);
        }
        assert!(addresses.lock().len() <= MAX_ADDRESSES);
        assert!(addresses.wait(address(0), now).is_some());
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller_and_a_mapped_address_the_ipv4_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
    }
}
