//! [`Payload`]: the body of an event in the application's type, or as it came.

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Misfit, is_too_deep};

/// The body of an event in a type of the application's, or as it came.
///
/// For packs that only fix how a delivery is signed: what it says is between sender and application, so
/// no body is refused for what it says.
#[derive(Clone)]
pub enum Payload<T> {
    /// It fits.
    Known(T),
    /// It is not a `T`, or not JSON at all. Not an error of the sender's: handle what you can, ignore the
    /// rest.
    Unrecognized {
        /// The whole body.
        raw: Bytes,
        /// Why it does not fit.
        error: Misfit,
    },
}

impl<T: DeserializeOwned> Payload<T> {
    /// Reads a body.
    pub(crate) fn read(body: &Bytes) -> Self {
        let read = if is_too_deep(body) {
            Err(Misfit::TooDeep)
        } else {
            serde_json::from_slice(body).map_err(|error| Misfit::at(&error))
        };
        match read {
            Ok(known) => Self::Known(known),
            Err(error) => Self::Unrecognized {
                raw: body.clone(),
                error,
            },
        }
    }
}

/// Shows whether it fits, never what it says.
impl<T> fmt::Debug for Payload<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(_) => f.write_str("Known(..)"),
            Self::Unrecognized { error, .. } => f
                .debug_struct("Unrecognized")
                .field("error", error)
                .finish_non_exhaustive(),
        }
    }
}
