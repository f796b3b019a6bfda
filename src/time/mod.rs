//! Time: moments, clocks and timers, all of them arguments.
//!
//! Nothing in the library reads a clock or sleeps by itself: a receiver has a [`Clock`] and a [`Timer`], and tests bring
//! their own.

mod clock;
mod event_time;
#[cfg(feature = "testing")]
mod fake_clock;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod system_clock;
mod timer;
#[cfg(feature = "tokio")]
mod tokio_timer;
mod unix_time;
mod wait;
mod window;
mod written;
#[cfg(feature = "time-zones")]
mod zone;

use std::time::Duration;

#[cfg(feature = "testing")]
pub use self::fake_clock::FakeClock;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use self::system_clock::SystemClock;
#[cfg(feature = "tokio")]
pub use self::tokio_timer::TokioTimer;
#[cfg(feature = "tokio")]
pub(crate) use self::tokio_timer::spawn;
#[cfg(feature = "time-zones")]
pub use self::zone::LocalTime;
#[cfg(feature = "time-zones")]
pub(crate) use self::zone::Zone;
pub use self::{
    clock::Clock,
    event_time::EventTime,
    timer::{Background, Sleep, Timer},
    unix_time::UnixTime,
    window::Window,
    written::{read_age, read_moment},
};
pub(crate) use self::{
    clock::of_system,
    event_time::{ACCEPTS_UNREADABLE_TIME, accepts_unreadable_time},
    wait::{Elapsed, Limit, beside, both, either, first_of, within},
};

/// Clocks of sender and receiver drift: what is remembered must outlive what is accepted by this much.
pub(crate) const RETENTION_MARGIN: Duration = Duration::from_secs(60);
