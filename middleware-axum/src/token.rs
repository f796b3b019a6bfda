//! [`TokenIssuerExt`]: the token endpoint as axum routes.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get},
};
use hookgate::{
    framework::unread::WatchedBody,
    pack::Head,
    time::TokioTimer,
    token::{TokenAnswer, TokenIssuer},
    tower::{RequestBody, linger},
};

use crate::receiver_ext::{peer, unix_socket};

/// Makes a [`TokenIssuer`] axum routes. Feature `token`.
///
/// ```
/// use std::net::SocketAddr;
///
/// use axum::Router;
/// use hookgate::token::{Client, TokenIssuer};
/// use hookgate_axum::TokenIssuerExt;
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let issuer = TokenIssuer::new("https://hooks.example/token")
///     .client(Client::new("unico", "0f3c…"))
///     .build()?;
/// let app: Router = Router::new()
///     .route("/token", issuer.route())
///     .route("/.well-known/jwks.json", issuer.jwks_route());
/// // For `axum::serve(listener, app)`:
/// let app = app.into_make_service_with_connect_info::<SocketAddr>();
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
pub trait TokenIssuerExt {
    /// The token endpoint. It answers every method, with 405 for all but POST, and reads the body itself, within the
    /// issuer's own limit.
    ///
    /// It counts failures by address, so serve with `into_make_service_with_connect_info::<SocketAddr>()`. Without it
    /// every request is answered 500, unless the issuer was built with
    /// [`without_addresses`](hookgate::token::TokenIssuerBuilder::without_addresses).
    fn route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S>;

    /// The issuer's public keys, for programs that check its tokens elsewhere.
    fn jwks_route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S>;
}

impl TokenIssuerExt for TokenIssuer {
    fn route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let issuer = self.clone();
        any(move |request: Request| async move { answer(&issuer, request).await })
    }

    fn jwks_route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let issuer = self.clone();
        get(move || async move { response(&issuer.jwks()) })
    }
}

async fn answer(issuer: &TokenIssuer, request: Request) -> Response {
    let timer = issuer.timer().unwrap_or_else(|| Arc::new(TokioTimer));
    let (parts, body) = request.into_parts();
    let head = Head::new(parts.method.as_str(), parts.uri.path(), &parts.headers)
        .authority(parts.uri.authority().map(|authority| authority.as_str()))
        .peer(peer(&parts))
        .unix_socket(unix_socket(&parts));
    let mut body = WatchedBody::new(RequestBody::new(body));
    let mut response = response(&issuer.answer(head, &mut body, &timer).await);
    linger(&mut response, body, &parts, issuer.body_limit(), &timer);
    response
}

fn response(answer: &TokenAnswer) -> Response {
    let mut response = Body::from(answer.body().clone()).into_response();
    *response.status_mut() = answer.status();
    for (name, value) in answer.headers() {
        response.headers_mut().append(name.clone(), value.clone());
    }
    response
}
