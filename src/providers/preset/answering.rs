//! [`Answering`]: whether a preset answers the question of its sender, and with which secret.

use super::Preset;
use crate::{
    challenge::{Challenge, Handshake, Question, Registrations, WebHooks},
    keys::Secret,
    provider::Undecodable,
    schemes::Signs,
    setup::{BuildError, Finding, Severity},
};

/// Whether a preset answers the question of its sender, and with which secret.
#[derive(Clone, Default)]
pub(super) struct Answering {
    is_on: bool,
    secret: Option<Secret>,
    registrations: Option<Registrations>,
    web_hooks: Option<WebHooks>,
}

const NOT_ANSWERED: Undecodable =
    Undecodable("it asks whether the endpoint is ours, not as its sender does");

impl Answering {
    /// # Errors
    ///
    /// When there is no question, one is never asked, or a secret is missing or not needed. When a MAC is for anybody's text
    /// and no body would show that it is signed by that.
    pub(super) fn check(&self, questions: &[Question], signs: Signs) -> Result<(), BuildError> {
        if !self.is_on {
            return Ok(());
        }
        if questions.is_empty() {
            return Err(BuildError::Pack(
                "no question of this sender is known: leave `answer_challenge` out, or say what it asks with `asked_by`",
            ));
        }
        let needs_secret = questions.iter().any(Question::needs_secret);
        match (&self.secret, needs_secret) {
            (None, true) => Err(BuildError::Pack(
                "this sender's question is answered with a secret: use `answer_challenge_with`",
            )),
            (Some(_), false) => Err(BuildError::Pack(
                "this sender's question is answered without a secret: use `answer_challenge`",
            )),
            _ => Ok(()),
        }?;
        if !signs.verbatim && questions.iter().any(Question::signs_for_anybody) {
            return Err(BuildError::Pack(
                "this question has a text signed for anybody, and the scheme signs the body in another form than it arrives in: \
                 an event could be such a text",
            ));
        }
        if !questions.iter().all(Question::can_be_asked) {
            return Err(BuildError::Pack(
                "an event that asks is told by one to three members of its body, and its text stands there too",
            ));
        }
        self.unsigned(questions).try_for_each(|it| it.map(drop))
    }

    /// The questions that nothing signs, each with the secret that it needs.
    fn unsigned(
        &self,
        questions: &[Question],
    ) -> impl Iterator<Item = Result<Challenge, BuildError>> {
        let asked = questions.iter().filter(|it| it.is_unsigned());
        asked.map(|it| Challenge::new(*it, self.secret.clone().filter(|_| it.needs_secret())))
    }

    /// What an operator should know: an endpoint that does not answer is never registered.
    pub(super) fn finding(&self, questions: &[Question]) -> Option<Finding> {
        let is_open = !self.is_on && questions.iter().any(Question::is_unsigned);
        is_open.then(|| {
            Finding::new(
                Severity::Warning,
                "challenge_not_answered",
                "the sender asks first whether the endpoint is yours, and nothing here answers",
                "add `answer_challenge` or `answer_challenge_with` to the preset, or answer in front of the receiver",
            )
        })
    }

    /// What is answered before access is judged. Of settings that were not [checked](Self::check), nothing is.
    pub(super) fn challenges(&self, questions: &[Question]) -> Vec<Challenge> {
        let asked = self.unsigned(questions).filter(|_| self.is_on).flatten();
        let registered = self.registrations.clone().map(Challenge::from);
        let allowed = self.web_hooks.clone().map(Challenge::from);
        asked.chain(registered).chain(allowed).collect()
    }

    /// The answer to a verified body, where it asks.
    pub(super) fn answer(
        &self,
        questions: &[Question],
        body: &[u8],
    ) -> Result<Option<Handshake>, Undecodable> {
        if !self.is_on {
            return Ok(None);
        }
        let mut answers = questions
            .iter()
            .filter_map(|it| it.answer_event(body, self.secret.as_ref()));
        answers.next().transpose().map_err(|_| NOT_ANSWERED)
    }

    /// Whether what is signed may be a text of a question, signed for whoever asked.
    pub(super) fn may_have_signed(&self, questions: &[Question], signed: &[u8]) -> bool {
        self.is_on && questions.iter().any(|it| it.may_have_signed(signed))
    }
}

