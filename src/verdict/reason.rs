//! [`Reason`]: the stable, bounded name of each way a delivery can end.

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
