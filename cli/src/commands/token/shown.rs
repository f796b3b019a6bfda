//! [`Shown`]: an answer without its token.

use std::{
    io::{
        Write, {self},
    },
    time::Duration,
};

use hookgate::UnixTime;
use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::Issued;
use crate::output::screen::Screen;

/// Claims that say what a token is for, and not to whom it belongs.
const SHOWN: [&str; 4] = ["iss", "aud", "scope", "ver"];
/// Claims that are times.
const TIMES: [&str; 3] = ["iat", "nbf", "exp"];

/// The parts that may be seen.
#[derive(Serialize)]
pub(super) struct Shown {
    status: u16,
    issued: bool,
    ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
    /// By name. `null` stands for a value that is not shown.
    #[serde(skip_serializing_if = "Map::is_empty")]
    claims: Map<String, Value>,
    #[serde(skip)]
    now: UnixTime,
}

impl Shown {
    pub(super) fn new(issued: &Issued, took: Duration, now: UnixTime) -> Self {
        let (head, claims) = issued.jwt().unwrap_or_default();
        let algorithm = head.get("alg").and_then(Value::as_str);
        let claims = claims.into_iter().map(|(name, value)| {
            let is_shown =
                SHOWN.contains(&name.as_str()) || TIMES.contains(&name.as_str()) && value.is_i64();
            (name, if is_shown { value } else { Value::Null })
        });
        Self {
            status: issued.status.as_u16(),
            issued: issued.token().is_some(),
            ms: took.as_secs_f64() * 1000.0,
            error: issued.error().map(str::to_owned),
            token_type: issued.token_type().map(str::to_owned),
            expires_in_s: issued.expires_in().map(|it| it.as_secs()),
            algorithm: algorithm.map(str::to_owned),
            claims: claims.collect(),
            now,
        }
    }

    pub(super) fn has_token(&self) -> bool {
        self.issued
    }

    pub(super) fn write(&self, screen: &mut Screen<impl Write>) -> io::Result<()> {
        let verdict = if self.issued {
            "a token was issued"
        } else {
            "there is no token in the answer"
        };
        screen.say(verdict)?;
        screen.say("")?;
        let mut row = |name: &str, value: &str| screen.say(format_args!("  {name:<14}{value}"));
        row("status", &format!("{} in {:.1} ms", self.status, self.ms))?;
        if let Some(error) = &self.error {
            row("error", error)?;
        }
        if let Some(token_type) = &self.token_type {
            row("token type", token_type)?;
        }
        match self.expires_in_s {
            Some(secs) => row("expires in", &in_words(secs))?,
            None if self.issued => row("expires in", "not said")?,
            None => {}
        }
        if let Some(algorithm) = &self.algorithm {
            row(
                "a JWT",
                &format!("signed with {algorithm}; not verified here"),
            )?;
        } else if self.issued {
            row("not a JWT", "its claims are the endpoint's own matter")?;
        }
        for (name, value) in &self.claims {
            row(&format!("  {name}"), &self.claim(name, value))?;
        }
        Ok(())
    }

    fn claim(&self, name: &str, value: &Value) -> String {
        match value {
            Value::Null => "(not shown)".to_owned(),
            Value::String(text) => text.clone(),
            Value::Number(secs) if TIMES.contains(&name) => {
                let at = UnixTime::from_secs(secs.as_i64().unwrap_or_default());
                let (ahead, ago) = (at.since(self.now).as_secs(), self.now.since(at).as_secs());
                let distance = if ahead > 0 {
                    format!("in {}", in_words(ahead))
                } else {
                    format!("{} ago", in_words(ago))
                };
                format!("{} ({distance})", at.to_rfc3339())
            }
            other => other.to_string(),
        }
    }
}

/// The two largest units.
fn in_words(secs: u64) -> String {
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min {} s", secs / 60, secs % 60),
        3600..86_400 => format!("{} h {} min", secs / 3600, secs % 3600 / 60),
        _ => format!("{} d {} h", secs / 86_400, secs % 86_400 / 3600),
    }
}
