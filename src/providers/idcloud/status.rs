//! How far a process or transaction has come, in the three vocabularies that Unico uses.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::json::open_enum::open_enum;

/// What precedes a state in the current generation.
const STATE_PREFIX: &str = "PROCESS_STATE_";

/// The state of a process, as the current body writes it. Open: new ones arrive without notice (known).
///
/// An intermediate generation wrote `finished` for `PROCESS_STATE_FINISHED` (known), so letter case and
/// prefix do not count: both are one state, and one event.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The process ended, whatever came out: ask Unico's API for the verdict. The only one that is sent today
    /// (known).
    Finished,
    /// The process began.
    Created,
    /// The process failed.
    Failed,
    /// A state that this version does not know, in upper case and without `PROCESS_STATE_`.
    Other(String),
}

impl State {
    /// The text of the current body.
    pub fn to_text(&self) -> Cow<'static, str> {
        match self {
            Self::Finished => "PROCESS_STATE_FINISHED".into(),
            Self::Created => "PROCESS_STATE_CREATED".into(),
            Self::Failed => "PROCESS_STATE_FAILED".into(),
            Self::Other(name) => format!("{STATE_PREFIX}{name}").into(),
        }
    }
}

impl From<&str> for State {
    fn from(text: &str) -> Self {
        let text = text.to_ascii_uppercase();
        match text.strip_prefix(STATE_PREFIX).unwrap_or(&text) {
            "FINISHED" => Self::Finished,
            "CREATED" => Self::Created,
            "FAILED" => Self::Failed,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Cow<'_, str> = Deserialize::deserialize(deserializer)?;
        Ok(Self::from(&*text))
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

/// Shows known states; an unknown one is the sender's text.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(_) => f.write_str("Other(..)"),
            known => f.write_str(&known.to_text()),
        }
    }
}

/// The numeric status of a process (known; also that of Unico Check).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// 1. Not notified (known).
    Processing,
    /// 2. Another status may follow.
    Divergence,
    /// 3.
    Concluded,
    /// 4.
    Cancelled,
    /// 5.
    Error,
    /// A number that this version does not know.
    Other(i64),
}

impl Status {
    /// The number in JSON.
    pub const fn code(self) -> i64 {
        match self {
            Self::Processing => 1,
            Self::Divergence => 2,
            Self::Concluded => 3,
            Self::Cancelled => 4,
            Self::Error => 5,
            Self::Other(code) => code,
        }
    }

    /// The number as text where it is known: a bounded set of labels.
    pub(super) const fn known_text(self) -> Option<&'static str> {
        match self {
            Self::Processing => Some("1"),
            Self::Divergence => Some("2"),
            Self::Concluded => Some("3"),
            Self::Cancelled => Some("4"),
            Self::Error => Some("5"),
            Self::Other(_) => None,
        }
    }
}

impl From<i64> for Status {
    fn from(code: i64) -> Self {
        match code {
            1 => Self::Processing,
            2 => Self::Divergence,
            3 => Self::Concluded,
            4 => Self::Cancelled,
            5 => Self::Error,
            other => Self::Other(other),
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.code())
    }
}

open_enum! {
    /// The textual status of an IDPay transaction or chargeback.
    pub enum PaymentStatus {
        /// Waiting for the holder.
        Waiting = "waiting",
        /// Being worked on.
        Processing = "processing",
        /// The link was shared.
        Shared = "shared",
        /// Final: approved.
        Approved = "approved",
        /// Final: neither approved nor refused.
        Inconclusive = "inconclusive",
        /// Final: too late.
        Expired = "expired",
        /// Final: shared with somebody unknown.
        UnknownShare = "unknown-share",
        /// Final: inconclusive at once.
        FastInconclusive = "fast-inconclusive",
        /// Final: the holder is not there.
        AbsentHolder = "absent-holder",
        /// Final: called off.
        Canceled = "canceled",
        /// Final: left out. Spelled with one `p` (known, older page).
        Skipped = "skiped",
        /// Chargeback: being looked at.
        Analyzing = "analyzing",
        /// Chargeback: refused.
        Refused = "refused",
    }
}

/// The status in a body with `id` and `status`: a number for processes, a text for IDPay (assumed by analogy:
/// the vendor's page of IDPay shows no body).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionStatus {
    /// A process's.
    Process(Status),
    /// An IDPay transaction's.
    Payment(PaymentStatus),
}

impl From<Status> for TransactionStatus {
    fn from(status: Status) -> Self {
        Self::Process(status)
    }
}

impl From<PaymentStatus> for TransactionStatus {
    fn from(status: PaymentStatus) -> Self {
        Self::Payment(status)
    }
}

impl<'de> Deserialize<'de> for TransactionStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;

        impl de::Visitor<'_> for NumberOrText {
            type Value = TransactionStatus;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or a text")
            }

            fn visit_i64<E>(self, code: i64) -> Result<TransactionStatus, E> {
                Ok(Status::from(code).into())
            }

            fn visit_u64<E: de::Error>(self, code: u64) -> Result<TransactionStatus, E> {
                let code = i64::try_from(code).map_err(|_| E::custom("a number out of range"))?;
                Ok(Status::from(code).into())
            }

            fn visit_str<E>(self, text: &str) -> Result<TransactionStatus, E> {
                Ok(PaymentStatus::from(text).into())
            }
        }

        deserializer.deserialize_any(NumberOrText)
    }
}

impl Serialize for TransactionStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Process(status) => status.serialize(serializer),
            Self::Payment(status) => status.serialize(serializer),
        }
    }
}

/// A state or status that an application waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Milestone {
    /// Of the current body.
    State(State),
    /// Of the body with `id` and `status`.
    Status(TransactionStatus),
}

impl From<State> for Milestone {
    fn from(state: State) -> Self {
        Self::State(state)
    }
}

impl<S: Into<TransactionStatus>> From<S> for Milestone {
    fn from(status: S) -> Self {
        Self::Status(status.into())
    }
}
