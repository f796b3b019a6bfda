//! [`Api`]: a sender's API, as our clients ask it.
//!
//! | file | holds |
//! | --- | --- |
//! | `address` | which addresses an API may have |
//! | `error` | why it said nothing |
//! | `grant` | how a client shows who it is |
//! | `token` | the token, kept and renewed |

mod address;
mod error;
mod grant;
mod token;

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::Url;
use zeroize::Zeroizing;

pub use self::error::ApiError;
use self::token::Token;
pub(super) use self::{
    address::{address, sensitive},
    grant::{FORM, Grant},
    token::TokenCache,
};
use crate::access::{Got, Https, Sent};

/// Asks a sender's API with a token.
///
/// | what | rule |
/// | --- | --- |
/// | addresses | `https`; `http` to the own machine alone |
/// | token | kept, and renewed before its end by one caller at a time |
/// | 401 | the token is renewed once, if it is older than a minute |
/// | repeats | none but that: whoever asks knows how urgent it is |
/// | time | each call with its login is bounded |
/// | size | counted while it is read |
pub(super) struct Api<G> {
    tokens: TokenCache<G>,
    https: Https,
    timeout: Duration,
}

impl<G: Grant> Api<G> {
    pub(super) fn new(tokens: TokenCache<G>, timeout: Duration) -> Self {
        Self {
            tokens,
            https: Https::default(),
            timeout,
        }
    }

    /// What stands at `url`: an answer with status 200, of `most` bytes.
    pub(super) async fn get(
        &self,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        most: usize,
    ) -> Result<Got, ApiError> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(ApiError::Unreachable);
        }
        let asking = self.asked(url, headers, most);
        let asked = tokio::time::timeout(self.timeout, asking).await;
        let got = asked.unwrap_or(Err(ApiError::TooSlow))?;
        match ApiError::of_answer(got.status, got.headers.get(header::RETRY_AFTER)) {
            None => Ok(got),
            Some(error) => Err(error),
        }
    }

    async fn asked(
        &self,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        most: usize,
    ) -> Result<Got, ApiError> {
        let token = self.tokens.token(None).await?;
        let got = self.once(url, headers, most, &token).await?;
        if got.status != StatusCode::UNAUTHORIZED {
            return Ok(got);
        }
        let token = self.tokens.token(Some(&token)).await?;
        self.once(url, headers, most, &token).await
    }

    async fn once(
        &self,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        most: usize,
        token: &Token,
    ) -> Result<Got, ApiError> {
        let bearer = Zeroizing::new(format!("Bearer {}", token.text()));
        let bearer = HeaderValue::from_str(&bearer).map_err(|_| ApiError::Malformed)?;
        let mut all = vec![(header::AUTHORIZATION, sensitive(bearer))];
        all.extend_from_slice(headers);
        let sent = Sent {
            method: Method::GET,
            headers: all,
            body: Vec::new(),
        };
        let got = self.https.send(url, sent, "application/json", most);
        got.await.map_err(ApiError::not_got)
    }
}
