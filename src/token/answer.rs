//! [`TokenAnswer`]: what the token endpoint answers.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::grant::Refused;
use crate::verdict::{Answer, RETRY_AFTER};

/// What a 401 says is wanted. The realm is apart from that of webhooks: other credentials are meant.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"");
/// How long others may keep the key set: a rotation reaches them by the unknown `kid` before that.
const KEEP_KEYS: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// A whole answer, for the framework to send. Its body may hold a token, so `Debug` shows the status only.
#[derive(Clone)]
pub struct TokenAnswer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl TokenAnswer {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, `content-type` and `cache-control` included.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// RFC 6749, section 5.1. `more` are names under which the token stands too.
    pub(super) fn granted(
        token: &str,
        lifetime: Duration,
        scopes: &[String],
        more: &[String],
    ) -> Self {
        let mut members = Map::new();
        for name in more {
            members.insert(name.clone(), token.into());
        }
        members.insert("access_token".to_owned(), token.into());
        members.insert("token_type".to_owned(), "Bearer".into());
        members.insert("expires_in".to_owned(), lifetime.as_secs().into());
        if !scopes.is_empty() {
            members.insert("scope".to_owned(), scopes.join(" ").into());
        }
        Self::of(StatusCode::OK, &Value::Object(members))
    }

    /// RFC 6749, section 5.2.
    pub(super) fn refused(refused: Refused) -> Self {
        let status = match refused {
            Refused::InvalidClient(_) => StatusCode::UNAUTHORIZED,
            Refused::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Refused::Overloaded | Refused::StoreUnavailable | Refused::UnderWay => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Refused::Unsigned => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let mut answer = Self::of(status, &json!({"error": refused.code()}));
        let wait = match refused {
            Refused::Throttled(wait) => Some(wait),
            Refused::Overloaded | Refused::StoreUnavailable | Refused::UnderWay => {
                Some(RETRY_AFTER)
            }
            _ => None,
        };
        if let Some(wait) = wait {
            let secs = wait.as_millis().div_ceil(1000).max(1);
            let secs = u64::try_from(secs).unwrap_or(u64::MAX);
            answer.headers.push((header::RETRY_AFTER, secs.into()));
        }
        if matches!(refused, Refused::InvalidClient(_)) {
            answer.headers.push((header::WWW_AUTHENTICATE, CHALLENGE));
        }
        answer
    }

    /// Refused before the token request was looked at.
    pub(super) fn rejected(answer: &Answer) -> Self {
        let mut headers = answer.headers().to_vec();
        headers.push((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        Self {
            status: answer.status(),
            headers,
            body: answer.body().clone(),
        }
    }

    /// RFC 7517, section 8.5.2.
    pub(super) fn keys(document: String) -> Self {
        let media_type = HeaderValue::from_static("application/jwk-set+json");
        Self {
            status: StatusCode::OK,
            headers: vec![
                (header::CONTENT_TYPE, media_type),
                (header::CACHE_CONTROL, KEEP_KEYS),
            ],
            body: document.into(),
        }
    }

    fn of(status: StatusCode, body: &Value) -> Self {
        let value = HeaderValue::from_static;
        Self {
            status,
            headers: vec![
                (header::CONTENT_TYPE, value("application/json")),
                (header::CACHE_CONTROL, value("no-store")),
                (header::PRAGMA, value("no-cache")),
            ],
            body: body.to_string().into(),
        }
    }
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
