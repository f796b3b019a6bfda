//! [`Account`], [`Environment`]: who asks, and which of Unico's services.

use std::{fmt, sync::Arc};

use super::Contract;
use crate::{keys::jose::AssertionKey, setup::BuildError};

/// Which of Unico's services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// Production.
    Production,
    /// Acceptance tests: `uat`.
    Uat,
}

impl Environment {
    pub(super) fn identity(self) -> &'static str {
        match self {
            Self::Production => "https://identity.acesso.io",
            Self::Uat => "https://identityhomolog.acesso.io",
        }
    }

    pub(super) fn api(self, contract: Contract) -> &'static str {
        match (self, contract) {
            (Self::Production, Contract::Api) => "https://api.id.unico.app",
            (Self::Uat, Contract::Api) => "https://api.id.uat.unico.app",
            (Self::Production, Contract::Sdk) => "https://api.idcloud.unico.app",
            (Self::Uat, Contract::Sdk) => "https://api.idcloud.uat.unico.app",
        }
    }
}

/// A service account of Unico's.
pub struct Account {
    pub(super) issuer: String,
    /// By which the API counts questions (known).
    pub(super) tenant: Arc<str>,
    pub(super) key: AssertionKey,
}

impl Account {
    /// `account` and `tenant` as Unico gave them, and the account's private RSA key in PEM.
    ///
    /// # Errors
    ///
    /// When the key is no private RSA key, or one of the names is empty or has characters that none has.
    pub fn new(account: &str, tenant: &str, pem: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        for (what, name) in [
            ("name of the account", account),
            ("tenant of the account", tenant),
        ] {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.is_empty() || !name.chars().all(is_plain) {
                return Err(BuildError::Name {
                    what,
                    why: "it has letters, digits, `-`, `_` and `.` alone",
                });
            }
        }
        Ok(Self {
            issuer: format!("{account}@{tenant}.iam.acesso.io"),
            tenant: tenant.into(),
            key: AssertionKey::pem(pem)?,
        })
    }
}

/// Shows no key.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
