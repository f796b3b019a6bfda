//! [`Settings`]: the scheme's own fields, next to `access`.

use std::collections::BTreeMap;

use hookgate::json::{ByName, Json};
use serde::de::DeserializeOwned;

use crate::{
    output::fault,
    settings::{
        access::{AccessRule, Gates},
        refused::Refused,
    },
};

const ACCESS: &str = "access";

/// The members of `settings`.
#[derive(Default)]
pub(crate) struct Settings(ByName<Json>);

impl Settings {
    /// Reads the JSON text of `settings`.
    pub(crate) fn read(text: Option<&str>) -> Result<Self, Refused> {
        match text {
            None => Ok(Self::default()),
            // The one error that is not about syntax: a name that comes twice.
            Some(text) => serde_json::from_str(text).map(Self).map_err(|_| {
                malformed("not an object, or one of its members stands twice".to_owned())
            }),
        }
    }

    /// What the sender must present, and from where.
    pub(crate) fn gates(&self) -> Result<Gates, Refused> {
        let Some(text) = self.0.get(ACCESS) else {
            return Ok(Gates::default());
        };
        serde_json::from_str::<AccessRule>(text.get())
            .map_err(|error| malformed(format!("`access`: {}", fault::describe(&error))))?
            .gates()
    }

    /// The scheme's fields: all members except `access`.
    pub(crate) fn of_scheme<C: DeserializeOwned>(&self) -> Result<C, Refused> {
        let fields: BTreeMap<&str, &Json> = self.fields().collect();
        serde_json::to_string(&fields)
            .and_then(|text| serde_json::from_str(&text))
            .map_err(|error| malformed(fault::describe(&error)))
    }

    /// For packs that leave nothing to be set.
    pub(crate) fn of_nothing_else(&self) -> Result<(), Refused> {
        match self.fields().next() {
            None => Ok(()),
            Some(_) => Err(malformed(
                "unknown member, expected `access` at most".to_owned(),
            )),
        }
    }

    fn fields(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().filter(|(name, _)| *name != ACCESS)
    }
}

fn malformed(what: String) -> Refused {
    Refused::Malformed(format!("`settings`: {what}"))
}
