//! What presets of senders whose events say when they occurred leave open, as `settings` say it.

use hookgate::{
    pack::TimeKind,
    providers::{known::KnownSender, preset::Preset},
    tenants::Keys,
};
use serde::Deserialize;

/// The one member of [`DatedEventsConfig`].
pub(crate) const ACCEPT_UNREADABLE_TIME: &str = "accept_unreadable_time";

/// The settings of such presets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatedEventsConfig {
    #[serde(default)]
    accept_unreadable_time: bool,
}

impl DatedEventsConfig {
    pub(crate) fn preset(self, sender: &KnownSender, keys: Keys) -> Preset {
        let pack = Preset::of(sender, keys);
        if self.accept_unreadable_time {
            return pack.accept_unreadable_time();
        }
        pack
    }
}

/// Whether the sender's events say when they occurred.
pub(crate) fn dates_events(sender: &KnownSender) -> bool {
    let time = sender.body_time.as_ref();
    time.is_some_and(|time| time.value().kind == TimeKind::OccurredAt)
}
