//! What packs build their events from: open to the unknown, lossless, silent in `Debug`.

mod depth;
pub(crate) mod json;
pub(crate) mod members;
mod misfit;
pub(crate) mod open_enum;

use std::fmt;

use serde::de::DeserializeOwned;

pub(crate) use self::depth::is_too_deep;
pub use self::{
    json::{ByName, Json},
    members::Extra,
    misfit::Misfit,
};

/// The body of an event in a type of the application's, or as it came.
///
/// For packs that only fix how a delivery is signed: what it says is between sender and application.
#[derive(Clone)]
pub enum Payload<T> {
    /// It fits.
    Known(T),
    /// It is JSON, but not a `T`. Not an error of the sender's: handle what you can, ignore the rest.
    Unrecognized {
        /// The whole body.
        raw: Json,
        /// Where it stopped fitting.
        error: Misfit,
    },
}

impl<T: DeserializeOwned> Payload<T> {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A fixed text, when the body is not UTF-8 JSON of at most 128 levels.
    pub(crate) fn read(body: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8")?;
        if is_too_deep(body) {
            return Err("the body is nested too deep");
        }
        match serde_json::from_str(text) {
            Ok(known) => Ok(Self::Known(known)),
            Err(error) => Ok(Self::Unrecognized {
                raw: Json::read(text).map_err(|_| "the body is not JSON")?,
                error: Misfit::at(&error),
            }),
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
