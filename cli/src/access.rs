//! [`AccessRule`]: what the sender must present, as `settings.access` says it.

use hookgate::access::ApiKey;
use serde::Deserialize;

/// How the sender logs in.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum AccessRule {
    /// A header with a fixed value.
    ApiKey {
        /// The header's name.
        header: String,
        /// Its value: a secret.
        value: String,
    },
}

impl AccessRule {
    /// The library's rule.
    pub(crate) fn access(&self) -> ApiKey {
        match self {
            Self::ApiKey { header, value } => ApiKey::header(header, value),
        }
    }
}
