//! Times in words.

use std::time::Duration;

/// The largest unit that fits: `3 d`, `5 h`, `7 min`, `9 s`.
pub(crate) fn words(time: Duration) -> String {
    const DAY: u64 = 24 * 3600;
    match time.as_secs() {
        secs if secs >= 3 * DAY => format!("{} d", secs / DAY),
        secs if secs >= 3600 => format!("{} h", secs / 3600),
        secs if secs >= 60 => format!("{} min", secs / 60),
        secs => format!("{secs} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_its_largest_unit() {
        for (secs, said) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (3600, "1 h"),
            (259_199, "71 h"),
            (259_200, "3 d"),
        ] {
            assert_eq!(words(Duration::from_secs(secs)), said);
        }
    }
}
