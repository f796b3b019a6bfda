//! What Logto's pack leaves open, as `settings` say it.

use hookgate::{providers::logto::Logto, tenants::Keys};
use serde::Deserialize;

/// The settings of `logto`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogtoConfig {
    #[serde(default)]
    accept_unreadable_time: bool,
}

impl LogtoConfig {
    pub(crate) fn pack(self, keys: Keys) -> Logto {
        let pack = Logto::new(keys);
        if self.accept_unreadable_time {
            return pack.accept_unreadable_time();
        }
        pack
    }
}
