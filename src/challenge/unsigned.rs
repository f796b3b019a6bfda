//! [`Challenge`]: a question that nothing signs, and all that its answer needs.

use std::fmt;

use http::{HeaderName, Method};
use subtle::ConstantTimeEq;

use super::{AskedBy, Handshake, Question, Registrations, TextAt, WebHooks, query};
use crate::{
    json::places::is_place,
    keys::{Secret, SecretDigest},
    request::{Head, Single},
    setup::BuildError,
    verdict::Rejection,
};

/// The longest body that comes with a question that nothing signs, in bytes. It must be declared.
pub(crate) const LONGEST_BODY: usize = 512;

const HOOK_SECRET: HeaderName = HeaderName::from_static("x-hook-secret");
const ORIGIN: HeaderName = HeaderName::from_static("webhook-request-origin");

/// A question that nothing signs, and all that its answer needs. A pack gives it to its receiver:
/// [`Provider::challenges`](crate::pack::Provider::challenges).
pub struct Challenge(Kind);

enum Kind {
    Question {
        question: Question,
        token: Option<SecretDigest>,
        key: Option<Secret>,
    },
    WebHooks(WebHooks),
    Registrations(Registrations),
}

impl Challenge {
    /// `question`, which nothing signs. `secret` is the token that the application chose, or the key of the answer.
    ///
    /// # Errors
    ///
    /// When it is asked by an event, needs a secret and has none, or has one and needs none. When it says something that is
    /// not looked at:
    ///
    /// - no text, without which nothing asks,
    /// - fields of the query beside a text in the body, or a place there below the top level,
    /// - a token beside a MAC, since one secret is either.
    pub fn new(question: Question, secret: Option<Secret>) -> Result<Self, BuildError> {
        let AskedBy::Request { token, with, .. } = question.by else {
            return Err(BuildError::Pack(
                "this question comes as an event: the pack answers it as it decodes",
            ));
        };
        if question.needs_secret() != secret.is_some() {
            return Err(BuildError::Pack(if secret.is_none() {
                "this sender's question needs a secret: `answer_challenge_with`"
            } else {
                "this sender's question needs no secret: `answer_challenge`"
            }));
        }
        match question.text {
            TextAt::Nowhere => {
                return Err(BuildError::Pack(
                    "a question that nothing signs is told by its text: say where that stands",
                ));
            }
            TextAt::Body(_) if token.is_some() || !with.is_empty() => {
                return Err(BuildError::Pack(
                    "the fields of a query are not looked at where the text stands in the body: leave them out",
                ));
            }
            TextAt::Body(place) if !is_place(place) || place.rfind('/') != Some(0) => {
                return Err(BuildError::Pack(
                    "a body that nothing signs has nothing but the text: say a place at its top level",
                ));
            }
            TextAt::Query(_) | TextAt::Header(_) | TextAt::Body(_) => {}
        }
        if token.is_some() && question.answer.is_mac() {
            return Err(BuildError::Pack(
                "one secret is the token of a question or the key of its answer: leave one of them out",
            ));
        }
        let (token, key) = match token {
            Some(_) => (secret.map(|it| SecretDigest::of(&[it.expose()])), None),
            None => (None, secret),
        };
        Ok(Self(Kind::Question {
            question,
            token,
            key,
        }))
    }

    /// Whether a request with this head asks it.
    pub(crate) fn is_asked(&self, head: &Head<'_>) -> bool {
        match &self.0 {
            Kind::Question { question, .. } => question.is_asked(head),
            Kind::WebHooks(_) => {
                head.method == Method::OPTIONS.as_str()
                    && !matches!(head.single(&ORIGIN), Single::Missing)
            }
            Kind::Registrations(_) => {
                head.method == Method::POST.as_str()
                    && !matches!(head.single(&HOOK_SECRET), Single::Missing)
            }
        }
    }

    /// Whether a body could ask it that is as short.
    pub(crate) fn stands_in_body(&self, method: &str) -> bool {
        matches!(
            &self.0,
            Kind::Question { question: Question { by: AskedBy::Request { method: own, .. }, text: TextAt::Body(_), .. }, .. }
                if *own == method
        )
    }

    /// The answer to a request whose head asks it.
    pub(crate) fn answer(&self, head: &Head<'_>) -> Result<Handshake, Rejection> {
        let answer = match &self.0 {
            Kind::Question {
                question,
                token,
                key,
            } => question
                .check_token(head, token.as_ref())
                .and_then(|()| question.answer_head(head, key.as_ref())),
            Kind::WebHooks(hooks) => hooks.answer(head),
            Kind::Registrations(registrations) => registrations.answer(head),
        };
        answer.map_err(Rejection::HandshakeRefused)
    }

    /// The answer to a body, where it asks it.
    pub(crate) fn answer_body(&self, body: &[u8]) -> Option<Result<Handshake, Rejection>> {
        let Kind::Question { question, key, .. } = &self.0 else {
            return None;
        };
        let answer = question.answer_unsigned_body(body, key.as_ref())?;
        Some(answer.map_err(Rejection::HandshakeRefused))
    }
}

impl Question {
    /// The token is compared in a time that does not tell how much of it is right.
    fn check_token(
        &self,
        head: &Head<'_>,
        token: Option<&SecretDigest>,
    ) -> Result<(), &'static str> {
        let (
            AskedBy::Request {
                token: Some(name), ..
            },
            Some(token),
        ) = (self.by, token)
        else {
            return Ok(());
        };
        let shown = query::one(head.query, name)?.ok_or("it shows no token")?;
        let shown = SecretDigest::of(&[shown.as_bytes()]);
        if bool::from(shown.ct_eq(token)) {
            Ok(())
        } else {
            Err("it shows another token")
        }
    }
}

impl From<WebHooks> for Challenge {
    fn from(hooks: WebHooks) -> Self {
        Self(Kind::WebHooks(hooks))
    }
}

impl From<Registrations> for Challenge {
    fn from(registrations: Registrations) -> Self {
        Self(Kind::Registrations(registrations))
    }
}

/// No token and no key.
impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Question { question, .. } => f.debug_tuple("Challenge").field(question).finish(),
            Kind::WebHooks(hooks) => f.debug_tuple("Challenge").field(hooks).finish(),
            Kind::Registrations(it) => f.debug_tuple("Challenge").field(it).finish(),
        }
    }
}
