//! [`Answer`]: every situation and what the sender gets: the one response table, used by every framework.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use super::{Outcome, Reason, Terms};

/// What a sender is asked to wait when nothing better is known.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The status that a [`Reason`] has in the table, and what comes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// 200 without a body.
    Done,
    /// 400.
    BadRequest,
    /// 401 with the challenges of the access rule.
    NoAccess,
    /// 401 with the challenge of a signature.
    NoProof,
    /// 403.
    Forbidden,
    /// 405 with `Allow`.
    Method,
    /// 408.
    TooSlow,
    /// 413.
    TooLarge,
    /// 415.
    MediaType,
    /// 500: the program is wired wrongly.
    Misused,
    /// 503 with `Retry-After`.
    Unavailable,
    /// 503 with `Retry-After`, and the connection is closed.
    GoingAway,
}

/// What the sender gets, where that is not the handler's own response.
///
/// | situation | status |
/// | --- | --- |
/// | method | 405 + `Allow` |
/// | media type missing or not the pack's, or a content encoding | 415 |
/// | `Host` and `:authority` differ | 400 |
/// | body over the limit / too slow / broken off | 413 / 408 / 400 |
/// | address not allowed | 403 |
/// | access credentials missing or wrong, unknown tenant | 401 + the receiver's challenges |
/// | signature missing, malformed or wrong; time outside the window; nonce used for another event | 401 + `WWW-Authenticate: Signature realm="webhook"`; with tenants after the receiver's challenges, as for every 401 |
/// | verified, but no identity or type to be read | 400 |
/// | not of interest; copy of a completed event; rejected for good | 200 |
/// | durable in the inbox, or kept there although it cannot be read | 200 |
/// | processed or ignored | 200 with an empty body, or the handler's own 2xx |
/// | copy while the first still runs, beyond what waits; failed first copy | 503 + `Retry-After` |
/// | retry, error, panic, any other answer of the handler | 503 (+ `Retry-After` when given) |
/// | handler past its deadline | 503 + `Retry-After`; work and lease go on |
/// | done, but the mark could not be written | 503 + `Retry-After` |
/// | store, key source or access check down, store full, overloaded, no live key | 503 + `Retry-After` |
/// | the process is about to stop | 503 + `Retry-After`; on HTTP/1.1 the connection is closed |
/// | middleware, peer address or route parameter missing; event of another type extracted, or extracted twice; a receiver inside of another | 500 |
/// | a handshake that the pack answers | as its sender asked |
/// | one of another shape, with a wrong token, or of a sender that is not expected | 403 |
///
/// A refusal that leaves a body unread says `Connection: close` on HTTP/1.1, and the rest is read and dropped within
/// bounds, so that the answer arrives: [`unread`](crate::limits::unread).
///
/// Error bodies are `application/problem+json` (RFC 9457) with a fixed text per status: what went wrong
/// exactly is for logs and hooks, never for the sender. Redirects are never answered: senders follow
/// them with a GET and count that as success.
///
/// Each [`Reason`] has its row in one table; the methods below are for those whose answer depends on more.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    reason: Reason,
    closes: bool,
}

