//! [`Presented`]: what a sender shows to log in, worked out from the receiver's own access rule.

use std::io;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::UnixTime;
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::{
    output::fault,
    settings::{
        access::{AccessRule, TokenRule},
        terms::secret,
    },
};

/// How long a token is valid that the command makes itself.
const TOKEN_SECS: i64 = 3600;

/// Headers. They have no `Debug`, since they are secrets.
#[derive(Clone, Default)]
pub(crate) struct Presented(Vec<(String, String)>);

impl Presented {
    /// What `settings.access` asks for. A token only if `makes_tokens` is set.
    pub(crate) fn of_settings(
        settings: Option<&str>,
        now: UnixTime,
        makes_tokens: bool,
    ) -> io::Result<Self> {
        let mut presented = Self::default();
        let Some(text) = settings else {
            return Ok(presented);
        };
        let members: Map<String, Value> = serde_json::from_str(text)
            .map_err(|_| io::Error::other("the settings are not a JSON object"))?;
        if let Some(access) = members.get("access") {
            let rule: AccessRule = serde_json::from_value(access.clone()).map_err(|error| {
                io::Error::other(format!("`access`: {}", fault::describe(&error)))
            })?;
            presented.add(&rule, now, makes_tokens)?;
        }
        Ok(presented)
    }

    /// And a token that was fetched.
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.0
            .push(("authorization".to_owned(), format!("Bearer {token}")));
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn add(&mut self, rule: &AccessRule, now: UnixTime, makes_tokens: bool) -> io::Result<()> {
        match rule {
            AccessRule::ApiKey { header, value } => {
                self.0.push((header.to_ascii_lowercase(), value.clone()));
            }
            AccessRule::Headers(pairs) => {
                let pairs = pairs.iter();
                self.0
                    .extend(pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
            }
            AccessRule::Basic(pairs) => {
                if let Some(pair) = pairs.first() {
                    let value = format!("Basic {}", STANDARD.encode(pair));
                    self.0.push(("authorization".to_owned(), value));
                }
            }
            AccessRule::Bearer(_) if !makes_tokens => {}
            AccessRule::Bearer(rule) => {
                let value = format!("Bearer {}", token(rule, now)?);
                self.0.push(("authorization".to_owned(), value));
            }
            AccessRule::All(rules) => {
                for rule in rules {
                    self.add(rule, now, makes_tokens)?;
                }
            }
            AccessRule::Any(rules) => {
                if let Some(rule) = rules.first() {
                    self.add(rule, now, makes_tokens)?;
                }
            }
            AccessRule::Networks(_) | AccessRule::Anyone => {}
        }
        Ok(())
    }
}

/// A token that `rule` takes, where the command can sign one.
fn token(rule: &TokenRule, now: UnixTime) -> io::Result<String> {
    let key = rule.secret.as_deref().and_then(secret);
    let (Some(key), true) = (key, rule.algorithms.iter().any(|name| name == "HS256")) else {
        return Err(io::Error::other(
            "a token can be made for a `bearer` rule with a `secret` and HS256 only",
        ));
    };
    let mut claims = json!({
        "iat": now.as_secs(),
        "exp": now.as_secs().saturating_add(TOKEN_SECS),
        "sub": "hookgate send",
    });
    if let Some(claims) = claims.as_object_mut() {
        let text = |text: &Option<String>| text.clone().map(Value::from);
        let scope = (!rule.scopes.is_empty()).then(|| rule.scopes.join(" ").into());
        for (name, value) in [
            ("iss", text(&rule.issuer)),
            ("aud", text(&rule.audience)),
            ("scope", scope),
            (
                "client_id",
                rule.issued_to.first().cloned().map(Value::from),
            ),
        ] {
            if let Some(value) = value {
                claims.insert(name.to_owned(), value);
            }
        }
    }
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let head = encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", encode(&claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose())
        .map_err(|error| io::Error::other(error.to_string()))?;
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    Ok(format!("{signed}.{signature}"))
}
