//! [`UnixTime`]: a moment, in milliseconds since the epoch.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A moment in milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// All arithmetic saturates: a timestamp that a sender made up can never panic or wrap.
///
/// ```
/// use std::time::Duration;
/// use hookgate::UnixTime;
///
/// let signed = UnixTime::from_rfc3339("2026-11-28T10:00:00+01:00").unwrap();
/// assert_eq!(signed.as_secs(), 1_795_856_400);
/// assert_eq!(signed.to_rfc3339(), "2026-11-28T09:00:00.000Z");
///
/// let now = signed.saturating_add(Duration::from_millis(1500));
/// assert_eq!(now.as_millis(), 1_795_856_401_500);
/// assert_eq!(now.since(signed), Duration::from_millis(1500));
/// assert_eq!(signed.since(now), Duration::ZERO);
/// assert_eq!(UnixTime::from_secs(i64::MAX).saturating_add(Duration::MAX), UnixTime::from_millis(i64::MAX));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

impl UnixTime {
    /// 1970-01-01T00:00:00Z. In a signed event it means "no time": senders use it as a placeholder.
    pub const EPOCH: Self = Self(0);

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch; saturates.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// From the operating system's time; saturates.
    pub fn from_system(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::EPOCH.saturating_add(after),
            Err(before) => Self::EPOCH.saturating_sub(before.duration()),
        }
    }

    /// Reads an RFC 3339 date and time.
    ///
    /// Date and time are parted by `T` or `t`, or by a space. RFC 3339, section 5.6 leaves it to applications to take a
    /// space, and senders write one; no other character is taken.
    ///
    /// # Errors
    ///
    /// `None` when the text is not RFC 3339.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        /// `2026-11-28`
        const DATE_BYTES: usize = 10;
        if !matches!(text.as_bytes().get(DATE_BYTES), Some(b'T' | b't' | b' ')) {
            return None;
        }
        let time =
            time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
                .ok()?;
        let millis = time.unix_timestamp_nanos().div_euclid(1_000_000);
        i64::try_from(millis).ok().map(Self)
    }

    /// This moment as an RFC 3339 date and time in UTC with three decimals, the form of ECMAScript's
    /// `toISOString`. Years that RFC 3339 cannot write become 1970.
    pub fn to_rfc3339(self) -> String {
        let nanos = i128::from(self.0).saturating_mul(1_000_000);
        let time = time::OffsetDateTime::from_unix_timestamp_nanos(nanos)
            .ok()
            .filter(|time| (0..=9999).contains(&time.year()))
            .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            time.year(),
            u8::from(time.month()),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond(),
        )
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment plus `by`; saturates.
    pub fn saturating_add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// This moment minus `by`; saturates.
    pub fn saturating_sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(millis(by)))
    }

    /// How long after `earlier` this moment is; zero when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Debug for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixTime({} ms)", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_ecmascript_writes_them() {
        for text in [
            "2026-11-21T23:35:15.360Z",
            "1970-01-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "0000-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
            "2024-02-29T01:02:03.004Z",
        ] {
            let time = UnixTime::from_rfc3339(text);
            assert_eq!(time.map(UnixTime::to_rfc3339).as_deref(), Some(text));
        }
        let beyond = UnixTime::from_millis(i64::MAX);
        assert_eq!(beyond.to_rfc3339(), "1970-01-01T00:00:00.000Z");
    }
}
