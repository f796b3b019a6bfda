//! What Unico's API tells of a process, by either of its contracts.

use serde::Deserialize;

use super::super::{Flow, Milestone, State, Status};
use crate::json::{members::object, open_enum::open_enum};

/// A process as the API tells it. It holds the verdict: personal data that a notification never has.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Process {
    /// By the contract "by client" (API).
    Api(Box<ApiProcess>),
    /// By the contract "by Unico" (Web & SDK).
    Sdk(Box<SdkProcess>),
}

impl Process {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Api(process) => &process.id,
            Self::Sdk(process) => &process.id,
        }
    }

    /// How far it has come.
    pub fn milestone(&self) -> Milestone {
        match self {
            Self::Api(process) => process.status.into(),
            Self::Sdk(process) => process.state.clone().into(),
        }
    }
}

object! {
    /// A process by the contract "by client". Decide on [`Status::Concluded`] alone (known).
    pub struct ApiProcess: show(id, status), extra {
        /// The process's id.
        pub id: String = required "id",
        /// The status.
        pub status: Status = required "status",
        /// Whether the face belongs to the document.
        pub unico_id: Option<Outcome> = optional "unicoId",
        /// Whether the face is known of fraudsters.
        pub identity_fraudsters: Option<Outcome> = optional "identityFraudsters",
        /// What newer recipes say in one word.
        pub id_cloud: Option<Outcome> = optional "idCloud",
        /// 1: a living person; 2: none. Not there where `unico_id` is yes (known).
        pub liveness: Option<i64> = optional "liveness",
        /// The risk score, where `unico_id` is inconclusive. It may be negative (known).
        pub score: Option<f64> = optional "score",
    }
}

object! {
    /// One capability's result.
    pub struct Outcome: show(), extra {
        /// The result.
        pub result: Option<ApiResult> = optional "result",
    }
}

open_enum! {
    /// A result by the contract "by client".
    pub enum ApiResult {
        /// `yes`
        Yes = "yes",
        /// `no`
        No = "no",
        /// `inconclusive`
        Inconclusive = "inconclusive",
        /// `approved`
        Approved = "approved",
        /// `denied`
        Denied = "denied",
        /// `critical-risk`
        CriticalRisk = "critical-risk",
        /// `high-risk`
        HighRisk = "high-risk",
        /// `retry`
        Retry = "retry",
    }
}

object! {
    /// A process by the contract "by Unico". Read `state`, then `result`, then `authentication_info` (known).
    pub struct SdkProcess: show(id, state, flow), extra {
        /// The process's id.
        pub id: String = required "id",
        /// The state.
        pub state: State = required "state",
        /// The flow.
        pub flow: Option<Flow> = optional "flow",
        /// What came out.
        pub result: Option<ProcessResult> = optional "result",
        /// The application's own reference.
        pub client_reference: Option<String> = optional "clientReference",
        /// When it began, RFC 3339.
        pub created_at: Option<String> = optional "createdAt",
        /// When it ended, RFC 3339.
        pub finished_at: Option<String> = optional "finishedAt",
        /// When it expires, RFC 3339.
        pub expires_at: Option<String> = optional "expiresAt",
        /// What was found out of the person.
        pub authentication_info: Option<AuthenticationInfo> = optional "authenticationInfo",
    }
}

open_enum! {
    /// What came out of a process.
    pub enum ProcessResult {
        /// Nothing yet.
        Unspecified = "PROCESS_RESULT_UNSPECIFIED",
        /// It is to be judged by the authentication's result.
        Ok = "PROCESS_RESULT_OK",
        /// The identity is not the one that was said.
        InvalidIdentity = "PROCESS_RESULT_INVALID_IDENTITY",
        /// An error.
        Error = "PROCESS_RESULT_ERROR",
        /// It failed.
        Failed = "PROCESS_RESULT_FAILED",
    }
}

object! {
    /// What was found out of the person. What else is there is in `extra`.
    pub struct AuthenticationInfo: show(), extra {
        /// The id of the authentication.
        pub authentication_id: Option<String> = optional "authenticationId",
        /// Whether the face belongs to the person.
        pub authentication_result: Option<AuthenticationResult> = optional "authenticationResult",
        /// Whether a living person was there.
        pub liveness_result: Option<LivenessResult> = optional "livenessResult",
    }
}

open_enum! {
    /// Whether the face belongs to the person.
    pub enum AuthenticationResult {
        /// Nothing yet.
        Unspecified = "AUTHENTICATION_RESULT_UNSPECIFIED",
        /// It does.
        Positive = "AUTHENTICATION_RESULT_POSITIVE",
        /// It does not (assumed: the vendor's samples have none).
        Negative = "AUTHENTICATION_RESULT_NEGATIVE",
        /// It is not known.
        Inconclusive = "AUTHENTICATION_RESULT_INCONCLUSIVE",
    }
}

open_enum! {
    /// Whether a living person was there.
    pub enum LivenessResult {
        /// Nothing yet.
        Unspecified = "LIVENESS_RESULT_UNSPECIFIED",
        /// One was.
        Live = "LIVENESS_RESULT_LIVE",
    }
}

/// The answer of the contract "by Unico": the process stands in a member of its own.
#[derive(Deserialize)]
pub(super) struct Wrapped {
    pub(super) process: SdkProcess,
}
