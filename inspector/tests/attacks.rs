//! What an attacker may try: rows of the table in `docs/inspector.md`.

use std::net::SocketAddr;

use bytes::Bytes;
use hookgate_inspector::{Admission, Inspector, NothingToShow, OnLoopback, Recent};
use http::{HeaderValue, Response, StatusCode, Version};

use super::props::{Scene, get, head, open, page};

fn on_loopback() -> OnLoopback {
    let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
    inspector.on_loopback()
}

async fn local(method: &str, address: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
    on_loopback()
        .answer(&head(method, address, headers), peer)
        .await
}

#[tokio::test]
async fn a_proxy_on_the_same_machine_opens_nothing() {
    let own = [("host", "localhost:8025")];
    assert_eq!(local("GET", "/receivers", &own).await.status(), 200);
    for name in [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded",
        "X-Real-IP",
        "via",
        "x-original-host",
        "x-original-url",
        "cf-connecting-ip",
        "true-client-ip",
        "x-client-ip",
        "x-envoy-external-address",
    ] {
        let headers = [own[0], (name, "127.0.0.1")];
        let answer = local("GET", "/receivers", &headers).await;
        assert_eq!(answer.status(), 403, "{name}");
    }
    // nginx adds no header unless it is told to.
    let mut old = head("GET", "/receivers", &own);
    old.version = Version::HTTP_10;
    let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
    assert_eq!(on_loopback().answer(&old, peer).await.status(), 403);
}

#[tokio::test]
async fn a_name_that_was_pointed_at_this_machine_opens_nothing() {
    for headers in [
        &[("host", "evil.example")][..],
        &[("host", "evil.example:8025")],
        &[("host", "localhost.evil.example")],
        &[("host", "localhost"), ("host", "evil.example")],
        &[("host", "")],
        &[],
    ] {
        let answer = local("GET", "/receivers", headers).await;
        assert_eq!(answer.status(), 403, "{headers:?}");
    }
    let own = [("host", "127.0.0.1:8025")];
    let answer = local("GET", "http://evil.example/receivers", &own).await;
    assert_eq!(answer.status(), 403);
    for host in ["localhost", "127.0.0.1:8025", "[::1]:8025"] {
        let answer = local("GET", "/receivers", &[("host", host)]).await;
        assert_eq!(answer.status(), 200, "{host}");
    }
}

#[tokio::test]
async fn a_peer_on_another_machine_sees_nothing() {
    let request = head("GET", "/receivers", &[("host", "localhost")]);
    for peer in [
        "192.0.2.7:50000",
        "[2001:db8::1]:50000",
        "[::ffff:192.0.2.7]:50000",
    ] {
        let answer = on_loopback().answer(&request, peer.parse().unwrap()).await;
        assert_eq!(answer.status(), 403, "{peer}");
    }
    let peer = "[::ffff:127.0.0.1]:50000".parse().unwrap();
    assert_eq!(on_loopback().answer(&request, peer).await.status(), 200);
}

#[tokio::test]
async fn nothing_but_reading_is_answered() {
    for method in [
        "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "BREW",
    ] {
        for address in [
            "/receivers",
            "/deliveries",
            "/dead",
            "/live.json",
            "/nothing",
        ] {
            let answer = local(method, address, &[("host", "localhost")]).await;
            assert_eq!(answer.status(), 405, "{method} {address}");
            assert_eq!(answer.headers()["allow"], "GET, HEAD");
        }
        let behind = open(Inspector::builder().recent(&Recent::new()));
        let answer = behind.answer(head(method, "/receivers", &[]), "").await;
        assert_eq!(answer.status(), 405, "{method}");
    }
    let answer = local("HEAD", "/receivers", &[("host", "localhost")]).await;
    assert_eq!((answer.status(), answer.body().len()), (StatusCode::OK, 0));
}

