//! [`ClientError`]: why Unico's API said nothing.

use crate::{polling::AskError, providers::api::ApiError};

/// Why Unico's API said nothing of a process. No text holds an id, a body, a token or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The id has characters that no id of Unico's has, or is empty, or longer than 128 characters. Nothing was asked.
    #[error("the id of a process has 1 to 128 letters, digits, `-` and `_`")]
    Id,
    /// There is no such process, or it is not ours, or it was deleted.
    #[error("the API knows no such process: status {status}")]
    Unknown {
        /// 400, 404 or 410.
        status: u16,
    },
    /// The process is not in a state in which it can be asked for.
    #[error("the process cannot be asked for yet: status 409")]
    NotYet,
    /// It is of another process than the one that was asked for.
    #[error("the answer of the API is of another process")]
    OtherProcess,
    /// What any API may say. The token endpoint is Unico's identity service. Where that refuses our assertion, the key, the
    /// account or the environment is wrong.
    #[error(transparent)]
    Api(ApiError),
}

/// The statuses that say something of a process have variants of their own.
impl From<ApiError> for ClientError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Status {
                status: status @ (400 | 404 | 410),
            } => Self::Unknown { status },
            ApiError::Status { status: 409 } => Self::NotYet,
            error => Self::Api(error),
        }
    }
}

impl ClientError {
    /// What it means for the fallback. The two that are no failures are not among them.
    pub(super) fn asked(self) -> AskError {
        AskError::Unavailable(match self {
            Self::Id | Self::Unknown { .. } => "the API knows no such process",
            Self::NotYet => "the process cannot be asked for yet",
            Self::OtherProcess => "the answer of the API is of another process",
            Self::Api(error) => match error {
                ApiError::Limited { retry_after } => return AskError::Limited { retry_after },
                ApiError::Login {
                    status: 400 | 401 | 403,
                } => return AskError::Refused("the identity service refuses our assertion"),
                ApiError::Refused { .. } => {
                    return AskError::Refused("the API refuses our credentials");
                }
                // The service is down, or the API.
                ApiError::Login { .. } | ApiError::Status { .. } => {
                    "the API answered with an error"
                }
                ApiError::Unreachable => "the API cannot be reached",
                ApiError::TooSlow => "the API did not answer in time",
                ApiError::TooLarge => "the answer of the API is too large",
                ApiError::Malformed => "the answer of the API cannot be read",
                ApiError::NoToken => "the identity service failed a moment ago",
            },
        })
    }
}
