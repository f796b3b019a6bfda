//! [`Answers`]: whether the question of a sender is answered, as settings say it.

use std::num::NonZeroU32;

use hookgate::{Secret, challenge::WebHooks, providers::preset::Preset};
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

/// Which senders of CloudEvents may send, and how many requests a minute.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebHooksRule {
    origins: Vec<String>,
    rate: Option<NonZeroU32>,
}

impl WebHooksRule {
    fn senders(self) -> Result<WebHooks, Refused> {
        let hooks = WebHooks::from_origins(self.origins)
            .map_err(|error| malformed(&format!("`web_hooks`: {error}")))?;
        Ok(match self.rate {
            Some(rate) => hooks.rate(rate),
            None => hooks,
        })
    }
}

/// Whether the question of a sender is answered, and with which secret.
pub(crate) struct Answers {
    challenge: Answer,
    web_hooks: Option<WebHooks>,
}

enum Answer {
    No,
    Plain,
    With(Secret),
}

impl Answers {
    pub(crate) fn read(
        challenge: Option<ChallengeRule>,
        web_hooks: Option<WebHooksRule>,
    ) -> Result<Self, Refused> {
        let challenge = match challenge {
            None | Some(ChallengeRule::Answered(false)) => Answer::No,
            Some(ChallengeRule::Answered(true)) => Answer::Plain,
            Some(ChallengeRule::With(text)) => Answer::With(
                secret(&text)
                    .ok_or_else(|| malformed("`challenge`: no secret such as `utf8:…`"))?,
            ),
        };
        let web_hooks = web_hooks.map(WebHooksRule::senders).transpose()?;
        Ok(Self {
            challenge,
            web_hooks,
        })
    }

    /// # Errors
    ///
    /// When something is to be answered: for providers that ask nothing.
    pub(crate) fn none(&self) -> Result<(), Refused> {
        match (&self.challenge, &self.web_hooks) {
            (Answer::No, None) => Ok(()),
            (Answer::No, Some(_)) => Err(malformed("`web_hooks`: this provider has none")),
            _ => Err(malformed(
                "`challenge`: no question of this provider is known",
            )),
        }
    }

    /// The senders who may ask by `OPTIONS`.
    ///
    /// # Errors
    ///
    /// When another question is to be answered: for providers that ask no other.
    pub(crate) fn web_hooks(mut self) -> Result<Option<WebHooks>, Refused> {
        let senders = self.web_hooks.take();
        self.none().map(|()| senders)
    }

    /// `preset`, which answers as this says.
    pub(crate) fn of(self, preset: Preset) -> Preset {
        let preset = match self.challenge {
            Answer::No => preset,
            Answer::Plain => preset.answer_challenge(),
            Answer::With(secret) => preset.answer_challenge_with(secret),
        };
        match self.web_hooks {
            Some(hooks) => preset.web_hooks(hooks),
            None => preset,
        }
    }

    /// The secret of the answer.
    pub(crate) fn secret(self) -> Option<Secret> {
        match self.challenge {
            Answer::With(secret) => Some(secret),
            Answer::No | Answer::Plain => None,
        }
    }
}

fn malformed(why: &str) -> Refused {
    Refused::Malformed(format!("`settings`: {why}"))
}
