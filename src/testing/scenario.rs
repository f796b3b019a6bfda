//! [`Scenario`]: one row of the table.

use std::fmt;

macro_rules! scenarios {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $rule:literal;)+) => {
        /// One row of the table: what happens, and what hookgate promises then.
        ///
        /// Example: [`Kit`](super::Kit).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Scenario {
            $($(#[$doc])* $variant,)+
        }

        impl Scenario {
            /// The whole table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in reports.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The promise.
            pub const fn rule(self) -> &'static str {
                match self {
                    $(Self::$variant => $rule,)+
                }
            }
        }
    };
}

scenarios! {
    /// An event arrives.
    FirstDelivery = "first delivery",
        "a delivery that is verified and in time is handled once and answered 2xx";
    /// It arrives again, twice.
    SequentialCopies = "sequential copies",
        "a copy of a completed event is answered 2xx, and its handler does not run";
    /// Four copies arrive at once.
    ConcurrentCopies = "concurrent copies",
        "of all copies that arrive at once one runs; the others wait for it, or are told to come again";
    /// A copy arrives while the handler runs, and runs longer than the copy waits.
    CopyWhileRunning = "copy while the first runs",
        "a copy of a running event gets no 2xx before the first is done: it may still fail";
    /// The handler fails, and the sender tries again.
    RetryAfterFailure = "retry after a failed handler",
        "a failed handler is answered 503 and leaves no mark: the next copy runs";
    /// The handler panics, and the sender tries again.
    RetryAfterPanic = "retry after a panic",
        "a panic is answered 503 and leaves no mark: the next copy runs";
    /// The sender closes the connection while the handler runs.
    HangUp = "sender hangs up",
        "a handler that was admitted runs to its end, whoever hangs up, and the event is then done";
    /// The application stops and starts, after a failure and after a success.
    Restart = "restart",
        "marks and retries survive a restart of the application";
    /// One bit of the body changed on the way.
    AlteredBody = "altered body",
        "what was not signed is refused with 401 and not handled";
    /// One character of the signature changed.
    AlteredSignature = "altered signature",
        "a signature that does not match is refused with 401";
    /// No signature.
    Unsigned = "unsigned",
        "a delivery without signature is refused with 401";
    /// Signed with a key that the application does not have.
    WrongKey = "wrong key",
        "a signature by another key is refused with 401";
    /// The sender's key is exchanged for a new one.
    RotatedKey = "rotated key",
        "while keys are rotated both are taken; then the old one is not";
    /// Signed before the window.
    TooOld = "too old",
        "what is older than the window, and could no longer be known as a copy, is refused with 401";
    /// Signed after the window.
    FromTheFuture = "from the future",
        "what is further ahead of the clock than the window allows is refused with 401";
    /// An event of a type that nobody knows.
    UnknownType = "unknown event type",
        "new event types come without notice: one that is not known is acknowledged, or it is sent again \
         and again";
    /// An event whose data has another shape.
    OtherShape = "data of another shape",
        "data of another shape is not refused: it is acknowledged, or its handler asks for a retry";
    /// A body over the limit.
    Oversized = "oversized body",
        "a body over the receiver's limit is refused with 413";
    /// The dedup store fails, and comes back.
    StoreDown = "store down",
        "without its store nothing is handled: 503, and the sender comes again";
    /// Payload, headers, credentials and keys hold marks, and everything that can go wrong does.
    Redaction = "redaction",
        "no payload, header, credential, key or server's name is in an answer or in the log";
    /// No credentials, where the endpoint asks for some.
    WithoutCredentials = "without credentials",
        "who shows no credentials is refused with 401";
    /// Wrong credentials.
    WrongCredentials = "wrong credentials",
        "who shows wrong credentials is refused with 401";
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
