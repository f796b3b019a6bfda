//! Durations in an engine's unit, and what is kept of a content.

use std::time::Duration;

use hookgate::pack::ContentDigest;

/// Engines compute in signed 64-bit numbers, and add a duration to the time of day. A hundred years fit in.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// In milliseconds, up to a hundred years. Rounded up, so that nothing ends early.
///
/// ```
/// use std::time::Duration;
///
/// use hookgate_store_kit::rounding::millis;
///
/// assert_eq!(millis(Duration::from_nanos(1_000_001)), 2);
/// ```
pub fn millis(duration: Duration) -> i64 {
    units(duration, 1_000_000)
}

/// In microseconds, up to a hundred years. Rounded up, so that nothing ends early.
pub fn micros(duration: Duration) -> i64 {
    units(duration, 1_000)
}

fn units(duration: Duration, nanos: u128) -> i64 {
    let units = duration.min(LONGEST).as_nanos().div_ceil(nanos);
    i64::try_from(units).unwrap_or(i64::MAX)
}

/// What is left until an end, from an engine's milliseconds. Zero where the end has gone by.
pub fn left(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// What a store keeps of a content: its first 8 bytes tell contents apart well enough, since a difference is an
/// observation, not a verdict.
pub fn kept(content: Option<&ContentDigest>) -> Option<[u8; 8]> {
    content.and_then(|digest| digest.as_bytes().first_chunk().copied())
}

/// The same as a number, for a column of 64 bits.
pub fn kept_number(content: Option<&ContentDigest>) -> Option<i64> {
    kept(content).map(i64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_early_and_times_can_be_added() {
        assert_eq!(millis(Duration::ZERO), 0);
        assert_eq!(millis(Duration::from_millis(7)), 7);
        assert_eq!(millis(Duration::from_nanos(1_000_001)), 2);
        assert_eq!(millis(Duration::MAX), 3_153_600_000_000);
        assert_eq!(micros(Duration::from_micros(7)), 7);
        assert_eq!(micros(Duration::from_nanos(7_001)), 8);
        assert_eq!(micros(Duration::MAX), 3_153_600_000_000_000);
    }

    #[test]
    fn what_has_ended_has_nothing_left() {
        assert_eq!(left(i64::MIN), Duration::ZERO);
        assert_eq!(left(0), Duration::ZERO);
        assert_eq!(left(7), Duration::from_millis(7));
    }

    /// Stored rows have them: another form would take each copy of today's events for another content.
    #[test]
    fn of_a_content_the_first_eight_bytes_are_kept_in_their_order() {
        let mut bytes = [0xff; 32];
        bytes[..8].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        let content = ContentDigest::from_bytes(bytes);
        assert_eq!(kept(Some(&content)), Some([1, 2, 3, 4, 5, 6, 7, 8]));
        assert_eq!(kept_number(Some(&content)), Some(0x0102_0304_0506_0708));
        assert_eq!((kept(None), kept_number(None)), (None, None));
    }
}
