//! [`TokenCache`]: a token, kept and renewed.

use std::{sync::Arc, time::Duration};

use http::header;
use reqwest::Url;
use serde::{Deserialize, Deserializer};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::{ApiError, Grant};
use crate::{
    access::Https,
    time::{Clock, UnixTime},
};

/// How long a token is good where the answer does not say.
const TOKEN_LASTS: Duration = Duration::from_secs(3600);
/// A token is renewed so long before its end, or at half of its time where that is later. Unico advises it (known).
const RENEWED_BEFORE: Duration = Duration::from_secs(600);
/// After a failure nobody asks the service for so long.
const PAUSE: Duration = Duration::from_secs(2);
/// The same where it did not answer in time, and the old token is good for a while.
const LONG_PAUSE: Duration = Duration::from_secs(30);
/// A token that is younger and refused is not renewed: another one would be refused too.
const LEAST_AGE: Duration = Duration::from_secs(60);
/// A clock that differs by less is right: an answer takes its time.
const SAME_TIME: Duration = Duration::from_secs(20);
const MOST_BYTES: usize = 64 * 1024;

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default, deserialize_with = "number_or_text")]
    expires_in: Option<u64>,
}

/// A number, or a text of one.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Either::Number(number)) => Some(number),
        Some(Either::Text(text)) => text.trim().parse().ok(),
        None => None,
    })
}

/// A token that is good, or was.
#[derive(Clone)]
pub(in crate::providers) struct Token {
    text: Arc<Zeroizing<String>>,
    got_at: Duration,
    renew_at: Duration,
    ends_at: Duration,
}

impl Token {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text)
    }
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// The service failed: it is left alone until then.
    paused_until: Duration,
    /// What the service's clock is ahead of ours, in seconds. Learnt when it refuses a request that holds a time.
    ahead: i64,
}

/// Logs in, and keeps the token. One caller at a time renews it, and the others wait for that.
pub(in crate::providers) struct TokenCache<G> {
    grant: G,
    url: Url,
    clock: Arc<dyn Clock>,
    /// How long the service may take while the old token is good.
    patience: Duration,
    /// Its own: a client takes addresses of the own machine alone, or of others alone.
    https: Https,
    state: Mutex<State>,
}

impl<G: Grant> TokenCache<G> {
    pub(in crate::providers) fn new(
        grant: G,
        url: Url,
        clock: Arc<dyn Clock>,
        patience: Duration,
    ) -> Self {
        Self {
            grant,
            url,
            clock,
            patience,
            https: Https::default(),
            state: Mutex::default(),
        }
    }

    /// A token that is good. `refused` was not: another one is fetched, unless somebody else did.
    pub(super) async fn token(&self, refused: Option<&Token>) -> Result<Token, ApiError> {
        let mut state = self.state.lock().await;
        let now = self.clock.monotonic();
        if let Some(refused) = refused
            && state.token.as_ref().is_some_and(|it| it.is(refused))
        {
            if now.saturating_sub(refused.got_at) < LEAST_AGE {
                return Err(ApiError::Refused { status: 401 });
            }
            state.token = None;
        }
        let kept = state.token.clone().filter(|it| now < it.ends_at);
        if let Some(token) = &kept
            && now < token.renew_at
        {
            return Ok(token.clone());
        }
        if now < state.paused_until {
            return kept.ok_or(ApiError::NoToken);
        }
        let fetched = match &kept {
            Some(_) => tokio::time::timeout(self.patience, self.fetch(&mut state)).await,
            None => Ok(self.fetch(&mut state).await),
        };
        let pause = if fetched.is_err() { LONG_PAUSE } else { PAUSE };
        match fetched.unwrap_or(Err(ApiError::TooSlow)) {
            Ok(token) => {
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(error) => {
                state.paused_until = self.clock.monotonic().saturating_add(pause);
                // The old one is good for a while.
                kept.ok_or(error)
            }
        }
    }

    /// A second try where the service's clock is another than ours.
    async fn fetch(&self, state: &mut State) -> Result<Token, ApiError> {
        let first = self.ask(state.ahead).await;
        let Err((error, Some(ahead))) = first else {
            return first.map_err(|(error, _)| error);
        };
        let differs = ahead.abs_diff(state.ahead) > SAME_TIME.as_secs();
        if !differs {
            return Err(error);
        }
        state.ahead = ahead;
        self.ask(ahead).await.map_err(|(error, _)| error)
    }

    /// With an error: what the service's clock is ahead of ours, where it says that and refuses such a request.
    async fn ask(&self, ahead: i64) -> Result<Token, (ApiError, Option<i64>)> {
        let asked_at = self.clock.monotonic();
        let theirs = UnixTime::from_secs(self.clock.now().as_secs().saturating_add(ahead));
        let sent = self.grant.request(theirs);
        let sent = sent.ok_or((ApiError::NoToken, None))?;
        let got = self
            .https
            .send(&self.url, sent, "application/json", MOST_BYTES)
            .await;
        let got = got.map_err(|error| (ApiError::not_got(error), None))?;
        if got.status != 200 {
            let status = got.status;
            let is_refusal = matches!(status, 400 | 401 | 403);
            let date = got.headers.get(header::DATE);
            let ahead = self.ahead_of_us(date.filter(|_| G::IS_DATED && is_refusal));
            return Err((ApiError::Login { status }, ahead));
        }
        let body = Zeroizing::new(got.body);
        let answer: Answer =
            serde_json::from_slice(&body).map_err(|_| (ApiError::Malformed, None))?;
        let lasts = answer.expires_in.map_or(TOKEN_LASTS, Duration::from_secs);
        let lasts = lasts.min(TOKEN_LASTS * 24);
        Ok(Token {
            text: Arc::new(Zeroizing::new(answer.access_token)),
            got_at: asked_at,
            renew_at: asked_at.saturating_add(lasts.saturating_sub(RENEWED_BEFORE.min(lasts / 2))),
            ends_at: asked_at.saturating_add(lasts),
        })
    }

    fn ahead_of_us(&self, date: Option<&http::HeaderValue>) -> Option<i64> {
        let date = OffsetDateTime::parse(date?.to_str().ok()?, &Rfc2822).ok()?;
        let theirs = UnixTime::from_secs(date.unix_timestamp());
        Some(theirs.as_secs().saturating_sub(self.clock.now().as_secs()))
    }
}
