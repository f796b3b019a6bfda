//! [`Meter`]: what one receiver records. Without the feature `metrics` it does nothing.

#[cfg(feature = "metrics")]
mod recorded;
#[cfg(not(feature = "metrics"))]
mod unrecorded;

#[cfg(feature = "metrics")]
pub(crate) use self::recorded::{Level, Meter};
#[cfg(not(feature = "metrics"))]
pub(crate) use self::unrecorded::{Level, Meter};

/// A call of the dedup store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreCall {
    Claim,
    Settle,
    Release,
    Extend,
    Look,
}

impl StoreCall {
    /// The name in logs and metrics.
    #[cfg_attr(
        not(any(feature = "tracing", feature = "metrics")),
        expect(dead_code, reason = "nobody is told")
    )]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Settle => "settle",
            Self::Release => "release",
            Self::Extend => "extend",
            Self::Look => "look",
        }
    }
}
