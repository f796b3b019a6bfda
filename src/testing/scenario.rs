//! [`Scenario`]: one row of the table.

use std::fmt;

macro_rules! scenarios {
    (
        both { $($(#[$doc:meta])* $variant:ident = $name:literal, $rule:literal;)+ }
        inline { $($(#[$inline_doc:meta])* $inline:ident = $inline_name:literal, $inline_rule:literal;)+ }
        inbox { $($(#[$inbox_doc:meta])* $inbox:ident = $inbox_name:literal, $inbox_rule:literal;)+ }
        named { $($(#[$named_doc:meta])* $named:ident = $named_name:literal, $named_rule:literal;)+ }
    ) => {
        /// One row of the table: what happens, and what hookgate promises then.
        ///
        /// Example: [`Kit`](super::Kit).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Scenario {
            $($(#[$doc])* $variant,)+
            $($(#[$inline_doc])* $inline,)+
            $($(#[$inbox_doc])* $inbox,)+
            $($(#[$named_doc])* $named,)+
        }

        impl Scenario {
            /// The whole table of an endpoint whose handler runs before its sender is answered.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+ $(Self::$inline,)+];

            /// The whole table of an endpoint with an [inbox](crate::inbox), whose worker runs the handler.
            pub const INBOX: &'static [Self] = &[$(Self::$variant,)+ $(Self::$inbox,)+];

            /// The name in reports.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    $(Self::$inline => $inline_name,)+
                    $(Self::$inbox => $inbox_name,)+
                    $(Self::$named => $named_name,)+
                }
            }

            /// The promise.
            pub const fn rule(self) -> &'static str {
                match self {
                    $(Self::$variant => $rule,)+
                    $(Self::$inline => $inline_rule,)+
                    $(Self::$inbox => $inbox_rule,)+
                    $(Self::$named => $named_rule,)+
                }
            }
        }
    };
}

scenarios! {
    both {
        /// An event arrives.
        FirstDelivery = "first delivery",
            "a delivery that is verified and in time is handled once and answered 2xx";
        /// It arrives again, twice.
        SequentialCopies = "sequential copies",
            "a copy of a completed event is answered 2xx, and its handler does not run";
        /// One letter of the body changed on the way.
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
    inline {
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
    }
    inbox {
        /// Copies arrive while the event waits for its worker, while it runs, and after it.
        CopiesOfWaiting = "copies while it waits or runs",
            "what was accepted is durable: each copy is answered 2xx at once, and nothing runs twice";
        /// The handler fails, and nobody sends the event again.
        FailedRun = "a failed run",
            "the sender has its 2xx: the worker tries again by itself, and the effect happens once";
        /// The handler panics, and nobody sends the event again.
        PanickedRun = "a run that panics",
            "a panic is a failure: the worker tries again by itself, and the effect happens once";
        /// The handler fails as often as it may.
        DeadLetter = "dead letter",
            "an event that always fails is kept as a dead letter, and holds up no other";
        /// A dead letter is replayed once its cause is mended.
        Replay = "replay",
            "a dead letter that is replayed runs again, and its effect happens once";
        /// The worker's process is killed while the handler runs.
        WorkerKilled = "worker killed",
            "an event whose worker dies before its effect runs again: it counts as handled only after it";
        /// The application stops and starts while an event waits.
        RestartWithWork = "restart with work waiting",
            "what waits, and the marks of what was handled, survive a restart of the application";
    }
    named {
        /// The sender asks whether the endpoint is its owner's. In neither table: [`Kit::challenge`](super::Kit::challenge)
        /// says how it asks.
        Challenge = "challenge",
            "a sender that asks whether the endpoint is its owner's hears what it wants, each time, and no handler runs";
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
