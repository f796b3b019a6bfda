//! [`Presented`]: what a sender shows to log in, worked out from the receiver's own access rule.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::UnixTime;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value};

use crate::{
    output::fault,
    settings::access::{AccessRule, TokenRule},
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
            AccessRule::Bearer(rule) if rule.is_of_endpoint() => {
                return Err(io::Error::other(
                    "a token of the token endpoint is needed: --token-url URL fetches one",
                ));
            }
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
    let (Some((key_id, secret)), true) = (
        rule.shared_secret(),
        rule.algorithms().iter().any(|name| name == "HS256"),
    ) else {
        return Err(io::Error::other(
            "a token can be made for a `bearer` rule with a `secret` and HS256 only",
        ));
    };
    let scope = (!rule.scopes.is_empty()).then(|| rule.scopes.join(" "));
    let claims: Map<String, Value> = [
        ("iat", Some(now.as_secs().into())),
        ("exp", Some(now.as_secs().saturating_add(TOKEN_SECS).into())),
        ("sub", Some("hookgate send".into())),
        ("iss", rule.issuer.clone().map(Value::from)),
        ("aud", rule.audience.clone().map(Value::from)),
        ("scope", scope.map(Value::from)),
        (
            "client_id",
            rule.issued_to.first().cloned().map(Value::from),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect();
    let mut head = Header::new(Algorithm::HS256);
    head.kid = key_id.map(str::to_owned);
    jsonwebtoken::encode(&head, &claims, &EncodingKey::from_secret(secret.expose()))
        .map_err(|_| io::Error::other("the `secret` of the `bearer` rule cannot sign"))
}