/// Behind a login a link may lead here: the login itself may end in one.
#[tokio::test]
async fn another_site_can_neither_embed_nor_read_and_leads_here_to_a_login_alone() {
    const LINK: &str = "document";
    let behind = open(Inspector::builder().recent(&Recent::new()));
    for (site, mode, dest, status, on_loopback) in [
        ("cross-site", "navigate", LINK, 200, 403),
        ("cross-site", "navigate", "iframe", 403, 403),
        ("cross-site", "navigate", "frame", 403, 403),
        ("cross-site", "navigate", "embed", 403, 403),
        ("cross-site", "navigate", "object", 403, 403),
        ("cross-site", "navigate", "", 403, 403),
        ("cross-site", "no-cors", LINK, 403, 403),
        ("cross-site", "no-cors", "image", 403, 403),
        ("cross-site", "no-cors", "script", 403, 403),
        ("cross-site", "cors", "empty", 403, 403),
        ("same-site", "no-cors", "image", 403, 403),
        ("same-site", "navigate", "iframe", 403, 403),
        ("same-site", "navigate", LINK, 200, 200),
        ("same-origin", "cors", "empty", 200, 200),
        ("none", "navigate", LINK, 200, 200),
        ("something-new", "navigate", LINK, 403, 403),
    ] {
        let said = [
            ("host", "localhost"),
            ("sec-fetch-site", site),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", dest),
        ];
        let answer = behind.answer(head("GET", "/receivers", &said), "").await;
        assert_eq!(answer.status(), status, "{said:?}");
        let answer = local("GET", "/receivers", &said).await;
        assert_eq!(answer.status(), on_loopback, "on loopback: {said:?}");
    }
    let link = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", LINK),
    ];
    let probe = behind.answer(head("HEAD", "/receivers", &link), "").await;
    assert_eq!(probe.status(), 403);
    let twice = [link[0], link[1], link[2], ("sec-fetch-dest", "iframe")];
    let answer = behind.answer(head("GET", "/receivers", &twice), "").await;
    assert_eq!(answer.status(), 403);
    let form = behind.answer(head("POST", "/receivers", &link), "").await;
    assert_eq!(form.status(), 405);
}

