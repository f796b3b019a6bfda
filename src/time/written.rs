//! [`read_age`], [`read_moment`]: times as a person writes them.

use std::time::Duration;

use super::UnixTime;

/// `90s`, `15m`, `12h`, `30d`: a whole number without a sign, and its unit. `None` where it is nothing of the kind.
///
/// ```
/// use std::time::Duration;
/// use hookgate::time::read_age;
///
/// assert_eq!(read_age("15m"), Some(Duration::from_secs(900)));
/// assert_eq!(read_age("-15m"), None);
/// ```
pub fn read_age(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let secs: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return None,
    };
    let number = text.strip_suffix(unit)?;
    // `parse` takes a sign too.
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| is_plain)?;
    Some(Duration::from_secs(number.checked_mul(secs)?))
}

/// A time by RFC 3339, or an age: so long before `now`. `None` where it is neither.
///
/// ```
/// use hookgate::{UnixTime, time::read_moment};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(read_moment("2h", now), Some(UnixTime::from_secs(1_699_992_800)));
/// assert_eq!(read_moment("2023-11-14T22:13:20Z", UnixTime::EPOCH), Some(now));
/// assert_eq!(read_moment("yesterday", now), None);
/// ```
pub fn read_moment(text: &str, now: UnixTime) -> Option<UnixTime> {
    UnixTime::from_rfc3339(text).or_else(|| Some(now.saturating_sub(read_age(text)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_a_number_and_a_unit() {
        for (text, secs) in [
            ("0s", 0),
            ("90s", 90),
            ("15m", 900),
            ("2h", 7200),
            ("30d", 2_592_000),
        ] {
            assert_eq!(read_age(text), Some(Duration::from_secs(secs)), "{text}");
        }
        for text in [
            "",
            "d",
            "5",
            "-5d",
            "+5d",
            "1.5h",
            "5 d",
            "5w",
            "99999999999999999999s",
            "18446744073709551615d",
            "5ü",
        ] {
            assert_eq!(read_age(text), None, "{text}");
        }
    }

    #[test]
    fn an_age_longer_than_all_time_is_long_ago() {
        let now = UnixTime::from_secs(1_700_000_000);
        let at = read_moment("18446744073709551615s", now);
        assert!(at.is_some_and(|at| at < UnixTime::EPOCH), "{at:?}");
    }
}
