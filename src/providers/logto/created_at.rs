//! The time format of `createdAt`.

use time::OffsetDateTime;

use crate::UnixTime;

/// A time as JavaScript's `toISOString` writes it: UTC, three decimals, `Z`. Times outside the
/// years 0 to 9999, which RFC 3339 cannot write, become 1970.
pub(crate) fn text(at: UnixTime) -> String {
    let nanos = i128::from(at.as_millis()).saturating_mul(1_000_000);
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .filter(|time| (0..=9999).contains(&time.year()))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_logto_writes_them() {
        for text in [
            "2026-11-21T23:35:15.360Z",
            "1970-01-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "0000-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
            "2024-02-29T01:02:03.004Z",
        ] {
            let time = UnixTime::from_rfc3339(text);
            assert_eq!(time.map(super::text).as_deref(), Some(text));
        }
        let beyond = UnixTime::from_millis(i64::MAX);
        assert_eq!(super::text(beyond), "1970-01-01T00:00:00.000Z");
    }
}