/// Clickjacking, scripts of others, types that a browser guesses, pages that it keeps, addresses that it tells.
#[tokio::test]
async fn every_answer_has_the_headers_that_shut_a_browser_up() {
    let scene = Scene::start().await;
    scene.deliver("one", b"{}", "").await;
    let key = scene.keys().await[0];
    let behind = open(scene.builder().show_contents());
    let denied = scene.builder().build().unwrap();
    let denied = denied.behind(|_| async { Admission::Forbidden });
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors \
                  'none'; base-uri 'none'; form-action 'none'";
    let addresses = [
        "/".to_owned(),
        "/receivers.json".to_owned(),
        "/deliveries".to_owned(),
        "/deliveries?source=inbox".to_owned(),
        "/dead".to_owned(),
        "/live.json".to_owned(),
        "/nothing".to_owned(),
        "/deliveries?from=never".to_owned(),
        format!("/delivery?key={key}&contents=shown"),
        format!("/body?key={key}"),
    ];
    let mut answers = vec![denied.answer(head("GET", "/", &[]), "").await];
    answers.push(behind.answer(head("POST", "/", &[]), "").await);
    for address in &addresses {
        answers.push(get(&behind, address).await);
    }
    let frame = page(&behind, "/").await;
    let style = frame
        .split("href=\"")
        .find(|it| it.contains(".css"))
        .unwrap();
    let style = get(&behind, style.split('"').next().unwrap()).await;
    assert!(
        style.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    for answer in &answers {
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    answers.push(style);
    for answer in answers {
        let headers = answer.headers();
        assert_eq!(headers["content-security-policy"], policy);
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert!(!headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn the_application_decides_who_is_admitted_at_each_request() {
    let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
    let behind = inspector.behind(|request| async move {
        match request
            .headers
            .get("authorization")
            .map(HeaderValue::as_bytes)
        {
            Some(b"Bearer right") => Admission::Granted,
            Some(_) => Admission::Forbidden,
            None => Admission::Challenge(HeaderValue::from_static("Basic realm=\"operators\"")),
        }
    });
    for address in ["/", "/receivers.json", "/live", "/nothing", "/style-0.css"] {
        let answer = behind.answer(head("GET", address, &[]), "").await;
        assert_eq!(answer.status(), 401, "{address}");
        assert_eq!(
            answer.headers()["www-authenticate"],
            "Basic realm=\"operators\""
        );
        let wrong = [("authorization", "Bearer wrong")];
        let answer = behind.answer(head("GET", address, &wrong), "").await;
        assert_eq!(answer.status(), 403, "{address}");
    }
    let right = [("authorization", "Bearer right")];
    let answer = behind.answer(head("GET", "/", &right), "").await;
    assert_eq!(answer.status(), 200);
}

/// A path with two slashes at its start would name another host in each link.
#[tokio::test]
async fn no_link_leads_to_another_host() {
    let behind = open(Inspector::builder().recent(&Recent::new()));
    let request = head("GET", "//evil.example/receivers", &[]);
    let answer = behind.answer(request, "//evil.example").await;
    assert_eq!(answer.status(), 404);
    for address in ["//evil.example/receivers", "//receivers"] {
        let answer = get(&behind, address).await;
        let page = String::from_utf8_lossy(answer.body());
        assert!(!page.contains("evil.example"), "{address}: {page}");
    }
}

const MARKUP: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}\u{1b}[31m";

#[tokio::test]
async fn what_was_captured_is_text_and_nothing_else() {
    let scene = Scene::start().await;
    let body = serde_json::to_vec(&serde_json::json!({"type": MARKUP, MARKUP: MARKUP})).unwrap();
    let note = "</pre><script>alert(3)</script>";
    scene.deliver("hostile", &body, note).await;
    scene.reject_all("</pre><b onclick=alert(4)>").await;
    let key = scene.keys().await[0];
    let behind = open(scene.builder().show_contents());
    let shown = page(&behind, &format!("/delivery?key={key}&contents=shown")).await;
    assert!(
        shown.contains("alert(1)") && shown.contains("alert(3)"),
        "it is shown"
    );
    let all = [
        shown,
        page(&behind, "/").await,
        page(&behind, "/deliveries").await,
        page(&behind, "/deliveries?source=inbox").await,
        page(&behind, "/dead").await,
        page(&behind, &format!("/compare?a={key}&b=1")).await,
        page(
            &behind,
            "/deliveries?type=%3Cscript%3Ealert(5)%3C/script%3E&receiver=%22onclick=%22x",
        )
        .await,
    ];
    for page in &all {
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        for markup in ["<img", "<b", "onclick=\"", "</pre><"] {
            // `<body>` is our own.
            let page = page.replace("<body>", "");
            assert!(!page.contains(markup), "{markup}: {page}");
        }
        for hidden in ['\u{202e}', '\u{1b}'] {
            assert!(!page.contains(hidden), "{hidden:?}");
        }
    }
    assert!(all[0].contains(r"\u{202e}"), "it shows itself");
}

#[tokio::test]
async fn captured_bytes_are_saved_and_never_rendered() {
    let scene = Scene::start().await;
    scene.deliver("one", b"{\"a\":\"<script>\"}", "").await;
    let key = scene.keys().await[0];
    let behind = open(scene.builder().show_contents());
    let answer = get(&behind, &format!("/body?key={key}")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    let attached = "attachment; filename=\"body.bin\"";
    assert_eq!(answer.headers()["content-disposition"], attached);
    assert_eq!(&answer.body()[..], b"{\"a\":\"<script>\"}");
}

#[tokio::test]
async fn a_large_body_is_shown_in_part() {
    let scene = Scene::start().await;
    let line = format!("{{\"a\":\"{}\"}}", "x".repeat(1_000_000));
    scene.deliver("one", line.as_bytes(), "").await;
    let key = scene.keys().await[0];
    let behind = open(scene.builder().show_contents());
    let shown = page(&behind, &format!("/delivery?key={key}&contents=shown")).await;
    assert!(shown.len() < 100_000, "{}", shown.len());
    assert!(shown.contains("This is the beginning."));
}

#[test]
fn an_inspector_of_nothing_is_refused() {
    let refused: NothingToShow = Inspector::builder().build().unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("an inspector has nothing to show")
    );
}
