//! What Logto's pack leaves open, as `settings` say it.

use hookgate::{providers::logto::Logto, tenants::Keys};
use serde::Deserialize;

/// The settings of `logto`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogtoConfig {
    #[serde(default)]
    merge_hooks: bool,
    #[serde(default)]
    canonical_identity: bool,
    #[serde(default)]
    accept_unreadable_time: bool,
}

impl LogtoConfig {
    pub(crate) fn pack(self, keys: Keys) -> Logto {
        let mut pack = Logto::new(keys);
        if self.merge_hooks {
            pack = pack.merge_hooks();
        }
        if self.canonical_identity {
            pack = pack.canonical_identity();
        }
        if self.accept_unreadable_time {
            pack = pack.accept_unreadable_time();
        }
        pack
    }
}
