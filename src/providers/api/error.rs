//! [`ApiError`]: why a sender's API said nothing.

use std::time::Duration;

use http::HeaderValue;

use crate::access::NotGot;

/// Why a sender's API said nothing. No text holds an id, a body, a token or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The token endpoint gave no token. With 400, 401 and 403 the credentials or the environment are wrong.
    #[error("the token endpoint gave no token: status {status}")]
    Login {
        /// What it answered.
        status: u16,
    },
    /// The API refuses the token, one that was just renewed as well.
    #[error("the API refuses our credentials: status {status}")]
    Refused {
        /// 401 or 403.
        status: u16,
    },
    /// Too many questions.
    #[error("the API takes no more questions for now")]
    Limited {
        /// For how long, where it says that in seconds.
        retry_after: Option<Duration>,
    },
    /// Another status than 200.
    #[error("the API answered with status {status}")]
    Status {
        /// What it answered.
        status: u16,
    },
    /// No answer, or half of one.
    #[error("the API cannot be reached")]
    Unreachable,
    /// The whole answer did not come in time.
    #[error("the API did not answer in time")]
    TooSlow,
    /// Longer than is read.
    #[error("the answer of the API is too large")]
    TooLarge,
    /// It cannot be read.
    #[error("the answer of the API cannot be read")]
    Malformed,
    /// Nothing was asked: the token endpoint failed a moment ago.
    #[error("there is no token: the token endpoint failed a moment ago")]
    NoToken,
}

impl ApiError {
    pub(super) fn not_got(error: NotGot) -> Self {
        match error {
            NotGot::Unreachable(_) => Self::Unreachable,
            NotGot::Status(status) => Self::Status { status },
            NotGot::TooLarge { .. } => Self::TooLarge,
        }
    }

    /// What is wrong with an answer, by its head.
    pub(super) fn of_answer(status: u16, retry_after: Option<&HeaderValue>) -> Option<Self> {
        Some(match status {
            200 => return None,
            401 | 403 => Self::Refused { status },
            429 => Self::Limited {
                retry_after: seconds(retry_after),
            },
            _ => Self::Status { status },
        })
    }
}

/// A date is not read: no sender that we ask writes one there.
fn seconds(value: Option<&HeaderValue>) -> Option<Duration> {
    let secs = value?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(secs))
}
