//! Where the pages are served: the same on axum, on actix-web and on a listener of their own.

use std::{io, net::Ipv4Addr};

use actix_web::{App, test as actix};
use axum::{Router, body::Body, body::to_bytes, extract::Request};
use hookgate_inspector::{Admission, Behind, Inspector, NotLoopback, Recent};
use http::header;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tower::ServiceExt;

use super::props::links;

fn behind() -> Behind {
    let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
    inspector.behind(|request| async move {
        match request.headers.contains_key("x-admit") {
            true => Admission::Granted,
            false => Admission::Forbidden,
        }
    })
}

async fn over_axum(app: &Router, address: &str, admitted: bool) -> (u16, String) {
    let mut request = Request::get(address);
    if admitted {
        request = request.header("x-admit", "1");
    }
    let answer = app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let status = answer.status().as_u16();
    if status == 200 {
        assert!(
            answer
                .headers()
                .contains_key(header::CONTENT_SECURITY_POLICY)
        );
    }
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_router_may_be_nested_anywhere_and_its_links_hold() {
    let inner = Router::new().nest("/hookgate", behind().routes());
    for (app, base) in [
        (
            Router::new().nest("/ops/hookgate", behind().routes()),
            "/ops/hookgate",
        ),
        (Router::new().nest("/ops", inner), "/ops/hookgate"),
        (behind().routes(), ""),
    ] {
        for first in [base.to_owned(), format!("{base}/receivers")] {
            let first = if first.is_empty() {
                "/".to_owned()
            } else {
                first
            };
            assert_eq!(over_axum(&app, &first, false).await.0, 403, "{first}");
            let (status, page) = over_axum(&app, &first, true).await;
            assert_eq!(status, 200, "{first}");
            for link in links(&page) {
                if link.starts_with('#') {
                    continue;
                }
                assert!(link.starts_with(&format!("{base}/")), "{base}: {link}");
                assert_eq!(over_axum(&app, &link, true).await.0, 200, "{link}");
            }
        }
    }
}

#[tokio::test]
async fn a_scope_answers_as_a_router_does() {
    let app = App::new().service(behind().scope("/ops/hookgate"));
    let app = actix::init_service(app).await;
    let axum = Router::new().nest("/ops/hookgate", behind().routes());
    for path in [
        "",
        "/receivers",
        "/receivers.json",
        "/deliveries?outcome=refused",
        "/nothing",
        "/live",
    ] {
        let address = format!("/ops/hookgate{path}");
        for admitted in [true, false] {
            let mut request = actix::TestRequest::get().uri(&address);
            if admitted {
                request = request.insert_header(("x-admit", "1"));
            }
            let answer = actix::call_service(&app, request.to_request()).await;
            let status = answer.status().as_u16();
            let policy = answer.headers().contains_key("content-security-policy");
            assert!(policy, "{address}");
            let body = actix::read_body(answer).await;
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert_eq!(
                (status, body),
                over_axum(&axum, &address, admitted).await,
                "{address}"
            );
        }
    }
    let posted = actix::TestRequest::post().uri("/ops/hookgate/receivers");
    let posted = actix::call_service(&app, posted.to_request()).await;
    assert_eq!(posted.status().as_u16(), 405);
}

/// One request over a real connection.
async fn ask(listener: std::net::SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(listener).await.unwrap();
    let request = format!("GET /receivers HTTP/1.1\r\n{head}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_listener_of_its_own_serves_this_machine_until_it_is_stopped() {
    let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(inspector.on_loopback().serve(listener, async {
        let _ = stopped.await;
    }));
    let own = format!("host: {address}\r\n");
    assert!(ask(address, &own).await.starts_with("HTTP/1.1 200 "));
    assert!(
        ask(address, "host: evil.example\r\n")
            .await
            .starts_with("HTTP/1.1 403 ")
    );
    let forwarded = format!("{own}x-forwarded-for: 127.0.0.1\r\n");
    assert!(ask(address, &forwarded).await.starts_with("HTTP/1.1 403 "));
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_listener_that_others_can_reach_is_refused() {
    let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
    let refused = inspector
        .on_loopback()
        .serve(listener, std::future::pending())
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    assert!(refused.get_ref().unwrap().is::<NotLoopback>());
}
