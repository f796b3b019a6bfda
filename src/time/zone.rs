//! [`Zone`], [`LocalTime`]: the hours that people's clocks show.

use std::fmt;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{TimeZone, TimeZoneDatabase},
};

use super::UnixTime;
use crate::setup::BuildError;

/// A time zone of the tz database, with all its changes between summer and winter.
#[derive(Clone)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// By its name, such as `Europe/Madrid`. The machine's data counts, since it is kept up to date. Where it has none, or
    /// not this name, the library's own does.
    pub(crate) fn named(name: &str) -> Result<Self, BuildError> {
        let zone = TimeZone::get(name).or_else(|_| TimeZoneDatabase::bundled().get(name));
        zone.map(Self).map_err(|_| BuildError::Name {
            what: "time zone",
            why: "the tz database has no such name: write continent and city, such as `Europe/Madrid`, or `UTC`",
        })
    }

    /// What a clock there shows at this moment.
    pub(crate) fn local(&self, at: UnixTime) -> LocalTime {
        // Beyond the years that have a date, nothing is expected of anybody.
        let at = Timestamp::from_millisecond(at.as_millis()).unwrap_or(Timestamp::UNIX_EPOCH);
        LocalTime(self.0.to_datetime(at))
    }
}

/// What the clock on the wall shows in a time zone: see [`SilenceBuilder::quiet_in`](crate::silence::SilenceBuilder::quiet_in).
///
/// In spring an hour is missing, and in autumn one comes twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LocalTime(DateTime);

impl LocalTime {
    /// The year, of the Gregorian calendar.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// 1 to 12.
    pub fn month(self) -> u8 {
        unsigned(self.0.month())
    }

    /// The day of the month: 1 to 31.
    pub fn day(self) -> u8 {
        unsigned(self.0.day())
    }

    /// The day of the week as ISO 8601 counts it: 1 is Monday, 7 is Sunday.
    pub fn weekday(self) -> u8 {
        unsigned(self.0.weekday().to_monday_one_offset())
    }

    /// 0 to 23.
    pub fn hour(self) -> u8 {
        unsigned(self.0.hour())
    }

    /// 0 to 59.
    pub fn minute(self) -> u8 {
        unsigned(self.0.minute())
    }
}

/// None of them is ever negative.
fn unsigned(number: i8) -> u8 {
    number.unsigned_abs()
}

impl fmt::Debug for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalTime({})", self.0)
    }
}
