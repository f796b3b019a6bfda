//! The token endpoint's refusals arrive at clients that still write, on axum and on actix-web.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

use hookgate::{
    framework::unread::TIMES_THE_LIMIT,
    token::{Client, TokenIssuer},
};

const FORM: &str = "application/x-www-form-urlencoded";
const GOOD: &str = "grant_type=client_credentials&client_id=unico&client_secret=s3cret";

fn issuer() -> TokenIssuer {
    let issuer = TokenIssuer::new("https://hooks.example/token");
    issuer
        .client(Client::new("unico", "s3cret"))
        .build()
        .unwrap()
}

/// Writes the whole request before it reads, and returns what it read.
fn exchange(server: SocketAddr, method: &str, media_type: &str, body: &[u8]) -> String {
    let mut connection = TcpStream::connect(server).unwrap();
    let head = format!(
        "{method} /token HTTP/1.1\r\nhost: hooks.example\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // A server that has closed already may still have answered.
    let _ = connection.write_all(&[head.as_bytes(), body].concat());
    // The connection stays open for writing: hyper takes a half-closed one for a client that has gone away. So the
    // answer ends with its JSON object, or where the server closes.
    let mut answer = Vec::new();
    let mut read = [0; 4096];
    while !answer.ends_with(b"}") {
        match connection.read(&mut read) {
            Ok(length @ 1..) => answer.extend(read.iter().take(length)),
            Ok(0) | Err(_) => break,
        }
    }
    String::from_utf8(answer).unwrap()
}

async fn refusals_arrive(server: SocketAddr, issuer: &TokenIssuer) {
    let large = issuer.body_limit() * TIMES_THE_LIMIT;
    for (status, method, media_type, length) in [
        (413, "POST", FORM, large),
        (415, "POST", "text/plain", large),
        (405, "PUT", FORM, large),
        (405, "PUT", FORM, 1024 * 1024),
    ] {
        let exchange = move || exchange(server, method, media_type, &vec![b' '; length]);
        let answer = tokio::task::spawn_blocking(exchange).await.unwrap();
        let line = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&line), "{status}: {answer:?}");
        assert!(answer.contains("connection: close\r\n"), "{answer:?}");
    }
    let good = move || exchange(server, "POST", FORM, GOOD.as_bytes());
    let answer = tokio::task::spawn_blocking(good).await.unwrap();
    assert!(answer.contains("\"access_token\""), "{answer:?}");
    assert!(!answer.contains("connection: close\r\n"), "{answer:?}");
}

#[tokio::test]
async fn on_axum_who_still_writes_gets_the_token_endpoints_refusal() {
    use hookgate_axum::TokenIssuerExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let issuer = issuer();
    let app: axum::Router = axum::Router::new().route("/token", issuer.route());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let served = tokio::spawn(async { axum::serve(listener, app).await });
    refusals_arrive(address, &issuer).await;
    served.abort();
}

#[tokio::test]
async fn on_actix_web_who_still_writes_gets_the_token_endpoints_refusal() {
    use hookgate_actix::TokenIssuerExt;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let issuer = issuer();
    let server = actix_web::HttpServer::new({
        let issuer = issuer.clone();
        move || {
            actix_web::App::new()
                .wrap(hookgate_actix::RequireReceiver)
                .route("/token", issuer.route())
        }
    });
    let server = server
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
    let handle = server.handle();
    let served = tokio::spawn(server);
    refusals_arrive(address, &issuer).await;
    handle.stop(false).await;
    served.await.unwrap().unwrap();
}
