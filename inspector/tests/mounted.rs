//! Where the pages are served: the same on axum, on actix-web and on a listener of their own.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use actix_web::{App, test as actix};
use axum::{Router, body::Body, body::to_bytes, extract::Request};
use hookgate::{Observer, Rejection};
use hookgate_inspector::{Admission, Behind, Inspector, NotLoopback, Recent};
use http::header;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
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
async fn ask(listener: SocketAddr, head: &str) -> String {
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

/// As many connections as are served at once.
const PLACES: usize = 64;
/// Far less than a page, so that a page stays unsent where nobody reads.
const SMALL: u32 = 4096;

/// Connections of callers who say `opening`, and read nothing of the answer.
async fn held(address: SocketAddr, opening: &str) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..PLACES {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(SMALL).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        stream.write_all(opening.as_bytes()).await.unwrap();
        held.push(stream);
    }
    held
}

/// Time is simulated: it passes while there is nothing else to do.
#[tokio::test(start_paused = true)]
async fn a_caller_who_says_or_reads_nothing_gives_its_place_back() {
    let recent = Recent::new();
    for _ in 0..50 {
        recent.rejected("one", &Rejection::SignatureMismatch);
    }
    for (what, path, end) in [
        ("no head", "", ""),
        ("half a head", "/receivers", "x-more: "),
        ("a connection that it keeps", "/nothing", "\r\n"),
        ("an answer that it does not read", "/deliveries", "\r\n"),
    ] {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(SMALL).unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = socket.listen(1024).unwrap();
        let address = listener.local_addr().unwrap();
        let inspector = Inspector::builder().recent(&recent).build().unwrap();
        let serving = inspector
            .on_loopback()
            .serve(listener, std::future::pending());
        let serving = tokio::spawn(serving);
        let opening = match path {
            "" => String::new(),
            path => format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{end}"),
        };
        let held = held(address, &opening).await;
        let own = format!("host: {address}\r\n");
        // Nothing else wakes the runtime where it hangs.
        let answer = tokio::time::timeout(Duration::from_secs(3600), ask(address, &own)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{what} holds a place"));
        assert!(answer.starts_with("HTTP/1.1 200 "), "{what}: {answer}");
        drop(held);
        serving.abort();
    }
}
