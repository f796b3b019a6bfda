//! The core's answers as actix-web responses.

use std::fmt;

use actix_web::{
    Error, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, EitherBody, MessageBody},
    dev::ServiceResponse,
    http::{
        ConnectionType, StatusCode,
        header::{HeaderName, HeaderValue},
    },
};
use hookgate::framework::Answer;

use crate::AnswerBody;

/// A response to `request`. Where the request went down with its handler, it is an error that becomes the same
/// response: actix-web has no response without the request that it answers.
pub(crate) fn answered<B>(
    request: Option<HttpRequest>,
    answer: Answer,
) -> Result<ServiceResponse<EitherBody<B, AnswerBody>>, Error> {
    match request {
        Some(request) => {
            let response = fixed(&answer).map_into_right_body();
            Ok(ServiceResponse::new(request, response))
        }
        None => Err(Answered(answer).into()),
    }
}

/// The answer with its own text.
pub(crate) fn fixed(answer: &Answer) -> HttpResponse<AnswerBody> {
    response(answer, AnswerBody::new(answer.body().clone()))
}

/// The answer with `body`, translated from `http` 1.x to the types that actix-web has.
pub(crate) fn response<B: MessageBody>(answer: &Answer, body: B) -> HttpResponse<B> {
    let status =
        StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, body);
    for (name, value) in answer.headers() {
        // Both crates take the same names and values, so nothing is lost here.
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_str().as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    if answer.closes() {
        // Left out on HTTP/2, which knows no such header.
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    response
}

/// An answer on actix-web's way for errors.
#[derive(Debug)]
struct Answered(Answer);

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.reason().fmt(f)
    }
}

impl ResponseError for Answered {
    fn status_code(&self) -> StatusCode {
        response(&self.0, ()).status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        response(&self.0, self.0.body().clone()).map_into_boxed_body()
    }
}