impl<T> Preset<T> {
    /// Answers the question by which the sender asks whether the endpoint is ours: as a [`Question`] of its
    /// [row](crate::providers::known::KnownSender::challenges) says. Nothing is claimed for it, and no handler runs.
    /// Default: what is asked by an event reaches the handler, and anything else is refused.
    ///
    /// | sender | what it asks by |
    /// | --- | --- |
    /// | [Slack](Self::slack) | the signed event `url_verification` |
    /// | [Twitch](Self::twitch) | a signed event whose subscription is `webhook_callback_verification_pending` |
    /// | Discord | the signed interaction `PING`, and the one of webhook events |
    /// | [Azure Event Grid](Self::event_grid) | a `SubscriptionValidationEvent`, which shows its credential |
    /// | [Microsoft Graph](Self::microsoft_graph) | a POST with `validationToken` in the query, unsigned |
    /// | [Okta](Self::okta) | a GET with `x-okta-verification-challenge`, unsigned |
    ///
    /// [`answer_challenge_with`](Self::answer_challenge_with) is for those whose answer needs a secret. `build()` is a
    /// [`BuildError`] where no question is known.
    ///
    /// ```
    /// use hookgate::{Secret, providers::preset::Preset};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pack = Preset::slack(Secret::utf8("8f742231b10e8888abcd99yyyzzz85a5")?).answer_challenge();
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn answer_challenge(mut self) -> Self {
        self.answering.is_on = true;
        self
    }

    /// As [`answer_challenge`](Self::answer_challenge), for senders whose answer needs a secret.
    ///
    /// | sender | what it asks by | `secret` |
    /// | --- | --- | --- |
    /// | [Meta](Self::meta) | a GET with `hub.challenge`, unsigned | the verify token of the app's page |
    /// | [Zoom](Self::zoom) | the signed event `endpoint.url_validation` | the secret token, which signs events too |
    /// | [X](Self::twitter) | a GET with `crc_token`, unsigned | the consumer secret, which signs events too |
    ///
    /// X lets anybody have a text signed by the key of its events. So a body that could be such a text is refused.
    ///
    /// ```
    /// use hookgate::{Secret, providers::preset::Preset};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pack = Preset::meta(Secret::utf8("8f742231b10e8888abcd99yyyzzz85a5")?)
    ///     .answer_challenge_with(Secret::utf8("what I typed in as verify token")?);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn answer_challenge_with(mut self, secret: Secret) -> Self {
        self.answering.is_on = true;
        self.answering.secret = Some(secret);
        self
    }

    /// What the sender asks, for one without a row, or whose row does not say it.
    ///
    /// ```
    /// use hookgate::{
    ///     Secret, challenge,
    ///     providers::preset::Preset,
    ///     schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let scheme = HmacHeader::try_from(HmacHeaderConfig::new("x-dropbox-signature", SignatureEncoding::Hex))?;
    /// let pack = Preset::custom("dropbox", scheme, Secret::utf8("8f742231b10e8888abcd99yyyzzz85a5")?)
    ///     .asked_by(&[challenge::DROPBOX])
    ///     .answer_challenge();
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn asked_by(mut self, questions: &'static [Question]) -> Self {
        self.reading.questions = questions;
        self
    }

    /// Lets these senders of CloudEvents send, who ask by `OPTIONS` before they do.
    ///
    /// ```
    /// use hookgate::{
    ///     Secret,
    ///     challenge::WebHooks,
    ///     providers::preset::Preset,
    ///     schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let scheme = HmacHeader::try_from(HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex))?;
    /// let pack = Preset::custom("acme", scheme, Secret::utf8("8f742231b10e8888abcd99yyyzzz85a5")?)
    ///     .web_hooks(WebHooks::from_origins(["events.acme.example"])?);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn web_hooks(mut self, senders: WebHooks) -> Self {
        self.answering.web_hooks = Some(senders);
        self
    }

    /// Takes keys that the sender hands over while the application holds a registration open: Asana. Give the preset
    /// their [`keyring`](Registrations::keyring).
    #[must_use]
    pub fn registered_by(mut self, registrations: &Registrations) -> Self {
        self.answering.registrations = Some(registrations.clone());
        self
    }
}
