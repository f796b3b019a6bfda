//! Times as arguments: ages such as `30d`, and moments.

use std::time::Duration;

use hookgate::{
    UnixTime,
    time::{Clock, SystemClock},
};

/// `90s`, `15m`, `12h`, `30d`.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    let read = || {
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
    };
    read().ok_or_else(|| "a time is a number and s, m, h or d, such as 30d".to_owned())
}

/// A moment by RFC 3339, or an age, which is so long ago.
pub(super) fn moment(text: &str) -> Result<UnixTime, String> {
    if let Some(moment) = UnixTime::from_rfc3339(text) {
        return Ok(moment);
    }
    match age(text) {
        Ok(age) => Ok(SystemClock::new().now().saturating_sub(age)),
        Err(_) => Err(
            "a moment is a time such as 2026-11-29T08:00:00Z, or how long ago, such as 2h"
                .to_owned(),
        ),
    }
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
            assert_eq!(age(text), Ok(Duration::from_secs(secs)), "{text}");
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
            "5ü",
        ] {
            assert!(age(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_are_times_or_ages() {
        let at = moment("2026-11-29T08:00:00Z");
        assert_eq!(at.map(UnixTime::as_secs), Ok(1_795_939_200));
        let ago = moment("2h").map(|at| SystemClock::new().now().since(at).as_secs());
        assert!(ago.is_ok_and(|ago| (7199..7260).contains(&ago)));
        assert!(moment("yesterday").is_err());
    }
}
