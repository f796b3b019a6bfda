//! [`Answers`]: whether the question of a sender is answered, as settings say it.

use hookgate::{Secret, providers::preset::Preset};
use serde::Deserialize;

use crate::settings::{refused::Refused, shared_secret::secret};

/// `true`, or the secret of the answer, spelt as a key is.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected `true`, or the secret of the answer, such as `utf8:…`"
)]
pub(crate) enum ChallengeRule {
    Answered(bool),
    With(String),
}

/// Whether the question of a sender is answered, and with which secret.
pub(crate) enum Answers {
    No,
    Plain,
    With(Secret),
}

impl Answers {
    pub(crate) fn read(rule: Option<ChallengeRule>) -> Result<Self, Refused> {
        Ok(match rule {
            None | Some(ChallengeRule::Answered(false)) => Self::No,
            Some(ChallengeRule::Answered(true)) => Self::Plain,
            Some(ChallengeRule::With(text)) => Self::With(secret(&text).ok_or_else(|| {
                Refused::Malformed("`settings`: `challenge`: no secret such as `utf8:…`".to_owned())
            })?),
        })
    }

    /// `preset`, which answers as this says.
    pub(crate) fn of(self, preset: Preset) -> Preset {
        match self {
            Self::No => preset,
            Self::Plain => preset.answer_challenge(),
            Self::With(secret) => preset.answer_challenge_with(secret),
        }
    }
}
