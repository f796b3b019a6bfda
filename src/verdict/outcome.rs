//! What a handler says: [`Ack`], [`Nack`], and the [`Verdict`] that carries it to the middleware.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use super::Reason;

/// The handler is done with the event.
///
/// ```
/// use hookgate::{Ack, Nack};
///
/// fn on_event(relevant: bool) -> Result<Ack, Nack> {
///     if !relevant {
///         return Ok(Ack::ignored("not ours"));
///     }
///     Ok(Ack::processed())
/// }
/// # on_event(true).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "return it from the handler"]
pub struct Ack(Done);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Processed,
    Ignored(&'static str),
}

impl Ack {
    /// Handled.
    pub const fn processed() -> Self {
        Self(Done::Processed)
    }

    /// Not for this application. `why` goes to the log, so it is fixed text.
    ///
    /// The event counts as handled. It is remembered for the retention, so **no copy of it runs**, not even one that is
    /// sent again after the handler was mended. Do not say it of an event that the application wants and cannot read,
    /// such as `Unrecognized`: that is [`Nack::retry`], or a row that is kept. Events that were never wanted are best
    /// left out by the pack's `interested_in`, which remembers nothing.
    pub const fn ignored(why: &'static str) -> Self {
        Self(Done::Ignored(why))
    }
}

/// The handler is not done with the event.
///
/// `?` makes one of any error, and that means retry. It deliberately is no `Error` itself: so every
/// error converts, `anyhow`'s and boxed ones included.
///
/// The text of an error never reaches the sender or the log; it goes to
/// [`Observer::handler_failed`](crate::telemetry::Observer::handler_failed) only.
///
/// ```
/// use std::{io, time::Duration};
/// use hookgate::{Ack, Nack};
///
/// fn on_event(amount: i64, booked: io::Result<()>) -> Result<Ack, Nack> {
///     if amount < 0 {
///         return Err(Nack::rejected("a negative amount"));
///     }
///     match booked {
///         Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
///             Err(Nack::unavailable().with_error(error))
///         }
///         Err(error) if error.kind() == io::ErrorKind::TimedOut => {
///             Err(Nack::retry_after(Duration::from_secs(30)).with_error(error))
///         }
///         other => {
///             other?; // any other error is a retry
///             Ok(Ack::processed())
///         }
///     }
/// }
/// # assert!(on_event(1, Ok(())).is_ok());
/// # assert!(on_event(-1, Ok(())).is_err());
/// ```
#[derive(Clone)]
#[must_use = "return it from the handler"]
pub struct Nack {
    kind: NotDone,
    error: Option<Arc<dyn Error + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotDone {
    Retry { after: Option<Duration> },
    Unavailable,
    Rejected { why: &'static str },
}

impl Nack {
    /// The next copy may run.
    pub const fn retry() -> Self {
        Self {
            kind: NotDone::Retry { after: None },
            error: None,
        }
    }

    /// The next copy may run, and the sender is asked to wait this long (`Retry-After`).
    pub const fn retry_after(after: Duration) -> Self {
        Self {
            kind: NotDone::Retry { after: Some(after) },
            error: None,
        }
    }

    /// Something that the handler needs is away, and the event is not to blame: a database or an API that does not answer.
    /// In a [worker](crate::worker) it spends none of the event's tries, and pauses the endpoint. Inline it is a retry.
    pub const fn unavailable() -> Self {
        Self {
            kind: NotDone::Unavailable,
            error: None,
        }
    }

    /// No copy can ever be handled. The sender gets 200, since a retry cannot help, and the event is
    /// recorded as rejected. `why` goes to the log, so it is fixed text.
    ///
    /// The event is remembered for the retention, so **no copy of it runs**, not even one that is sent again after the
    /// handler was mended. Keep its [`payload`](crate::Delivery::payload) before, where somebody is to look at it.
    pub const fn rejected(why: &'static str) -> Self {
        Self {
            kind: NotDone::Rejected { why },
            error: None,
        }
    }

    /// The error behind it, for the application's observer.
    pub fn with_error(mut self, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.error = Some(Arc::from(error.into()));
        self
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Nack {
    fn from(error: E) -> Self {
        Self::retry().with_error(error)
    }
}

/// Shows the kind, never the error's text.
impl fmt::Debug for Nack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Nack").field(&self.kind).finish()
    }
}

/// How the run of a handler ended, for the road. Exhaustive on purpose: each needs its own answer.
#[derive(Clone)]
pub enum Outcome {
    /// Handled.
    Processed,
    /// Not for this application.
    Ignored {
        /// Fixed text for the log.
        why: &'static str,
    },
    /// Not handled: the next copy may run.
    Retry {
        /// How long the sender is asked to wait.
        after: Option<Duration>,
        /// What went wrong, for the application's observer.
        error: Option<Arc<dyn Error + Send + Sync>>,
    },
    /// Not handled, since something is away that the handler needs.
    Unavailable {
        /// What went wrong, for the application's observer.
        error: Option<Arc<dyn Error + Send + Sync>>,
    },
    /// Can never be handled.
    Rejected {
        /// Fixed text for the log.
        why: &'static str,
        /// What went wrong, for the application's observer.
        error: Option<Arc<dyn Error + Send + Sync>>,
    },
    /// The handler asked for an event of another type than the pack's: a mistake in the program.
    WrongEventType,
    /// The handler asked for its event twice: a mistake in the program.
    TakenTwice,
    /// Another receiver stands behind the first, on the same route: a mistake in the program.
    NestedReceiver,
}

impl Outcome {
    /// Which mistake of the program it is, if one.
    pub(crate) const fn misuse(&self) -> Option<Reason> {
        match self {
            Self::WrongEventType => Some(Reason::WrongEventType),
            Self::TakenTwice => Some(Reason::TakenTwice),
            Self::NestedReceiver => Some(Reason::NestedReceiver),
            Self::Processed
            | Self::Ignored { .. }
            | Self::Retry { .. }
            | Self::Unavailable { .. }
            | Self::Rejected { .. } => None,
        }
    }

    /// Nothing is known but that it was not handled.
    pub(crate) const fn not_handled() -> Self {
        Self::Retry {
            after: None,
            error: None,
        }
    }
}

impl From<Ack> for Outcome {
    fn from(ack: Ack) -> Self {
        match ack.0 {
            Done::Processed => Self::Processed,
            Done::Ignored(why) => Self::Ignored { why },
        }
    }
}

impl From<Nack> for Outcome {
    fn from(nack: Nack) -> Self {
        match nack.kind {
            NotDone::Retry { after } => Self::Retry {
                after,
                error: nack.error,
            },
            NotDone::Unavailable => Self::Unavailable { error: nack.error },
            NotDone::Rejected { why } => Self::Rejected {
                why,
                error: nack.error,
            },
        }
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Processed => "Processed",
            Self::Ignored { .. } => "Ignored",
            Self::Retry { .. } => "Retry",
            Self::Unavailable { .. } => "Unavailable",
            Self::Rejected { .. } => "Rejected",
            Self::WrongEventType => "WrongEventType",
            Self::TakenTwice => "TakenTwice",
            Self::NestedReceiver => "NestedReceiver",
        })
    }
}

