//! [`SecretForm`]: in which form a sender's console shows a secret, and what its variable is called.

use crate::keys::Encoding;

/// In which form a sender's console shows a secret, and in which environment variable tools look for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretForm {
    /// How it is written.
    pub encoding: Encoding,
    /// The variable, in the sender's own words.
    pub variable: &'static str,
    /// Where the sender's console shows it: the way there, one step after the other. `None`: nobody has said so.
    pub shown_in: Option<&'static str>,
    /// What has a secret of its own, where that is more than each endpoint: a sentence for whoever looks for the right one.
    pub several: Option<&'static str>,
}

impl SecretForm {
    /// The text's own bytes are the key.
    pub(super) const fn text(variable: &'static str) -> Self {
        Self::of(Encoding::Utf8, variable)
    }

    /// `whsec_` and base64.
    pub(super) const fn whsec(variable: &'static str) -> Self {
        Self::of(Encoding::Whsec, variable)
    }

    /// Any other way of writing one.
    pub(super) const fn of(encoding: Encoding, variable: &'static str) -> Self {
        Self {
            encoding,
            variable,
            shown_in: None,
            several: None,
        }
    }

    /// With where the console shows it.
    pub(super) const fn shown_in(self, place: &'static str) -> Self {
        Self {
            shown_in: Some(place),
            ..self
        }
    }

    /// With the sentence that says what has a secret of its own.
    pub(super) const fn several(self, sentence: &'static str) -> Self {
        Self {
            several: Some(sentence),
            ..self
        }
    }
}
