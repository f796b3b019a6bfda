//! [`ClientError`]: why Unico's API said nothing.

use std::time::Duration;

use crate::{polling::AskError, providers::api::ApiError};

/// Why Unico's API said nothing of a process. No text holds an id, a body, a token or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The id has characters that no id of Unico's has, or is empty, or longer than 128 characters. Nothing was asked.
    #[error("the id of a process has 1 to 128 letters, digits, `-` and `_`")]
    Id,
    /// The identity service refuses the assertion: the key, the account or the environment is wrong.
    #[error("the identity service refuses our assertion: status {status}")]
    Login {
        /// What it answered.
        status: u16,
    },
    /// The API refuses the token or the API key, a token that was just renewed as well.
    #[error("the API refuses our credentials: status {status}")]
    Refused {
        /// What it answered.
        status: u16,
    },
    /// There is no such process, or it is not ours, or it was deleted.
    #[error("the API knows no such process: status {status}")]
    Unknown {
        /// 400, 404 or 410.
        status: u16,
    },
    /// The process is not in a state in which it can be asked for.
    #[error("the process cannot be asked for yet: status 409")]
    NotYet,
    /// Too many questions.
    #[error("the API takes no more questions for now")]
    Limited {
        /// For how long, where it says that.
        retry_after: Option<Duration>,
    },
    /// Another status than those that the vendor names.
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
    /// Longer than any answer.
    #[error("the answer of the API is too large")]
    TooLarge,
    /// It cannot be read.
    #[error("the answer of the API cannot be read")]
    Malformed,
    /// It is of another process than the one that was asked for.
    #[error("the answer of the API is of another process")]
    OtherProcess,
    /// Nothing was asked: the identity service failed a moment ago.
    #[error("there is no token: the identity service failed a moment ago")]
    NoToken,
}

impl ClientError {
    /// What it means for the fallback. The two that are no failures are not among them.
    pub(super) fn asked(self) -> AskError {
        match self {
            Self::Limited { retry_after } => AskError::Limited { retry_after },
            Self::Login { .. } => AskError::Refused("the identity service refuses our assertion"),
            Self::Refused { .. } => AskError::Refused("the API refuses our credentials"),
            Self::Id | Self::Unknown { .. } => {
                AskError::Unavailable("the API knows no such process")
            }
            Self::NotYet => AskError::Unavailable("the process cannot be asked for yet"),
            Self::Status { .. } => AskError::Unavailable("the API answered with an error"),
            Self::Unreachable => AskError::Unavailable("the API cannot be reached"),
            Self::TooSlow => AskError::Unavailable("the API did not answer in time"),
            Self::TooLarge => AskError::Unavailable("the answer of the API is too large"),
            Self::Malformed => AskError::Unavailable("the answer of the API cannot be read"),
            Self::OtherProcess => {
                AskError::Unavailable("the answer of the API is of another process")
            }
            Self::NoToken => AskError::Unavailable("the identity service failed a moment ago"),
        }
    }
}

impl ClientError {
    pub(super) fn of_api(error: ApiError) -> Self {
        match error {
            ApiError::Login {
                status: status @ (400 | 401 | 403),
            } => Self::Login { status },
            // Of a service that is down, and not of a process.
            ApiError::Login { status } => Self::Status { status },
            ApiError::Refused { status } => Self::Refused { status },
            ApiError::Limited { retry_after } => Self::Limited { retry_after },
            ApiError::Status {
                status: status @ (400 | 404 | 410),
            } => Self::Unknown { status },
            ApiError::Status { status: 409 } => Self::NotYet,
            ApiError::Status { status } => Self::Status { status },
            ApiError::Unreachable => Self::Unreachable,
            ApiError::TooSlow => Self::TooSlow,
            ApiError::TooLarge => Self::TooLarge,
            ApiError::Malformed => Self::Malformed,
            ApiError::NoToken => Self::NoToken,
        }
    }
}
