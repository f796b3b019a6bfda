//! [`Question`]: how a sender asks, as data.

use http::HeaderName;
use serde_json::value::RawValue;

use super::{AnswerAs, Handshake, Shape, query};
use crate::{
    json::places::{Repeated, find, is_place, text},
    keys::Secret,
    request::{Head, Single},
};

/// How a sender asks whether an endpoint is its owner's, and what it wants to hear. Plain data.
///
/// ```
/// use hookgate::challenge::{AnswerAs, Question, Shape, TextAt};
///
/// // GET /hook?challenge=abc, answered with `abc`.
/// const ACME: Question = Question::unsigned("GET", TextAt::Query("challenge"), Shape::token(1, 64), AnswerAs::Text);
/// # let _ = ACME;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// By what it is asked.
    pub by: AskedBy,
    /// Where the text stands that the sender wants to see again.
    pub text: TextAt,
    /// What that text must be. Another one is refused.
    pub shape: Shape,
    /// What the sender wants to hear.
    pub answer: AnswerAs,
}

/// By what a sender asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskedBy {
    /// A request that nothing signs.
    Request {
        /// Its method.
        method: &'static str,
        /// Fields of its query that must be there, and their values.
        with: &'static [(&'static str, &'static str)],
        /// The field of its query with a token that the application chose.
        token: Option<&'static str>,
    },
    /// A request that is verified as an event is.
    Event {
        /// Up to three places in its body ([as in rows](crate::providers::known::KnownSender#places)), and the text or JSON
        /// that stands there. Empty: whatever stands there.
        with: &'static [(&'static str, &'static str)],
        /// Whether the body is a list of one.
        in_list: bool,
    },
}

