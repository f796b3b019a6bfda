//! Errors, split by who must act: [`BuildError`] and [`SecretError`] (you, at start), [`Rejection`]
//! (the sender), [`StoreError`] and [`KeySourceError`] (infrastructure). [`Reason`] is the stable,
//! bounded name of each way a delivery can end early, fit for a metric label.

use std::time::Duration;

pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// A secret cannot be right. Never shows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// An HMAC with an empty key can be forged by anyone.
    #[error("the secret is empty")]
    Empty,
    /// Zeros are what HMAC pads a key with, so a key of zeros is the empty key.
    #[error("every byte of the secret is zero, as if it were empty")]
    Zero,
    /// White space or quotes around a secret come from a copied line or a `.env` file.
    #[error("the secret begins or ends with white space or a quote; remove it")]
    Stray,
    /// The text is not in the encoding that was asked for.
    #[error("the secret is not valid {0}")]
    Encoding(&'static str),
    /// The environment variable is not set, or is not UTF-8.
    #[error("the environment variable of the secret is not set or is not UTF-8")]
    Unset,
}

/// A receiver was configured in a way that cannot be right. Returned at start, never later.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A secret cannot be right.
    #[error("a secret cannot be used: {0}")]
    Secret(#[from] SecretError),
    /// A name is empty, too long or has characters that cannot be in it. It is not shown: a key may
    /// stand where a name should.
    #[error("the {what} is not usable: {why}")]
    Name {
        /// Which name.
        what: &'static str,
        /// What to change.
        why: &'static str,
    },
    /// A range of addresses cannot be right. It is not shown: a key may stand where a range should.
    #[error("the {what} number {place} is not usable: {why}")]
    Range {
        /// What it is for.
        what: &'static str,
        /// Its place in the list, counted from 1.
        place: usize,
        /// What to change.
        why: &'static str,
    },
    /// The pack has no key.
    #[error("no key: give the pack at least one secret")]
    NoKey,
    /// Two keys of a ring have the same id. It is not shown: a key may stand where an id should.
    #[error("key number {place} of the ring has the id of one before it")]
    RepeatedKeyId {
        /// The second one's place in the ring, counted from 1.
        place: usize,
    },
    /// No dedup store was chosen.
    #[error(
        "no dedup store: call `.dedup(MemoryStore::new())` for one process, \
         or give a store that is shared and survives restarts"
    )]
    NoDedupStore,
    /// Marks would be forgotten while their deliveries are still accepted: a replay gap.
    #[error(
        "retention {retention:?} is too short: it must be at least {least:?} \
         (window to the past + to the future + 60 s, and the sender's retry horizon); \
         raise it or narrow the window"
    )]
    RetentionTooShort {
        /// What was set.
        retention: Duration,
        /// The least that is safe.
        least: Duration,
    },
    /// A limit or duration that must be positive is zero.
    #[error("{0} must be greater than zero")]
    Zero(&'static str),
    /// Two settings contradict each other.
    #[error("{0}")]
    Contradiction(&'static str),
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness for owner tokens")]
    Randomness,
}

/// Why a request was not admitted. What the sender gets is decided in [`crate::answer`]; these
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

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The stable, bounded name of each way a delivery can end other than in its handler's own
        /// answer. Fit for metric labels and log fields; names never change meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $variant,)+
        }

        impl Reason {
            /// Every reason, in the order of the road.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in logs, metrics and tools.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

reasons! {
    /// The method is not the pack's.
    MethodNotAllowed = "method_not_allowed",
    /// The media type is not the pack's.
    UnsupportedMediaType = "unsupported_media_type",
    /// The body has a content encoding.
    UnsupportedEncoding = "unsupported_encoding",
    /// `Host` and `:authority` differ.
    HostMismatch = "host_mismatch",
    /// The body is over the limit.
    BodyTooLarge = "body_too_large",
    /// The body did not arrive in time.
    BodyTooSlow = "body_too_slow",
    /// The connection broke while the body was read.
    BodyIncomplete = "body_incomplete",
    /// The peer's address is not allowed.
    AddressDenied = "address_denied",
    /// No such tenant.
    UnknownTenant = "unknown_tenant",
    /// No credentials for the endpoint.
    AccessMissing = "access_missing",
    /// Wrong credentials for the endpoint.
    AccessDenied = "access_denied",
    /// No signature.
    MissingSignature = "missing_signature",
    /// The signature cannot be read.
    MalformedSignature = "malformed_signature",
    /// The signature is of other bytes or by another key.
    SignatureMismatch = "signature_mismatch",
    /// No signed id.
    MissingId = "missing_id",
    /// The signed id cannot be taken.
    MalformedId = "malformed_id",
    /// No signed nonce.
    MissingNonce = "missing_nonce",
    /// The signed nonce cannot be taken.
    MalformedNonce = "malformed_nonce",
    /// No signed time.
    MissingTimestamp = "missing_timestamp",
    /// The signed time cannot be read.
    MalformedTimestamp = "malformed_timestamp",
    /// Verified, but the event's own time cannot be read.
    UnreadableEventTime = "unreadable_event_time",
    /// Older than the window.
    TimestampTooOld = "timestamp_too_old",
    /// Further ahead than the window.
    TimestampInFuture = "timestamp_in_future",
    /// Not the pack's envelope.
    Undecodable = "undecodable",
    /// A key could not be read (tools only: a receiver refuses it at start).
    BadKey = "bad_key",
    /// Every key has ended.
    NoLiveKey = "no_live_key",
    /// The key source is down.
    KeysUnavailable = "keys_unavailable",
    /// What access checks need is down.
    AccessUnavailable = "access_unavailable",
    /// Too many bytes in flight, look-ups of tenants under way or handlers running.
    Overloaded = "overloaded",
    /// The process is about to stop, and begins nothing new.
    ShuttingDown = "shutting_down",
    /// The peer's address is needed and unknown.
    PeerNotWired = "peer_not_wired",
    /// A route parameter is needed and unknown.
    RouteParamNotWired = "route_param_not_wired",
    /// The handler is done with the event.
    Handled = "handled",
    /// Not one of the events that the application asked for.
    NotOfInterest = "not_of_interest",
    /// A signed request whose nonce was used for another event.
    NonceReused = "nonce_reused",
    /// A copy of a completed event.
    Duplicate = "duplicate",
    /// A copy of a completed event with other content, refused by choice.
    ChangedContent = "changed_content",
    /// A copy whose first is still running.
    InProgress = "in_progress",
    /// The dedup store is down.
    StoreUnavailable = "store_unavailable",
    /// The dedup store is full.
    StoreFull = "store_full",
    /// The handler asked for a retry or answered with an error.
    HandlerRetry = "handler_retry",
    /// The handler panicked.
    HandlerPanicked = "handler_panicked",
    /// The handler refused the event for good.
    HandlerRejected = "handler_rejected",
    /// The handler is past its deadline and goes on in the background.
    HandlerDeadline = "handler_deadline",
    /// The handler was done, but its mark could not be written.
    SettleFailed = "settle_failed",
    /// The lease ended before the handler did.
    LeaseLost = "lease_lost",
    /// Dropped before its end: its sender left a receiver that cancels on disconnect, or the process ends.
    CutOff = "cut_off",
    /// The handler asked for an event of another type than the pack's.
    WrongEventType = "wrong_event_type",
    /// The route has no middleware.
    NotProtected = "not_protected",
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A dedup store could not do what was asked. The answer is always 503; nothing fails open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store holds as many unexpired keys as it may.
    #[error("the dedup store is full")]
    Full,
    /// The store did not answer in time.
    #[error("the dedup store did not answer in time")]
    Timeout,
    /// The store is down or refused.
    #[error("the dedup store is unavailable")]
    Unavailable(#[source] Source),
}

/// A key source could not be asked. The answer is 503.
#[derive(Debug, thiserror::Error)]
#[error("the key source is unavailable")]
pub struct KeySourceError(#[source] Source);

impl KeySourceError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Source>) -> Self {
        Self(source.into())
    }
}
