//! [`RowSettings`]: what a sender's row leaves open, as `settings` say it.

use hookgate::{
    providers::{
        known::{KnownSender, OpenSettings},
        preset::Preset,
    },
    tenants::Keys,
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};

use crate::settings::dated_events::{ACCEPT_UNREADABLE_TIME, DatedEventsConfig};

/// The settings of a preset whose row leaves something open. Its sender's events may say when they occurred.
pub(crate) struct RowSettings {
    dated: DatedEventsConfig,
    pub(crate) open: OpenSettings,
}

impl<'de> Deserialize<'de> for RowSettings {
    /// Member by member: flattened, unknown ones would not be refused.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?.into_iter();
        let (dated, open): (Map<_, _>, Map<_, _>) =
            members.partition(|(name, _)| name == ACCEPT_UNREADABLE_TIME);
        Ok(Self {
            dated: serde_json::from_value(Value::Object(dated)).map_err(D::Error::custom)?,
            open: serde_json::from_value(Value::Object(open)).map_err(D::Error::custom)?,
        })
    }
}

impl RowSettings {
    pub(crate) fn preset(self, sender: &KnownSender, keys: Keys) -> Preset {
        self.dated.preset(sender, keys).open_settings(self.open)
    }
}
