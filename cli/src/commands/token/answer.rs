//! [`Issued`]: the answer of a token endpoint (RFC 6749, sections 5.1 and 5.2).

use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value};

use crate::commands::explain::encoded::jws_parts;

/// How long a token is used if its endpoint does not say.
const UNSAID: Duration = Duration::from_secs(300);

/// The longest text that is taken over from an answer.
const MAX_WORD: usize = 64;

/// The contents of an answer. It has no `Debug`, since it holds the token.
pub(crate) struct Issued {
    pub(super) status: StatusCode,
    members: Map<String, Value>,
}

impl Issued {
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        let members = match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        Self { status, members }
    }

    /// The token. Vendors' forms leave its member open, so `token` counts too.
    pub(crate) fn token(&self) -> Option<&str> {
        let names = ["access_token", "token"];
        let token = names
            .iter()
            .find_map(|name| self.members.get(*name)?.as_str());
        token.filter(|token| self.status.is_success() && !token.is_empty())
    }

    /// `expires_in`: a number, or one in a text.
    pub(super) fn expires_in(&self) -> Option<Duration> {
        let secs = match self.members.get("expires_in")? {
            Value::Number(secs) => secs.as_u64(),
            Value::String(secs) => secs.parse().ok(),
            _ => None,
        };
        secs.map(Duration::from_secs)
    }

    /// How long the token is used.
    pub(crate) fn lifetime(&self) -> Duration {
        self.expires_in().unwrap_or(UNSAID)
    }

    /// `error`, where it is a code like those of RFC 6749. Anything longer may repeat what was sent.
    pub(crate) fn error(&self) -> Option<&str> {
        self.word("error")
    }

    pub(super) fn token_type(&self) -> Option<&str> {
        self.word("token_type")
    }

    fn word(&self, member: &str) -> Option<&str> {
        let word = self.members.get(member)?.as_str()?;
        let plain = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        (word.len() <= MAX_WORD && word.bytes().all(plain)).then_some(word)
    }

    /// Head and claims, where the token is a JWT.
    pub(super) fn jwt(&self) -> Option<(Map<String, Value>, Map<String, Value>)> {
        let (head, claims) = jws_parts(self.token()?)?;
        Some((
            serde_json::from_slice(&head).ok()?,
            serde_json::from_slice(&claims).ok()?,
        ))
    }

    /// The status, for errors.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}
