//! Answers, with the headers that each one has.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;

/// Nothing but the page's own style, script and requests. A page in a frame could be clicked without being seen.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri \
     'none'; form-action 'none'",
);

/// On each answer, refusals included.
const ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    // For browsers that do not know `frame-ancestors`.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // One address has a page and its JSON.
    (header::VARY, HeaderValue::from_static("accept")),
];

/// Nothing that was captured stays in a browser.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// A file whose name changes with its bytes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

fn answer(
    status: StatusCode,
    media_type: HeaderValue,
    cache: HeaderValue,
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CACHE_CONTROL, cache);
    response
}

pub(crate) fn html(status: StatusCode, page: String) -> Response<Bytes> {
    let media_type = HeaderValue::from_static("text/html; charset=utf-8");
    answer(status, media_type, NO_STORE, page.into())
}

pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response<Bytes> {
    let media_type = HeaderValue::from_static("application/json");
    // Texts, numbers and names always have a JSON form.
    let body = serde_json::to_vec(value).unwrap_or_default();
    answer(status, media_type, NO_STORE, body.into())
}

/// A file of the page's own.
pub(crate) fn asset(media_type: &'static str, body: &'static str) -> Response<Bytes> {
    let media_type = HeaderValue::from_static(media_type);
    answer(
        StatusCode::OK,
        media_type,
        FOR_EVER,
        Bytes::from_static(body.as_bytes()),
    )
}

/// Bytes that a sender wrote: saved, never shown.
pub(crate) fn download(body: Bytes) -> Response<Bytes> {
    let media_type = HeaderValue::from_static("application/octet-stream");
    let mut response = answer(StatusCode::OK, media_type, NO_STORE, body);
    let attached = HeaderValue::from_static("attachment; filename=\"body.bin\"");
    response
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, attached);
    response
}

/// A request that is not answered, with a fixed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(StatusCode, &'static str);

impl Refused {
    pub(crate) const NOT_READING: Self = Self(
        StatusCode::METHOD_NOT_ALLOWED,
        "The inspector only shows: it answers GET and HEAD.",
    );
    pub(crate) const ANOTHER_SITE: Self = Self(
        StatusCode::FORBIDDEN,
        "Another site has sent this request. Open the address by yourself.",
    );
    pub(crate) const NOT_LOCAL: Self = Self(
        StatusCode::FORBIDDEN,
        "The inspector is shown on its own machine alone.",
    );
    pub(crate) const FORWARDED: Self = Self(
        StatusCode::FORBIDDEN,
        "A proxy has forwarded this request. Behind a proxy, mount the inspector behind a login.",
    );
    pub(crate) const ANOTHER_HOST: Self = Self(
        StatusCode::FORBIDDEN,
        "This request names another host. Open the inspector as localhost.",
    );
    pub(crate) const NOT_ADMITTED: Self = Self(
        StatusCode::FORBIDDEN,
        "The application does not admit you here.",
    );
    const UNKNOWN: Self = Self(
        StatusCode::UNAUTHORIZED,
        "The application asks you to log in.",
    );
    pub(crate) const NOT_FOUND: Self = Self(
        StatusCode::NOT_FOUND,
        "There is no such page, or nothing is kept of it any more.",
    );
    pub(crate) const UNREADABLE: Self = Self(
        StatusCode::BAD_REQUEST,
        "This address cannot be read. A time is one such as 2026-11-29T08:00:00Z, or how long ago, such as 2h.",
    );
    pub(crate) const NOT_ALLOWED: Self = Self(
        StatusCode::FORBIDDEN,
        "The application does not allow that contents are shown.",
    );
    pub(crate) const NO_INBOX: Self = Self(
        StatusCode::SERVICE_UNAVAILABLE,
        "The inbox did not answer. `hookgate inbox URL status` says why.",
    );
    pub(crate) const BROKEN: Self = Self(
        StatusCode::INTERNAL_SERVER_ERROR,
        "This page cannot be shown.",
    );

    pub(crate) fn challenge(challenge: HeaderValue) -> Response<Bytes> {
        let mut response = Response::from(Self::UNKNOWN);
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
        response
    }
}

impl From<Refused> for Response<Bytes> {
    fn from(refused: Refused) -> Self {
        let Refused(status, text) = refused;
        let media_type = HeaderValue::from_static("text/plain; charset=utf-8");
        let mut response = answer(status, media_type, NO_STORE, text.into());
        if status == StatusCode::METHOD_NOT_ALLOWED {
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    }
}
