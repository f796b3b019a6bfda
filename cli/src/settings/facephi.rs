//! What Facephi's pack leaves open, as `settings` say it.

use hookgate::{providers::facephi::Facephi, schemes::Recipe, tenants::Keys};
use serde::Deserialize;

/// The settings of `facephi`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FacephiConfig {
    #[serde(default)]
    recipe: Recipe,
    #[serde(default)]
    trust_claimed_type: bool,
    #[serde(default)]
    plain_json: bool,
    #[serde(default)]
    accept_unreadable_time: bool,
}

impl FacephiConfig {
    pub(crate) fn pack(self, keys: Keys) -> Facephi {
        let mut pack = Facephi::new(keys).recipe(self.recipe);
        if self.trust_claimed_type {
            pack = pack.trust_claimed_type();
        }
        if self.plain_json {
            pack = pack.plain_json();
        }
        if self.accept_unreadable_time {
            pack = pack.accept_unreadable_time();
        }
        pack
    }
}
