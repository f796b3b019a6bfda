//! The time format of `createdAt`.

use crate::UnixTime;

/// A time as JavaScript's `toISOString` writes it.
pub(crate) fn text(at: UnixTime) -> String {
    at.to_rfc3339()
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
