//! [`Unsigned`]: what arrived beside the authenticated bytes.

use std::fmt;

/// What arrived beside the authenticated bytes: whoever could send the request could write it. It never
/// identifies, dates or routes an event, unless a setting whose name says so asks for it.
///
/// `Debug` shows nothing of it.
///
/// ```
/// use hookgate::{Delivery, json::{Json, Payload}};
///
/// /// Good enough to count by: whoever captured a delivery can write another type over it.
/// fn label(delivery: &Delivery<Payload<Json>>) -> String {
///     let claimed = delivery.claimed_type();
///     claimed.map_or("none".to_owned(), |claimed| (*claimed.trust_unsigned()).to_owned())
/// }
/// # let _ = label;
/// ```
#[derive(Clone, Copy)]
pub struct Unsigned<T>(T);

impl<T> Unsigned<T> {
    /// Marks `value` as unsigned.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Named so that a reader sees where something unsigned is believed.
    pub const fn trust_unsigned(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Unsigned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsigned(..)")
    }
}
