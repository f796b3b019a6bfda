//! [`Credential`]: one accepted value, known by its digest only.

use subtle::{Choice, ConstantTimeEq};

use crate::{
    keys::SecretDigest,
    setup::{BuildError, SecretError},
};

/// A value that a sender must present.
pub(super) struct Credential {
    digest: SecretDigest,
    fault: Option<SecretError>,
}

impl Credential {
    /// The credential `value`, as it stands in a header.
    pub(super) fn new(value: &[u8]) -> Self {
        let fault = if value.is_empty() {
            Some(SecretError::Empty)
        } else if value.trim_ascii().len() != value.len() {
            // HTTP strips white space around values: this one could never arrive.
            Some(SecretError::Stray)
        } else if value.iter().any(|byte| byte.is_ascii_control()) {
            Some(SecretError::Encoding("header value"))
        } else {
            None
        };
        Self {
            digest: SecretDigest::of(&[value]),
            fault,
        }
    }

    /// A credential that arrives encoded, so that any byte may be in it; checked by its caller.
    pub(super) fn decoded(value: &[u8]) -> Self {
        Self {
            digest: SecretDigest::of(&[value]),
            fault: None,
        }
    }

    /// Whether `presented` is this value. One that cannot be right matches nothing, even where nobody
    /// validated it.
    pub(super) fn matches(&self, presented: &[u8]) -> Choice {
        self.matches_digest(&SecretDigest::of(&[presented]))
    }

    fn matches_digest(&self, presented: &SecretDigest) -> Choice {
        presented.ct_eq(&self.digest) & Choice::from(u8::from(self.fault.is_none()))
    }

    /// `what` names it in the error.
    pub(super) fn validate(&self, what: &'static str) -> Result<(), BuildError> {
        match self.fault.clone() {
            None => Ok(()),
            Some(flaw) => Err(BuildError::Credential { what, flaw }),
        }
    }
}

/// Whether `presented` is any of `accepted`. All are compared, so that time does not tell which.
pub(super) fn matches_any(accepted: &[Credential], presented: &[u8]) -> bool {
    let digest = SecretDigest::of(&[presented]);
    accepted
        .iter()
        .fold(Choice::from(0), |found, credential| {
            found | credential.matches_digest(&digest)
        })
        .into()
}
