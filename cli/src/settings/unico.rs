//! What Unico's packs leave open, as `settings` say it.

use hookgate::providers::{
    idcloud::{IdCloud, Status},
    unico_check::UnicoCheck,
};
use serde::Deserialize;

use crate::settings::{refused::Refused, signed_request::SignedRequestRule, text::Text};

/// The settings of `idcloud`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdCloudConfig {
    #[serde(default)]
    generation: Generation,
}

/// Which bodies the endpoint takes.
#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Generation {
    #[default]
    Current,
    Numeric,
    Both {
        terminal: Vec<Status>,
    },
}

impl IdCloudConfig {
    pub(crate) fn pack(self) -> IdCloud {
        match self.generation {
            Generation::Current => IdCloud::new(),
            Generation::Numeric => IdCloud::numeric(),
            Generation::Both { terminal } => IdCloud::both_generations(terminal),
        }
    }
}

/// The settings of `unico-check`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnicoCheckConfig {
    #[serde(default)]
    distinct_by_content: bool,
    #[serde(default)]
    accept_unreadable_time: bool,
    signed: Option<SignedRequestRule>,
}

impl UnicoCheckConfig {
    /// How requests are signed, where they are.
    pub(crate) fn into_signed(self) -> Option<SignedRequestRule> {
        self.signed
    }

    pub(crate) fn pack(self, keys: &[Text<'_>]) -> Result<UnicoCheck, Refused> {
        let mut pack = match self.signed {
            None => UnicoCheck::new(),
            Some(rule) => {
                let (scheme, keys) = rule.scheme(keys)?;
                UnicoCheck::signed(scheme, keys)
            }
        };
        if self.distinct_by_content {
            pack = pack.distinct_by_content();
        }
        if self.accept_unreadable_time {
            pack = pack.accept_unreadable_time();
        }
        Ok(pack)
    }
}
