//! [`HeaderSecrets`]: any number of headers with fixed values.

use std::fmt;

use http::{HeaderName, HeaderValue};
use subtle::Choice;

use super::{API_KEY_CHALLENGE, Access, Denied, api_key::NotAName, credential::Credential};
use crate::{
    request::{Head, Single},
    setup::BuildError,
    time::UnixTime,
};

/// Headers that must all stand once, each with exactly its value: the key and value pairs of a sender's
/// form.
///
/// All pairs are compared, whichever fails, so that time does not tell which one is wrong.
///
/// ```
/// use hookgate::access::HeaderSecrets;
///
/// let access = HeaderSecrets::new([("x-client", "acme"), ("x-token", "0f3c…")]);
/// # let _ = access;
/// ```
pub struct HeaderSecrets {
    pairs: Vec<(Result<HeaderName, NotAName>, Credential)>,
}

impl HeaderSecrets {
    /// All of `pairs` must be there. None at all, a name that is none, a name that comes twice, or a
    /// value that could never arrive is refused when the receiver is built.
    pub fn new<N: AsRef<str>, V: AsRef<[u8]>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self {
            pairs: pairs
                .into_iter()
                .map(|(name, value)| {
                    let name = name.as_ref();
                    (NotAName::or(name), Credential::new(value.as_ref()))
                })
                .collect(),
        }
    }
}

impl Access for HeaderSecrets {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        // Without pairs nothing is shown.
        let mut right = Choice::from(u8::from(!self.pairs.is_empty()));
        let mut missing = false;
        for (name, credential) in &self.pairs {
            let found = name
                .as_ref()
                .map_or(Single::Repeated, |name| head.single(name));
            right &= match found {
                Single::Value(value) => credential.matches(value),
                Single::Missing | Single::Repeated => credential.matches(&[]),
            };
            missing |= found == Single::Missing;
        }
        match (bool::from(right), missing) {
            (true, _) => Ok(()),
            (false, true) => Err(Denied::Missing),
            (false, false) => Err(Denied::Wrong),
        }
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![API_KEY_CHALLENGE]
    }

    fn reads(&self, name: &HeaderName) -> bool {
        let mut names = self.pairs.iter().flat_map(|(own, _)| own);
        names.any(|own| own == name)
    }

    fn validate(&self) -> Result<(), BuildError> {
        if self.pairs.is_empty() {
            return Err(BuildError::Access(
                "header secrets without a single pair check nothing: \
                 if anyone may call, say so with `AnyoneMayCall`",
            ));
        }
        for (place, (name, credential)) in self.pairs.iter().enumerate() {
            let name = name.as_ref().map_err(|NotAName| BuildError::Name {
                what: "required header",
                why: "it is not a header name",
            })?;
            let earlier = self.pairs.iter().take(place);
            if earlier
                .flat_map(|(other, _)| other)
                .any(|other| other == name)
            {
                return Err(BuildError::Name {
                    what: "required header",
                    why: "it is required twice, but may stand only once",
                });
            }
            credential.validate("the value of a header pair")?;
        }
        Ok(())
    }
}

impl fmt::Debug for HeaderSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.pairs.iter().map(|(name, _)| name.as_ref().ok());
        f.debug_tuple("HeaderSecrets")
            .field(&names.collect::<Vec<_>>())
            .finish()
    }
}
