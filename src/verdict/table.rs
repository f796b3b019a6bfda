//! [`Reason`] and [`Rejection`]: one row for each way a delivery can end.
//!
//! A row says what it is called, what became of the delivery, what its sender gets, and, where a request is refused for
//! it, with which details. All else is read from here: a new reason is entered once.

use std::{fmt, time::Duration};

use super::{Ending, Status};

macro_rules! rows {
    ($(
        $(#[doc = $doc:literal])+
        $reason:ident = $name:literal, $ending:ident, $status:ident
        $(, $(#[$attribute:meta])*
            $rejection:ident
            $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? })?
            $(($inner:ty))?
        )*;
    )+) => {
        /// The stable, bounded name of each way a delivery can end other than in its handler's own
        /// answer. Fit for metric labels and log fields; names never change meaning.
        ///
        /// Example: [`Rejection`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $doc])+ $reason,)+
        }

        impl Reason {
            /// Every reason, in the order of the road.
            pub const ALL: &'static [Self] = &[$(Self::$reason,)+];

            /// The name in logs, metrics and tools.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$reason => $name,)+
                }
            }

            /// What it means, in a sentence or two of English. The words may change.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$reason => concat!($($doc),+).trim_ascii(),)+
                }
            }

            /// What became of the delivery: `outcome` of the metrics.
            pub const fn outcome(self) -> &'static str {
                self.ending().as_str()
            }

            /// What became of the delivery.
            pub(crate) const fn ending(self) -> Ending {
                match self {
                    $(Self::$reason => Ending::$ending,)+
                }
            }

            /// What its sender gets, where nothing else is said.
            pub(super) const fn status(self) -> Status {
                match self {
                    $(Self::$reason => Status::$status,)+
                }
            }
        }

        /// Why a request was not admitted. What the sender gets is decided by [`Answer`](super::Answer); these
        /// details are for logs, hooks and tools. Nothing here carries payload, credentials or addresses.
        ///
        /// ```
        /// use hookgate::{Reason, Rejection};
        ///
        /// let refused = Rejection::SignatureMismatch;
        /// assert_eq!(refused.reason(), Reason::SignatureMismatch);
        /// assert_eq!(refused.reason().as_str(), "signature_mismatch");
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Rejection {
            $($(
                $(#[$attribute])*
                $rejection $({ $($(#[$field_doc])* $field: $type),+ })? $(($inner))?,
            )*)+
        }

        impl Rejection {
            /// The stable name.
            pub const fn reason(&self) -> Reason {
                match self {
                    $($(Self::$rejection { .. } => Reason::$reason,)*)+
                }
            }
        }
    };
}

rows! {
    /// The method is not the pack's.
    MethodNotAllowed = "method_not_allowed", Refused, Method,
        /// Only the pack's method is taken.
        #[error("the method is not allowed")]
        MethodNotAllowed;
    /// The media type is not the pack's.
    UnsupportedMediaType = "unsupported_media_type", Refused, MediaType,
        /// `content-type` is missing, repeated or not the pack's.
        #[error("the media type is missing or not one that the pack takes")]
        UnsupportedMediaType,
        /// Of two media types that the pack takes, `content-type` names the other one: a form that is said to be JSON.
        #[error("the body is not what its media type says")]
        MislabelledBody,
        /// A CloudEvent in XML, Avro or Protobuf, or in a format that nobody knows.
        #[error("the CloudEvent is in another format than JSON: XML, Avro and Protobuf are not taken")]
        UnsupportedEventFormat,
        /// A request in a mode of CloudEvents that the receiver does not name. What has a media type of its own is in binary
        /// mode.
        #[error("by its media type a CloudEvent in {0} mode, which the receiver does not take")]
        EventModeNotTaken(&'static str);
    /// The body has a content encoding.
    UnsupportedEncoding = "unsupported_encoding", Refused, MediaType,
        /// A content encoding other than identity: what is signed could not be told from what is read.
        #[error("the body has a content encoding")]
        UnsupportedEncoding;
    /// `Host` and `:authority` differ.
    HostMismatch = "host_mismatch", Refused, BadRequest,
        /// `Host` and `:authority` name different hosts, or `Host` is repeated.
        #[error("`host` and `:authority` differ")]
        HostMismatch;
    /// The body is over the limit.
    BodyTooLarge = "body_too_large", Refused, TooLarge,
        /// More bytes than the receiver takes.
        #[error("the body is larger than {limit} bytes")]
        BodyTooLarge {
            /// The receiver's limit in bytes.
            limit: usize,
        },
        /// A packed body becomes more times as large than is taken: nobody has proved yet who sent it.
        #[error("the body becomes more than {ratio} times as large when it is unpacked")]
        UnpackedTooLarge {
            /// The most bytes that one byte may become.
            ratio: usize,
        },
        /// The body holds several events, and an inbox would keep it with each of them.
        #[error("the inbox would keep more than {limit} bytes of the events of one body")]
        BatchTooLarge {
            /// The most that it keeps, in bytes.
            limit: usize,
        };
    /// The body did not arrive in time.
    BodyTooSlow = "body_too_slow", Refused, TooSlow,
        /// The body did not arrive in time.
        #[error("the body did not arrive within {deadline:?}")]
        BodyTooSlow {
            /// The receiver's deadline for the whole body.
            deadline: Duration,
        };
    /// The connection broke while the body was read.
    BodyIncomplete = "body_incomplete", Refused, BadRequest,
        /// The connection broke while the body was read.
        #[error("the body ended early")]
        BodyIncomplete;
    /// The peer's address is not allowed.
    AddressDenied = "address_denied", Refused, Forbidden,
        /// The peer's address is not allowed.
        #[error("the peer's address is not allowed")]
        AddressDenied;
    /// A question whether the endpoint is ours, refused.
    HandshakeRefused = "handshake_refused", Refused, Forbidden,
        /// A sender asks whether the endpoint is ours, in a way that is not answered.
        #[error("a question whether the endpoint is ours is not answered: {0}")]
        HandshakeRefused(&'static str);
    /// No such tenant.
    UnknownTenant = "unknown_tenant", Refused, NoAccess,
        /// The route or header names no tenant that the key source knows.
        #[error("the tenant is unknown")]
        UnknownTenant;
    /// No credentials for the endpoint.
    AccessMissing = "access_missing", Refused, NoAccess,
        /// The credentials for this endpoint are missing.
        #[error("access credentials are missing")]
        AccessMissing;
    /// Wrong credentials for the endpoint.
    AccessDenied = "access_denied", Refused, NoAccess,
        /// The credentials for this endpoint are wrong.
        #[error("access credentials are wrong")]
        AccessDenied;
    /// No signature.
    MissingSignature = "missing_signature", Refused, NoProof,
        /// A header that carries the signature, or a member of it, is missing.
        #[error("the signature is missing")]
        MissingSignature;
    /// The signature cannot be read.
    MalformedSignature = "malformed_signature", Refused, NoProof,
        /// The signature is repeated, too long, or not in the scheme's encoding.
        #[error("the signature is malformed: {0}")]
        MalformedSignature(&'static str);
    /// The signature is of other bytes or by another key.
    SignatureMismatch = "signature_mismatch", Refused, NoProof,
        /// No live key gives this signature over these bytes.
        #[error("no signature matches any live key")]
        SignatureMismatch,
        /// No live key gives this signature, and what is signed is a setting: it may be the wrong one.
        #[error("no signature matches any live key; if the key is the sender's, look at {0}")]
        SignatureMismatchUnder(&'static str),
        /// The signature is right. What is signed was made for somebody or something else, such as a token for another
        /// audience.
        #[error("the signature is right, but not one for this endpoint: {0}")]
        SignedForAnother(&'static str);
    /// No signed id.
    MissingId = "missing_id", Refused, NoProof,
        /// The signed id is missing.
        #[error("the signed id is missing")]
        MissingId;
    /// The signed id cannot be taken.
    MalformedId = "malformed_id", Refused, NoProof,
        /// The signed id is repeated, too long, or has characters that would make the signed text
        /// ambiguous.
        #[error("the signed id is malformed: {0}")]
        MalformedId(&'static str);
    /// No signed nonce.
    MissingNonce = "missing_nonce", Refused, NoProof,
        /// The signed nonce is missing.
        #[error("the signed nonce is missing")]
        MissingNonce;
    /// The signed nonce cannot be taken.
    MalformedNonce = "malformed_nonce", Refused, NoProof,
        /// The signed nonce is repeated, too long, or has characters that would make the signed text
        /// ambiguous.
        #[error("the signed nonce is malformed: {0}")]
        MalformedNonce(&'static str);
    /// No signed time.
    MissingTimestamp = "missing_timestamp", Refused, NoProof,
        /// The signed time is missing.
        #[error("the signed time is missing")]
        MissingTimestamp;
    /// The signed time cannot be read.
    MalformedTimestamp = "malformed_timestamp", Refused, NoProof,
        /// The signed time of the attempt is there, and repeated or not in the sender's form.
        #[error("the signed time is malformed")]
        MalformedTimestamp;
    /// Verified, but the event's own time cannot be read.
    UnreadableEventTime = "unreadable_event_time", Refused, NoProof,
        /// The time of the event, which the signature covers, is there and no time in the sender's form.
        #[error(
            "the event's signed time cannot be read; `accept_unreadable_time` of the pack takes it for none"
        )]
        UnreadableEventTime;
    /// Older than the window.
    TimestampTooOld = "timestamp_too_old", Refused, NoProof,
        /// The signed time is older than the window allows.
        #[error("signed {age:?} ago, more than the allowed {limit:?}")]
        TimestampTooOld {
            /// How old it is.
            age: Duration,
            /// How old it may be.
            limit: Duration,
        },
        /// The proof itself says that it is good no longer: `exp` of a token.
        #[error("the proof ended {age:?} ago, more than the allowed {limit:?}")]
        NoLongerValid {
            /// How long ago it ended.
            age: Duration,
            /// How far the clocks may be apart.
            limit: Duration,
        };
    /// Further ahead than the window.
    TimestampInFuture = "timestamp_in_future", Refused, NoProof,
        /// The signed time is further ahead of our clock than the window allows.
        #[error("signed {ahead:?} ahead of our clock, more than the allowed {limit:?}")]
        TimestampInFuture {
            /// How far ahead it is.
            ahead: Duration,
            /// How far ahead it may be.
            limit: Duration,
        },
        /// The proof itself says that it is not good yet: `nbf` of a token.
        #[error("the proof begins {ahead:?} ahead of our clock, more than the allowed {limit:?}")]
        NotYetValid {
            /// How far ahead it begins.
            ahead: Duration,
            /// How far the clocks may be apart.
            limit: Duration,
        },
        /// The proof dates the event by its end alone, which is so far ahead that the event would be forgotten before: a
        /// captured delivery would then run again.
        #[error(
            "the proof is good for {ahead:?}, longer than the {limit:?} of memory: raise the retention"
        )]
        ValidForTooLong {
            /// How long it is still good, the difference of clocks included.
            ahead: Duration,
            /// For how long an event is surely known as a copy.
            limit: Duration,
        };
    /// Not the pack's envelope.
    Undecodable = "undecodable", Refused, BadRequest,
        /// Verified, but not the pack's envelope, or without what its event key needs.
        #[error("verified, but no identity or type can be read: {0}")]
        Undecodable(&'static str);
    /// A key could not be read (tools only: a receiver refuses it at start).
    BadKey = "bad_key", Refused, Misused;
    /// Every key has ended.
    NoLiveKey = "no_live_key", Unavailable, Unavailable,
        /// Every key of the ring has ended.
        #[error("every key of the ring has ended")]
        NoLiveKey;
    /// The key source is down.
    KeysUnavailable = "keys_unavailable", Unavailable, Unavailable,
        /// The key source did not answer.
        #[error("the key source is unavailable")]
        KeysUnavailable;
    /// What access checks need is down.
    AccessUnavailable = "access_unavailable", Unavailable, Unavailable,
        /// Something that access checks need could not be had.
        #[error("what access checks need is unavailable")]
        AccessUnavailable;
    /// Too many bytes in flight, look-ups of tenants under way or handlers running.
    Overloaded = "overloaded", Unavailable, Unavailable,
        /// The bodies in flight use up the receiver's byte budget, or as many tenants are looked up as may be.
        #[error("too many body bytes in flight, or too many look-ups of tenants under way")]
        Overloaded;
    /// The process is about to stop, and begins nothing new.
    ShuttingDown = "shutting_down", Unavailable, GoingAway;
    /// The peer's address is needed and unknown.
    PeerNotWired = "peer_not_wired", Misused, Misused,
        /// The peer's address is needed, but the framework was not set up to give it.
        #[error(
            "the peer's address is needed and unknown: on axum serve with \
             `into_make_service_with_connect_info::<SocketAddr>()`; a Unix socket has none"
        )]
        PeerNotWired;
    /// A route parameter is needed and unknown.
    RouteParamNotWired = "route_param_not_wired", Misused, Misused,
        /// A route parameter is needed, but the layer does not see it.
        #[error("the route parameter `{0}` is needed and unknown")]
        RouteParamNotWired(String);
    /// A request that asks whether the endpoint is ours: verified, and answered as its sender asked.
    Handshake = "handshake", Skipped, Done;
    /// The handler is done with the event.
    Handled = "handled", Processed, Done;
    /// Not one of the events that the application asked for.
    NotOfInterest = "not_of_interest", Skipped, Done;
    /// A signed request whose nonce was used for another event.
    NonceReused = "nonce_reused", Refused, NoProof;
    /// A copy of a completed event.
    Duplicate = "duplicate", Skipped, Done;
    /// A copy of a completed event with other content, refused by choice.
    ChangedContent = "changed_content", Refused, BadRequest;
    /// A copy whose first is still running.
    InProgress = "in_progress", Unavailable, Unavailable;
    /// The dedup store is down.
    StoreUnavailable = "store_unavailable", Unavailable, Unavailable;
    /// The dedup store is full.
    StoreFull = "store_full", Unavailable, Unavailable;
    /// The handler asked for a retry or answered with an error.
    HandlerRetry = "handler_retry", Retry, Unavailable;
    /// The handler panicked.
    HandlerPanicked = "handler_panicked", Retry, Unavailable;
    /// The handler refused the event for good.
    HandlerRejected = "handler_rejected", Rejected, Done;
    /// The handler is past its deadline and goes on in the background.
    HandlerDeadline = "handler_deadline", Unavailable, Unavailable;
    /// The handler was done, but its mark could not be written.
    SettleFailed = "settle_failed", Unavailable, Unavailable;
    /// The lease ended before the handler did.
    LeaseLost = "lease_lost", Lost, Unavailable;
    /// Dropped before its end: its sender left a receiver that cancels on disconnect, or the process ends.
    CutOff = "cut_off", Retry, Unavailable;
    /// The handler asked for an event of another type than the pack's.
    WrongEventType = "wrong_event_type", Misused, Misused;
    /// The handler asked for its event twice.
    TakenTwice = "taken_twice", Misused, Misused;
    /// Two receivers stand on one route, one inside the other.
    NestedReceiver = "nested_receiver", Misused, Misused;
    /// The route has no middleware.
    NotProtected = "not_protected", Misused, Misused;
    /// Durable in the inbox: a worker will run its handler.
    Queued = "queued", Queued, Done;
    /// Verified, not to be decoded, and kept in the inbox for somebody to look at.
    Quarantined = "quarantined", Queued, Done;
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
