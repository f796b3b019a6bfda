//! [`Rejection`]: why a request was not admitted.

use std::time::Duration;

use super::Reason;

/// Why a request was not admitted. What the sender gets is decided by [`Answer`](super::Answer); these
/// details are for logs, hooks and tools. Nothing here carries payload, credentials or addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Only the pack's method is taken.
    #[error("the method is not allowed")]
    MethodNotAllowed,
    /// `content-type` is missing, repeated or not the pack's.
    #[error("the media type is missing or not one that the pack takes")]
    UnsupportedMediaType,
    /// A content encoding other than identity: what is signed could not be told from what is read.
    #[error("the body has a content encoding")]
    UnsupportedEncoding,
    /// `Host` and `:authority` name different hosts, or `Host` is repeated.
    #[error("`host` and `:authority` differ")]
    HostMismatch,
    /// More bytes than the receiver takes.
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The receiver's limit in bytes.
        limit: usize,
    },
    /// The body did not arrive in time.
    #[error("the body did not arrive within {deadline:?}")]
    BodyTooSlow {
        /// The receiver's deadline for the whole body.
        deadline: Duration,
    },
    /// The connection broke while the body was read.
    #[error("the body ended early")]
    BodyIncomplete,
    /// The peer's address is not allowed.
    #[error("the peer's address is not allowed")]
    AddressDenied,
    /// The route or header names no tenant that the key source knows.
    #[error("the tenant is unknown")]
    UnknownTenant,
    /// The credentials for this endpoint are missing.
    #[error("access credentials are missing")]
    AccessMissing,
    /// The credentials for this endpoint are wrong.
    #[error("access credentials are wrong")]
    AccessDenied,
    /// A header that carries the signature, or a member of it, is missing.
    #[error("the signature is missing")]
    MissingSignature,
    /// The signature is repeated, too long, or not in the scheme's encoding.
    #[error("the signature is malformed: {0}")]
    MalformedSignature(&'static str),
    /// No live key gives this signature over these bytes.
    #[error("no signature matches any live key")]
    SignatureMismatch,
    /// No live key gives this signature, and what is signed is a setting: it may be the wrong one.
    #[error("no signature matches any live key; if the key is the sender's, look at {0}")]
    SignatureMismatchUnder(&'static str),
    /// The signed id is missing.
    #[error("the signed id is missing")]
    MissingId,
    /// The signed id is repeated, too long, or has characters that would make the signed text
    /// ambiguous.
    #[error("the signed id is malformed: {0}")]
    MalformedId(&'static str),
    /// The signed nonce is missing.
    #[error("the signed nonce is missing")]
    MissingNonce,
    /// The signed nonce is repeated, too long, or has characters that would make the signed text
    /// ambiguous.
    #[error("the signed nonce is malformed: {0}")]
    MalformedNonce(&'static str),
    /// The signed time is missing.
    #[error("the signed time is missing")]
    MissingTimestamp,
    /// The signed time of the attempt is there, and repeated or not in the sender's form.
    #[error("the signed time is malformed")]
    MalformedTimestamp,
    /// The time of the event, which the signature covers, is there and no time in the sender's form.
    #[error(
        "the event's signed time cannot be read; `accept_unreadable_time` of the pack takes it for none"
    )]
    UnreadableEventTime,
    /// The signed time is older than the window allows.
    #[error("signed {age:?} ago, more than the allowed {limit:?}")]
    TimestampTooOld {
        /// How old it is.
        age: Duration,
        /// How old it may be.
        limit: Duration,
    },
    /// The signed time is further ahead of our clock than the window allows.
    #[error("signed {ahead:?} ahead of our clock, more than the allowed {limit:?}")]
    TimestampInFuture {
        /// How far ahead it is.
        ahead: Duration,
        /// How far ahead it may be.
        limit: Duration,
    },
    /// Verified, but not the pack's envelope, or without what its event key needs.
    #[error("verified, but no identity or type can be read: {0}")]
    Undecodable(&'static str),
    /// Every key of the ring has ended.
    #[error("every key of the ring has ended")]
    NoLiveKey,
    /// The key source did not answer.
    #[error("the key source is unavailable")]
    KeysUnavailable,
    /// Something that access checks need could not be had.
    #[error("what access checks need is unavailable")]
    AccessUnavailable,
    /// The bodies in flight use up the receiver's byte budget, or as many tenants are looked up as may be.
    #[error("too many body bytes in flight, or too many look-ups of tenants under way")]
    Overloaded,
    /// The peer's address is needed, but the framework was not set up to give it.
    #[error(
        "the peer's address is needed and unknown: on axum serve with \
         `into_make_service_with_connect_info::<SocketAddr>()`; a Unix socket has none"
    )]
    PeerNotWired,
    /// A route parameter is needed, but the layer does not see it.
    #[error("the route parameter `{0}` is needed and unknown")]
    RouteParamNotWired(String),
}

impl Rejection {
    /// The stable name.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::MethodNotAllowed => Reason::MethodNotAllowed,
            Self::UnsupportedMediaType => Reason::UnsupportedMediaType,
            Self::UnsupportedEncoding => Reason::UnsupportedEncoding,
            Self::HostMismatch => Reason::HostMismatch,
            Self::BodyTooLarge { .. } => Reason::BodyTooLarge,
            Self::BodyTooSlow { .. } => Reason::BodyTooSlow,
            Self::BodyIncomplete => Reason::BodyIncomplete,
            Self::AddressDenied => Reason::AddressDenied,
            Self::UnknownTenant => Reason::UnknownTenant,
            Self::AccessMissing => Reason::AccessMissing,
            Self::AccessDenied => Reason::AccessDenied,
            Self::MissingSignature => Reason::MissingSignature,
            Self::MalformedSignature(_) => Reason::MalformedSignature,
            Self::SignatureMismatch | Self::SignatureMismatchUnder(_) => Reason::SignatureMismatch,
            Self::MissingId => Reason::MissingId,
            Self::MalformedId(_) => Reason::MalformedId,
            Self::MissingNonce => Reason::MissingNonce,
            Self::MalformedNonce(_) => Reason::MalformedNonce,
            Self::MissingTimestamp => Reason::MissingTimestamp,
            Self::MalformedTimestamp => Reason::MalformedTimestamp,
            Self::UnreadableEventTime => Reason::UnreadableEventTime,
            Self::TimestampTooOld { .. } => Reason::TimestampTooOld,
            Self::TimestampInFuture { .. } => Reason::TimestampInFuture,
            Self::Undecodable(_) => Reason::Undecodable,
            Self::NoLiveKey => Reason::NoLiveKey,
            Self::KeysUnavailable => Reason::KeysUnavailable,
            Self::AccessUnavailable => Reason::AccessUnavailable,
            Self::Overloaded => Reason::Overloaded,
            Self::PeerNotWired => Reason::PeerNotWired,
            Self::RouteParamNotWired(_) => Reason::RouteParamNotWired,
        }
    }
}
