//! [`Throttle`]: how often a caller may fail.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Callers that are remembered at once: with more that fail, the one that failed least is forgotten.
const MAX_CALLERS: usize = 4096;

/// Who fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Caller {
    /// An address, or a network of IPv6: whoever has one address there has them all.
    Address(IpAddr),
    /// A client that is known, by its place, or all that are not.
    Client(Option<usize>),
    /// A user that is known, by its place, or all that are not.
    User(Option<usize>),
}

impl Caller {
    pub(super) fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 => v4,
        })
    }
}

/// Each caller may fail `most` times in a row, and once more each `regain`.
#[derive(Debug)]
pub(super) struct Throttle {
    most: u32,
    regain: Duration,
    /// When a caller's failures are all forgiven. That one number says how many there are.
    forgiven: Mutex<HashMap<Caller, Duration>>,
}

impl Throttle {
    pub(super) fn new(most: u32, within: Duration) -> Self {
        Self {
            most,
            regain: within / most.max(1),
            forgiven: Mutex::default(),
        }
    }

    /// Counts an attempt as failed, in advance, so that attempts at the same time count too.
    ///
    /// # Errors
    ///
    /// How long the caller has to wait. Nothing is counted then.
    pub(super) fn begin(&self, caller: Caller, now: Duration) -> Result<(), Duration> {
        let mut forgiven = self.forgiven.lock().unwrap_or_else(PoisonError::into_inner);
        let until = forgiven.get(&caller).map_or(now, |until| now.max(*until));
        let most = self.regain.saturating_mul(self.most.saturating_sub(1));
        let wait = until.saturating_sub(now).saturating_sub(most);
        if !wait.is_zero() {
            return Err(wait);
        }
        if forgiven.len() >= MAX_CALLERS && !forgiven.contains_key(&caller) {
            make_room(&mut forgiven, now);
        }
        forgiven.insert(caller, until.saturating_add(self.regain));
        Ok(())
    }

    /// The attempt did not fail.
    pub(super) fn forgive(&self, caller: Caller, now: Duration) {
        let mut forgiven = self.forgiven.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = forgiven.get_mut(&caller) {
            *until = until.saturating_sub(self.regain);
            if *until <= now {
                forgiven.remove(&caller);
            }
        }
    }
}

fn make_room(forgiven: &mut HashMap<Caller, Duration>, now: Duration) {
    forgiven.retain(|_, until| *until > now);
    if forgiven.len() >= MAX_CALLERS {
        let least = forgiven.iter().min_by_key(|(_, until)| **until);
        if let Some(least) = least.map(|(caller, _)| *caller) {
            forgiven.remove(&least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> Caller {
        Caller::at(IpAddr::V4(number.into()))
    }

    #[test]
    fn a_caller_may_fail_so_often_and_then_again_as_time_passes() {
        let throttle = Throttle::new(3, Duration::from_secs(30));
        let at = Duration::from_secs;
        for _ in 0..3 {
            assert_eq!(throttle.begin(address(1), at(100)), Ok(()));
        }
        assert_eq!(throttle.begin(address(1), at(100)), Err(at(10)));
        assert_eq!(throttle.begin(address(2), at(100)), Ok(()));
        assert_eq!(throttle.begin(address(1), at(110)), Ok(()));
        assert_eq!(throttle.begin(address(1), at(110)), Err(at(10)));
        throttle.forgive(address(1), at(110));
        assert_eq!(throttle.begin(address(1), at(110)), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_who_failed_most_is_kept() {
        let throttle = Throttle::new(3, Duration::from_secs(30));
        let now = Duration::from_secs(1);
        for _ in 0..3 {
            throttle.begin(address(0), now).unwrap();
        }
        for number in 1..=10_000 {
            throttle.begin(address(number), now).unwrap();
        }
        assert!(throttle.forgiven.lock().unwrap().len() <= MAX_CALLERS);
        assert!(throttle.begin(address(0), now).is_err());
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller_and_a_mapped_address_the_ipv4_one() {
        let of = |text: &str| Caller::at(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
    }
}
