//! [`Backoff`]: when a process is asked for again. Plain decisions, without clock or store.

use std::time::Duration;

use crate::identity::ExpectationKey;

/// How long the fallback waits before it asks for a process again.
///
/// The ceiling doubles with each question. The wait is between half of it and all of it, and another one for each process, so
/// that those which began together do not stay together. It follows from the process's key and the number of questions. So a
/// schedule can be played again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The ceiling of the wait after the first question.
    pub first: Duration,
    /// No ceiling is above this.
    pub longest: Duration,
}

/// 10 s at first, 10 min at most.
impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            longest: Duration::from_secs(600),
        }
    }
}

impl Backoff {
    /// The wait after the question of this number, counted from 0.
    pub(super) fn wait(&self, key: &ExpectationKey, asked: u32) -> Duration {
        let doubled = 2_u32.checked_pow(asked).unwrap_or(u32::MAX);
        let ceiling = self.first.saturating_mul(doubled).min(self.longest);
        ceiling.mul_f64(0.5 + share(key, asked) / 2.0)
    }
}

/// In 0 to 1. The key is a digest, so its bytes are as good as random.
fn share(key: &ExpectationKey, asked: u32) -> f64 {
    let at = usize::try_from(asked % 16).unwrap_or_default();
    let bytes = key.as_bytes().iter().skip(at * 2).take(2);
    let number = bytes.fold(0_u16, |number, byte| (number << 8) | u16::from(*byte));
    f64::from(number) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_between_half_of_the_ceiling_and_all_of_it() {
        let backoff = Backoff::default();
        let least = ExpectationKey::from_bytes([0; 32]);
        let most = ExpectationKey::from_bytes([0xff; 32]);
        for (asked, ceiling) in [
            (0, 10),
            (1, 20),
            (5, 320),
            (6, 600),
            (15, 600),
            (u32::MAX, 600),
        ] {
            let ceiling = Duration::from_secs(ceiling);
            assert_eq!(backoff.wait(&least, asked), ceiling / 2, "{asked}");
            assert_eq!(backoff.wait(&most, asked), ceiling, "{asked}");
        }
    }
}
