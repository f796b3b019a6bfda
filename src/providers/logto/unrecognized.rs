//! Events that arrive whole, but not in a type of their own.

use std::fmt;

use super::{Json, Misfit, event::Facts};
use crate::time::EventTime;

/// An event with an unknown name, or with members that do not fit its name's type.
#[derive(Clone)]
#[non_exhaustive]
pub struct Unrecognized {
    /// The name as it was sent.
    pub name: String,
    /// The whole body.
    pub raw: Json,
    /// Why there is no type for it.
    pub error: Misfit,
    pub(super) time: EventTime,
    pub(super) hook_id: Option<String>,
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unrecognized")
            .field("name", &self.name)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl Facts for Unrecognized {
    fn time(&self) -> EventTime {
        self.time
    }

    fn hook_id(&self) -> Option<&str> {
        self.hook_id.as_deref()
    }

    fn session_id(&self) -> Option<&str> {
        None
    }

    fn user_id(&self) -> Option<&str> {
        None
    }

    fn status(&self) -> Option<u16> {
        None
    }
}
