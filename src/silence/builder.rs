//! [`SilenceBuilder`]: what can be set.

use std::{fmt, sync::Arc, time::Duration};

use super::{Inner, IsQuiet, LOOKS, Silence};
#[cfg(feature = "time-zones")]
use crate::time::{LocalTime, Zone};
use crate::{
    dedup::OwnerTokens,
    polling::{BoxExpectations, Expectations},
    receiver::Receiver,
    setup::BuildError,
    telemetry::log,
    time::UnixTime,
};

/// Settings of a [`Silence`].
#[must_use = "silence is only heard from `build` on"]
pub struct SilenceBuilder {
    receiver: Receiver,
    store: BoxExpectations,
    every: Duration,
    is_quiet: Result<Option<IsQuiet>, BuildError>,
}

impl Receiver {
    /// Expects a delivery at least so often, and tells where none comes: the [observer](crate::Observer::silent), the log and
    /// a metric.
    pub fn expect_every(&self, every: Duration, store: impl Expectations) -> SilenceBuilder {
        SilenceBuilder {
            receiver: self.clone(),
            store: BoxExpectations::new(store),
            every,
            is_quiet: Ok(None),
        }
    }
}

impl SilenceBuilder {
    /// Hours in which nothing is expected, by a clock in UTC. A silence is told no sooner than the expected time after their end.
    pub fn quiet(mut self, hours: impl Fn(UnixTime) -> bool + Send + Sync + 'static) -> Self {
        self.is_quiet = Ok(Some(Arc::new(hours)));
        self
    }

    /// The same by the clocks of a time zone, which change between summer and winter. `zone` is a name of the tz database, such
    /// as `Europe/Madrid`. It takes the place of [`quiet`](Self::quiet). Feature `time-zones`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hookgate::{Receiver, polling::MemoryExpectations};
    /// # fn listen(receiver: &Receiver) -> Result<(), hookgate::BuildError> {
    /// let silence = receiver
    ///     .expect_every(Duration::from_secs(3600), MemoryExpectations::new())
    ///     // Nights, Saturdays and Sundays.
    ///     .quiet_in("Europe/Madrid", |at| at.hour() < 8 || at.hour() >= 22 || at.weekday() >= 6)
    ///     .build()?;
    /// # let _ = silence;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "time-zones")]
    pub fn quiet_in(
        self,
        zone: &str,
        hours: impl Fn(LocalTime) -> bool + Send + Sync + 'static,
    ) -> Self {
        match Zone::named(zone) {
            Ok(zone) => self.quiet(move |at| hours(zone.local(at))),
            Err(why) => Self {
                is_quiet: Err(why),
                ..self
            },
        }
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When no time zone has the name that was given. When the time is less than ten seconds, or longer than each time between two quiet hours within a year: then
    /// nothing would ever be told.
    pub fn build(self) -> Result<Silence, BuildError> {
        if self.every < Duration::from_secs(u64::from(LOOKS)) {
            return Err(BuildError::Fallback(
                "a delivery is expected at most every ten seconds: raise the time of `expect_every`",
            ));
        }
        let inner = Inner {
            receiver: self.receiver,
            store: self.store,
            every: self.every,
            is_quiet: self.is_quiet?,
            owners: OwnerTokens::new()?,
        };
        if !inner.can_tell() {
            return Err(BuildError::Fallback(
                "no time between two quiet hours is as long as that of `expect_every`: shorten either",
            ));
        }
        let silence = Silence(Arc::new(inner));
        log::checked(silence.0.receiver.name(), &silence.check());
        Ok(silence)
    }
}

impl fmt::Debug for SilenceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SilenceBuilder")
            .field("endpoint", &self.receiver.name())
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}
