//! The `oauth2` crate as it is, against the token endpoint on axum and on actix-web.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::net::{SocketAddr, TcpListener};

use hookgate::{
    UnixTime,
    access::{Access, Bearer, Denied},
    pack::Head,
    token::{Client, TokenIssuer},
};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType},
};

/// It has every character that is encoded somewhere on its way.
const SECRET: &str = "s3cr+t &:%=\u{e9}/";

fn issuer(address: SocketAddr) -> TokenIssuer {
    let client = Client::new("unico:web", SECRET)
        .scope("webhooks")
        .scope("more");
    let issuer = TokenIssuer::new(format!("http://{address}/token")).client(client);
    issuer.build().unwrap()
}

#[tokio::test]
async fn on_axum_it_gets_tokens_that_open_the_receiver() {
    use hookgate_axum::TokenIssuerExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let issuer = issuer(address);
    let app: axum::Router = axum::Router::new().route("/token", issuer.route());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let served = tokio::spawn(async { axum::serve(listener, app).await });
    exchange(address, &issuer).await;
    served.abort();
}

#[tokio::test]
async fn on_actix_web_it_gets_tokens_that_open_the_receiver() {
    use hookgate_actix::TokenIssuerExt;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let issuer = issuer(address);
    let server = actix_web::HttpServer::new({
        let issuer = issuer.clone();
        move || actix_web::App::new().route("/token", issuer.route())
    });
    let server = server
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
    let handle = server.handle();
    let served = tokio::spawn(server);
    exchange(address, &issuer).await;
    handle.stop(false).await;
    served.await.unwrap().unwrap();
}

async fn exchange(address: SocketAddr, issuer: &TokenIssuer) {
    let url = TokenUrl::new(format!("http://{address}/token")).unwrap();
    let client = BasicClient::new(ClientId::new("unico:web".to_owned())).set_token_uri(url);
    let http = |request| send(address, request);
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = client.clone().set_auth_type(auth_type);
        let right = client
            .clone()
            .set_client_secret(ClientSecret::new(SECRET.to_owned()));
        let answer = right
            .exchange_client_credentials()
            .add_scope(Scope::new("webhooks".to_owned()))
            .request_async(&http)
            .await
            .unwrap();
        assert_eq!(answer.expires_in().unwrap().as_secs(), 600);
        assert_eq!(
            *answer.scopes().unwrap(),
            [Scope::new("webhooks".to_owned())]
        );
        let rule = issuer.bearer().scope("webhooks");
        let token = answer.access_token().secret();
        assert_eq!(judge(&rule, token), Ok(()));
        assert_eq!(judge(&rule.scope("more"), token), Err(Denied::Wrong));

        let wrong = client.set_client_secret(ClientSecret::new("guessed".to_owned()));
        let refused = wrong
            .exchange_client_credentials()
            .request_async(&http)
            .await;
        let Err(RequestTokenError::ServerResponse(answer)) = refused else {
            panic!("the wrong secret was not refused as RFC 6749 says: {refused:?}");
        };
        assert_eq!(*answer.error(), BasicErrorResponseType::InvalidClient);
    }
}

fn judge(rule: &Bearer, token: &str) -> Result<(), Denied> {
    let headers = vec![("authorization", format!("Bearer {token}"))];
    let now = UnixTime::from_system(std::time::SystemTime::now());
    rule.check(&Head::new("POST", "/", &headers), now)
}

/// The crate brings its own request. This carries it.
async fn send(address: SocketAddr, request: HttpRequest) -> Result<HttpResponse, hyper::Error> {
    let mut request = request.map(|body| Full::new(hyper::body::Bytes::from(body)));
    let host = address.to_string().parse().unwrap();
    request.headers_mut().insert(http::header::HOST, host);
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let io = TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await?;
    let connection = tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    connection.abort();
    Ok(HttpResponse::from_parts(parts, body))
}