impl Answer {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, `content-type` included where there is a body.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The body: a fixed text, empty on success; what its sender asked for in a handshake.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Why, for logs and metrics.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// How long the sender is asked to wait, where it is.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(name, _)| *name == header::RETRY_AFTER)?;
        Some(Duration::from_secs(value.to_str().ok()?.parse().ok()?))
    }

    /// Whether the connection is to be closed behind it: on HTTP/1.1 the framework then says `Connection: close`.
    pub fn closes(&self) -> bool {
        self.closes
    }

    /// 200 without a body.
    pub(crate) fn ok(reason: Reason) -> Self {
        Self {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: Bytes::new(),
            reason,
            closes: false,
        }
    }

    /// What a sender asked for, to see that the endpoint is ours.
    pub(crate) fn handshake(
        status: StatusCode,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Self {
        Self {
            status,
            headers,
            body,
            reason: Reason::Handshake,
            closes: false,
        }
    }

    /// 401, and what is wanted.
    fn challenged(reason: Reason, challenges: &[HeaderValue]) -> Self {
        let mut answer = Self::problem(StatusCode::UNAUTHORIZED, reason);
        let challenges = challenges.iter().cloned();
        let challenges = challenges.map(|value| (header::WWW_AUTHENTICATE, value));
        answer.headers.extend(challenges);
        answer
    }

    /// 503, and how long to wait.
    pub(crate) fn unavailable(reason: Reason, retry_after: Option<Duration>) -> Self {
        let mut answer = Self::problem(StatusCode::SERVICE_UNAVAILABLE, reason);
        if let Some(after) = retry_after {
            // Whole seconds, rounded up: a sender that comes back too early is turned away again.
            let secs = after
                .as_secs()
                .saturating_add(u64::from(after.subsec_nanos() > 0));
            answer
                .headers
                .push((header::RETRY_AFTER, HeaderValue::from(secs.max(1))));
        }
        answer
    }

    /// What a handler's outcome is answered, where it has no reply of its own.
    pub(crate) fn to(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Processed | Outcome::Ignored { .. } => Self::ok(Reason::Handled),
            Outcome::Rejected { .. } => Self::ok(Reason::HandlerRejected),
            Outcome::Retry { after, .. } => Self::unavailable(Reason::HandlerRetry, *after),
            Outcome::Unavailable { .. } => {
                Self::unavailable(Reason::HandlerRetry, Some(RETRY_AFTER))
            }
            Outcome::WrongEventType => Self::misused(Reason::WrongEventType),
            Outcome::TakenTwice => Self::misused(Reason::TakenTwice),
            Outcome::NestedReceiver => Self::misused(Reason::NestedReceiver),
        }
    }

    /// 500: the route has no receiver.
    pub fn not_protected() -> Self {
        Self::misused(Reason::NotProtected)
    }

    /// 500: the program is wired wrongly.
    pub(crate) fn misused(reason: Reason) -> Self {
        Self::problem(StatusCode::INTERNAL_SERVER_ERROR, reason)
    }

    /// What the sender gets for `reason`, where that says it all.
    pub(crate) fn of(reason: Reason, terms: &Terms) -> Self {
        let problem = |status| Self::problem(status, reason);
        match reason.status() {
            Status::Done => Self::ok(reason),
            Status::BadRequest => problem(StatusCode::BAD_REQUEST),
            Status::NoAccess => Self::challenged(reason, &terms.access),
            Status::NoProof => Self::challenged(reason, &terms.signature),
            Status::Forbidden => problem(StatusCode::FORBIDDEN),
            Status::Method => {
                let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED);
                answer.headers.push((header::ALLOW, terms.allow.clone()));
                answer
            }
            Status::TooSlow => problem(StatusCode::REQUEST_TIMEOUT),
            Status::TooLarge => problem(StatusCode::PAYLOAD_TOO_LARGE),
            Status::MediaType => problem(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Status::Misused => Self::misused(reason),
            Status::Unavailable => Self::unavailable(reason, Some(RETRY_AFTER)),
            // Who comes again should find another process.
            Status::GoingAway => Self {
                closes: true,
                ..Self::unavailable(reason, Some(RETRY_AFTER))
            },
        }
    }

    fn problem(status: StatusCode, reason: Reason) -> Self {
        Self {
            status,
            headers: vec![(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/problem+json"),
            )],
            body: Bytes::from_static(problem_text(status).as_bytes()),
            reason,
            closes: false,
        }
    }
}

/// Status, headers and body. Whether the connection [closes](Answer::closes) is the framework's to say.
impl From<&Answer> for Response<Bytes> {
    fn from(answer: &Answer) -> Self {
        let mut response = Self::new(answer.body.clone());
        *response.status_mut() = answer.status;
        for (name, value) in &answer.headers {
            response.headers_mut().append(name.clone(), value.clone());
        }
        response
    }
}

impl From<Answer> for Response<Bytes> {
    fn from(answer: Answer) -> Self {
        Self::from(&answer)
    }
}

/// One text per status, so that an answer tells nothing more than its status does.
fn problem_text(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => r#"{"title":"Bad Request","status":400,"detail":"The request cannot be read."}"#,
        401 => {
            r#"{"title":"Unauthorized","status":401,"detail":"The request is not authenticated."}"#
        }
        403 => r#"{"title":"Forbidden","status":403,"detail":"The request is not allowed."}"#,
        405 => r#"{"title":"Method Not Allowed","status":405,"detail":"Use an allowed method."}"#,
        408 => {
            r#"{"title":"Request Timeout","status":408,"detail":"The body did not arrive in time."}"#
        }
        413 => r#"{"title":"Content Too Large","status":413,"detail":"The body is too large."}"#,
        415 => {
            r#"{"title":"Unsupported Media Type","status":415,"detail":"Send an accepted media type without content encoding."}"#
        }
        500 => {
            r#"{"title":"Internal Server Error","status":500,"detail":"The receiver is set up wrongly."}"#
        }
        _ => {
            r#"{"title":"Service Unavailable","status":503,"detail":"Send the request again later."}"#
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_names_its_own_status() {
        let access = vec![HeaderValue::from_static("Basic")];
        let terms = Terms::new(HeaderValue::from_static("POST"), access, false);
        for reason in Reason::ALL {
            let answer = Answer::of(*reason, &terms);
            if answer.body.is_empty() {
                assert_eq!(answer.status, StatusCode::OK, "{reason}");
                continue;
            }
            let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(body["status"], answer.status.as_u16(), "{reason}");
        }
    }

    /// A sender that comes back too early is turned away again.
    #[test]
    fn a_pause_is_told_in_whole_seconds_and_never_shorter() {
        for (millis, told) in [
            (0, 1),
            (1, 1),
            (1000, 1),
            (1001, 2),
            (1500, 2),
            (60_000, 60),
        ] {
            let pause = Some(Duration::from_millis(millis));
            let answer = Answer::unavailable(Reason::HandlerRetry, pause);
            assert_eq!(
                answer.retry_after(),
                Some(Duration::from_secs(told)),
                "{millis}"
            );
        }
        let answer = Answer::unavailable(Reason::HandlerRetry, None);
        assert_eq!(answer.retry_after(), None);
    }
}
