//! What an operator does about each reason.

use super::Reason;

const NOTHING: &str = "nothing: this is as it should be";
const KEY: &str =
    "compare the key with the sender's console; `hookgate explain` finds which difference it is";
const SHAPE: &str = "the sender, or something before the receiver, sends another form: `hookgate explain` shows which";
const CLOCK: &str =
    "compare the clocks, and see how long the delivery was on its way; the window is a setting";
const STORE: &str = "see how the store is: the log has its error";
const WIRING: &str = "the program is wired wrongly: the log says what to change";

impl Reason {
    /// What an operator does about it, in one line of English for people. The words may change.
    ///
    /// ```
    /// use hookgate::Reason;
    ///
    /// let reason = Reason::SignatureMismatch;
    /// assert_eq!(reason.outcome(), "refused");
    /// println!("{}; {}", reason.meaning(), reason.advice());
    /// ```
    pub const fn advice(self) -> &'static str {
        match self {
            Self::MethodNotAllowed => {
                "the sender's console has another method, or a browser called"
            }
            Self::UnsupportedMediaType => {
                "choose the media type of the pack in the sender's console, or another pack"
            }
            Self::UnsupportedEncoding => {
                "switch compression off between the sender and the receiver, or take it by `accept_gzip`"
            }
            Self::HostMismatch => "a proxy rewrites one of the two: let both name the same host",
            Self::BodyTooLarge => "raise `body_limit` if the sender's events are so large",
            Self::BodyTooSlow | Self::BodyIncomplete => {
                "the connection was slow or broke; often a scanner, else see the network before the receiver"
            }
            Self::AddressDenied => {
                "compare the receiver's networks with the sender's list; behind a proxy name its address"
            }
            Self::HandshakeRefused => {
                "compare what the sender asks with the receiver's list of origins"
            }
            Self::UnknownTenant => "the route names a tenant that the key source lacks",
            Self::AccessMissing | Self::AccessDenied => {
                "compare the credentials in the sender's console with the receiver's access rule"
            }
            Self::MissingSignature | Self::SignatureMismatch => KEY,
            Self::MalformedSignature
            | Self::MissingId
            | Self::MalformedId
            | Self::MissingNonce
            | Self::MalformedNonce
            | Self::MissingTimestamp
            | Self::MalformedTimestamp => SHAPE,
            Self::UnreadableEventTime => {
                "see what the sender writes as the time; `accept_unreadable_time` takes it for none"
            }
            Self::TimestampTooOld | Self::TimestampInFuture => CLOCK,
            Self::Undecodable => {
                "see what was sent: an observer's `undecodable`, or the inbox, has the bytes"
            }
            Self::BadKey => "the key cannot be read: see how it is filled",
            Self::NoLiveKey => "every key has ended: give the ring a new one",
            Self::KeysUnavailable | Self::AccessUnavailable => {
                "what holds the keys did not answer: the log has its error"
            }
            Self::Overloaded => "more arrives than may run at once: see what holds the handlers",
            Self::ShuttingDown => "the process stops, and the sender tries again",
            Self::NonceReused => "the same signed request came with other content: see who sent it",
            Self::ChangedContent => {
                "a copy has other content: `refuse_changed_content` is a choice"
            }
            Self::InProgress => "the first copy still runs; the sender tries again",
            Self::StoreUnavailable => STORE,
            Self::StoreFull => "raise the store's capacity, or shorten the retention",
            Self::HandlerRetry => "the handler failed: `LogErrors` or an observer has its error",
            Self::HandlerPanicked => "the handler panicked: standard error has the text",
            Self::HandlerRejected => "the handler refused it for good: no copy will run",
            Self::HandlerDeadline => "make the handler faster, or take the inbox",
            Self::SettleFailed | Self::LeaseLost => {
                "the effect may repeat: let it be idempotent by the event's key, or use `settle_in`"
            }
            Self::CutOff => "the process ended or the sender left: stop with `serve_until`",
            Self::WrongEventType
            | Self::TakenTwice
            | Self::NestedReceiver
            | Self::NotProtected
            | Self::PeerNotWired
            | Self::RouteParamNotWired => WIRING,
            Self::Quarantined => "it is a dead letter: replay it once the pack can read it",
            Self::Handshake
            | Self::Handled
            | Self::NotOfInterest
            | Self::Duplicate
            | Self::Queued => NOTHING,
        }
    }
}