/// Carries an [`Outcome`] from the handler's response to the middleware, in the response's extensions.
///
/// Without it (a layer in between built a new response) the status [counts](crate::framework::Ran::answered): a 2xx as
/// processed, anything else as retry. So every `Ack` is a 2xx on its own, and every `Nack` a plain 503, rejected
/// included.
#[derive(Debug, Clone)]
pub struct Verdict(pub Outcome);

#[cfg(feature = "axum")]
mod axum_responses {
    use axum_core::response::{IntoResponse, Response};
    use http::StatusCode;

    use super::{Ack, Nack, Verdict};

    impl IntoResponse for Ack {
        fn into_response(self) -> Response {
            let mut response = StatusCode::OK.into_response();
            response.extensions_mut().insert(Verdict(self.into()));
            response
        }
    }

    impl IntoResponse for Nack {
        fn into_response(self) -> Response {
            let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
            response.extensions_mut().insert(Verdict(self.into()));
            response
        }
    }
}

#[cfg(feature = "actix")]
mod actix_responses {
    use std::fmt;

    use actix_web::{
        HttpRequest, HttpResponse, Responder, ResponseError, body::BoxBody, http::StatusCode,
    };

    use super::{Ack, Nack, Outcome, Verdict};

    fn response(status: StatusCode, outcome: Outcome) -> HttpResponse {
        let mut response = HttpResponse::new(status);
        response.extensions_mut().insert(Verdict(outcome));
        response
    }

    impl Responder for Ack {
        type Body = BoxBody;

        fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
            response(StatusCode::OK, self.into())
        }
    }

    impl Responder for Nack {
        type Body = BoxBody;

        fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
            response(StatusCode::SERVICE_UNAVAILABLE, self.into())
        }
    }

    /// So that a handler returns `Result<Ack, Nack>`, and so that a `Nack` becomes an
    /// `actix_web::Error`.
    impl ResponseError for Nack {
        fn status_code(&self) -> StatusCode {
            StatusCode::SERVICE_UNAVAILABLE
        }

        fn error_response(&self) -> HttpResponse {
            response(self.status_code(), self.clone().into())
        }
    }

    /// Fixed text: actix-web logs it.
    impl fmt::Display for Nack {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the handler is not done with the event")
        }
    }
}
