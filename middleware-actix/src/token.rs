//! [`TokenIssuerExt`]: the token endpoint as actix-web routes.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, Route,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web,
};
use hookgate::{
    pack::Head,
    time::TokioTimer,
    token::{TokenAnswer, TokenIssuer},
};

use crate::{
    AnswerBody,
    headers::RequestHeaders,
    linger::{linger, watched},
    unix_peer::is_on_unix_socket,
};

/// Makes a [`TokenIssuer`] actix-web routes. Feature `token`.
///
/// ```
/// use actix_web::{App, web};
/// use hookgate::token::{Client, TokenIssuer};
/// use hookgate_actix::TokenIssuerExt;
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let issuer = TokenIssuer::new("https://hooks.example/token")
///     .client(Client::new("unico", "0f3c…"))
///     .build()?;
/// let app = App::new()
///     .route("/token", issuer.route())
///     .route("/.well-known/jwks.json", issuer.jwks_route());
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
pub trait TokenIssuerExt {
    /// The token endpoint. It answers every method, with 405 for all but POST, and reads the body itself, within the
    /// issuer's own limit.
    ///
    /// It counts failures by address. Over a Unix socket there is none, and every request is answered 500, unless the
    /// issuer was built with [`without_addresses`](hookgate::token::TokenIssuerBuilder::without_addresses).
    fn route(&self) -> Route;

    /// The issuer's public keys, for programs that check its tokens elsewhere.
    fn jwks_route(&self) -> Route;
}

impl TokenIssuerExt for TokenIssuer {
    fn route(&self) -> Route {
        let issuer = self.clone();
        web::route().to(move |request: HttpRequest, body: web::Payload| {
            let issuer = issuer.clone();
            async move { answer(&issuer, &request, body).await }
        })
    }

    fn jwks_route(&self) -> Route {
        let issuer = self.clone();
        web::get().to(move || {
            let answer = response(&issuer.jwks());
            async move { answer }
        })
    }
}

async fn answer(
    issuer: &TokenIssuer,
    request: &HttpRequest,
    body: web::Payload,
) -> HttpResponse<AnswerBody> {
    let timer = issuer.timer().unwrap_or_else(|| Arc::new(TokioTimer));
    let headers = RequestHeaders::of(request.headers());
    let authority = request.uri().authority();
    let head = Head::new(request.method().as_str(), request.uri().path(), &headers)
        .authority(authority.map(|authority| authority.as_str()))
        .peer(request.peer_addr())
        .unix_socket(is_on_unix_socket(request));
    let mut body = watched(request, body.into_inner());
    let response = response(&issuer.answer(head, &mut body, &timer).await);
    linger(response, body, request, issuer.body_limit(), &timer)
}

/// Translated from `http` 1.x to the types that actix-web has.
fn response(answer: &TokenAnswer) -> HttpResponse<AnswerBody> {
    let status =
        StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, AnswerBody::new(answer.body().clone()));
    for (name, value) in answer.headers() {
        // Both crates take the same names and values, so nothing is lost here.
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_str().as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