/// Where the text of a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextAt {
    /// In a field of the query.
    Query(&'static str),
    /// In a header, by its name in lower case.
    Header(&'static str),
    /// At a [place](crate::providers::known::KnownSender#places) in the body. Where nothing signs it, the body has
    /// nothing else: the place is a member of its top level.
    Body(&'static str),
    /// There is none.
    Nowhere,
}

/// A verified body that is longer is no question, in bytes. The longest that is known is Twitch's, with the whole
/// subscription in it: below 1 KiB.
const LONGEST_EVENT: usize = 8192;

/// How many places of a body are compared at most.
const MOST_PLACES: usize = 3;

/// What is wrong with a question. The text is for the log.
pub(super) type Wrong = &'static str;

const NO_TEXT: Wrong = "it has no text to repeat";
const OTHER_SHAPE: Wrong = "its text has not the sender's shape";
const REPEATED: Wrong = "a member or header of it stands twice";

impl Question {
    /// Asked by a request that nothing signs.
    pub const fn unsigned(
        method: &'static str,
        text: TextAt,
        shape: Shape,
        answer: AnswerAs,
    ) -> Self {
        Self {
            by: AskedBy::Request {
                method,
                with: &[],
                token: None,
            },
            text,
            shape,
            answer,
        }
    }

    /// Asked by a verified body that has these values.
    pub const fn event(
        with: &'static [(&'static str, &'static str)],
        text: TextAt,
        shape: Shape,
        answer: AnswerAs,
    ) -> Self {
        Self {
            by: AskedBy::Event {
                with,
                in_list: false,
            },
            text,
            shape,
            answer,
        }
    }

    /// The same, with further fields of the query, and a token that the application chose in the field of this name. An
    /// event has neither.
    #[must_use]
    pub const fn with_token(
        mut self,
        token: &'static str,
        fields: &'static [(&'static str, &'static str)],
    ) -> Self {
        if let AskedBy::Request { method, .. } = self.by {
            self.by = AskedBy::Request {
                method,
                with: fields,
                token: Some(token),
            };
        }
        self
    }

    /// The same, where the body is a list of one.
    #[must_use]
    pub const fn in_list(mut self) -> Self {
        if let AskedBy::Event { with, .. } = self.by {
            self.by = AskedBy::Event {
                with,
                in_list: true,
            };
        }
        self
    }

    /// Whether nothing signs it.
    pub const fn is_unsigned(&self) -> bool {
        matches!(self.by, AskedBy::Request { .. })
    }

    /// Whether it is answered only with a secret: a token of the application's, or a key that signs.
    pub const fn needs_secret(&self) -> bool {
        self.answer.is_mac() || matches!(self.by, AskedBy::Request { token: Some(_), .. })
    }

    /// Whether it has any text of its shape signed for whoever asks.
    pub(crate) const fn signs_for_anybody(&self) -> bool {
        self.is_unsigned() && self.answer.is_mac()
    }

    /// Whether `body` could be all or part of a text that this question has signed: no event may be. A scheme may sign more
    /// beside the body, which that text can begin or end with.
    pub(crate) fn may_have_signed(&self, body: &[u8]) -> bool {
        self.answer.is_mac() && self.shape.may_hold(body)
    }

    /// Whether a request with this head asks it: with that method, and a text in that field or header, whatever it is. A
    /// question in a body is not seen here.
    pub fn is_asked(&self, head: &Head<'_>) -> bool {
        let AskedBy::Request { method, .. } = self.by else {
            return false;
        };
        head.method == method
            && match self.text {
                TextAt::Query(name) => query::has(head.query, name),
                TextAt::Header(name) => !matches!(header(head, name), Single::Missing),
                TextAt::Body(_) | TextAt::Nowhere => false,
            }
    }

    /// The answer to what the head asks. Its token was looked at.
    pub(super) fn answer_head(
        &self,
        head: &Head<'_>,
        secret: Option<&Secret>,
    ) -> Result<Handshake, Wrong> {
        if let AskedBy::Request { with, .. } = self.by {
            for (name, value) in with {
                let own = query::one(head.query, name)?;
                if own.is_none_or(|own| **own != **value) {
                    return Err("a field of its query is missing or another one");
                }
            }
        }
        match self.text {
            TextAt::Query(name) => {
                let text = query::one(head.query, name)?.ok_or(NO_TEXT)?;
                self.answer_text(&text, secret)
            }
            TextAt::Header(name) => match header(head, name) {
                Single::Value(value) => {
                    let text = std::str::from_utf8(value).map_err(|_| OTHER_SHAPE)?;
                    self.answer_text(text, secret)
                }
                Single::Missing => Err(NO_TEXT),
                Single::Repeated => Err(REPEATED),
            },
            TextAt::Body(_) | TextAt::Nowhere => Err(NO_TEXT),
        }
    }

    /// The answer to an unsigned body, where it asks. Such a body has nothing but the text.
    pub(super) fn answer_unsigned_body(
        &self,
        body: &[u8],
        secret: Option<&Secret>,
    ) -> Option<Result<Handshake, Wrong>> {
        let TextAt::Body(place) = self.text else {
            return None;
        };
        let found = match find(body, [Some(place)]) {
            Ok([found]) => found?,
            Err(Repeated) => return Some(Err(REPEATED)),
        };
        let members: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(body).ok()?;
        if members.len() != 1 {
            return None;
        }
        Some(self.answer_member(found, secret))
    }

    /// Whether an event can ask it, where events do.
    pub(crate) fn can_be_asked(&self) -> bool {
        let AskedBy::Event { with, .. } = self.by else {
            return true;
        };
        let stands = match self.text {
            TextAt::Nowhere => true,
            TextAt::Body(at) => is_place(at),
            TextAt::Query(_) | TextAt::Header(_) => false,
        };
        stands && (1..=MOST_PLACES).contains(&with.len()) && with.iter().all(|(at, _)| is_place(at))
    }

    /// The answer to a verified body, where it asks.
    pub(crate) fn answer_event(
        &self,
        body: &[u8],
        secret: Option<&Secret>,
    ) -> Option<Result<Handshake, Wrong>> {
        let AskedBy::Event { with, in_list } = self.by else {
            return None;
        };
        if body.len() > LONGEST_EVENT || with.is_empty() || with.len() > MOST_PLACES {
            return None;
        }
        let item: Option<(&RawValue,)> =
            in_list.then(|| serde_json::from_slice(body).ok()).flatten();
        let body = match item {
            Some((item,)) => item.get().as_bytes(),
            None if in_list => return None,
            None => body,
        };
        let mut places = [None; MOST_PLACES + 1];
        for (place, (at, _)) in places.iter_mut().zip(with) {
            *place = Some(*at);
        }
        if let (TextAt::Body(at), Some(last)) = (self.text, places.last_mut()) {
            *last = Some(at);
        }
        // Twice is not said once: such a body is decoded, which refuses what counts there.
        let found = find(body, places).ok()?;
        let has = |value: Option<&RawValue>, wanted: &str| {
            value.is_some_and(|value| {
                wanted.is_empty()
                    || value.get() == wanted
                    || text(value).is_some_and(|text| text == wanted)
            })
        };
        let asks = with
            .iter()
            .zip(found)
            .all(|((_, wanted), value)| has(value, wanted));
        if !asks {
            return None;
        }
        Some(match (self.text, found.last().copied().flatten()) {
            (TextAt::Nowhere, _) => self.answer_text("", secret),
            (_, Some(value)) => self.answer_member(value, secret),
            (_, None) => Err(NO_TEXT),
        })
    }

    fn answer_member(&self, value: &RawValue, secret: Option<&Secret>) -> Result<Handshake, Wrong> {
        self.answer_text(&text(value).ok_or(NO_TEXT)?, secret)
    }

    fn answer_text(&self, text: &str, secret: Option<&Secret>) -> Result<Handshake, Wrong> {
        if self.text != TextAt::Nowhere && !self.shape.fits(text) {
            return Err(OTHER_SHAPE);
        }
        let answer = self.answer.to(text, secret);
        answer.ok_or("there is no secret to answer it with")
    }
}

fn header<'a>(head: &Head<'a>, name: &str) -> Single<'a> {
    let name = HeaderName::from_bytes(name.as_bytes());
    name.map_or(Single::Missing, |name| head.single(&name))
}
