//! `listen --forward`: which parts around a signed body reach a real application.

use std::{
    fs,
    sync::mpsc::{Receiver, channel},
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, Uri},
};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{
    command::{verdicts, verify_text},
    listening::Listening,
    raw_request::{self, CLOSE, logto_event},
    send_and_listen::FRAMEWORKS,
};

/// A request as the application saw it.
struct Got {
    target: String,
    headers: HeaderMap,
}

impl Got {
    fn values(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect()
    }
}

/// An application that takes every path, its address, and what it got.
fn application(runtime: &Runtime) -> (String, Receiver<Got>) {
    let (seen, got) = channel();
    let on_request = move |uri: Uri, headers: HeaderMap| {
        let target = uri.to_string();
        seen.send(Got { target, headers }).unwrap();
        async { StatusCode::NO_CONTENT }
    };
    let app = Router::new().fallback(on_request);
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, app).await });
    (url, got)
}

/// Sends a signed event of Logto, of this session.
fn post(listening: &Listening, target: &str, lines: &str, session: &str) -> String {
    let body = logto_event("PostSignIn", session);
    raw_request::post(listening, target, lines, &body)
}

const HANDLED: &str = "HTTP/1.1 200 OK";

#[test]
fn the_event_key_that_the_application_gets_is_the_receivers_alone() {
    let runtime = Runtime::new().unwrap();
    for framework in FRAMEWORKS {
        let (url, got) = application(&runtime);
        let url = format!("{url}/hook?from=logto");
        let listening = Listening::start(
            "logto",
            &["--json", "--framework", framework, "--forward", &url],
        );
        let lines = "hookgate-event-key: 0000\r\nHookgate-Event-Key: 1111\r\nhookgate_event_key: 2222\r\n\
                     HOOKGATE-ANYTHING: 3333\r\nhookgate.event.key: 4444\r\n\
                     authorization: Bearer of-the-stranger\r\nx-hop: private\r\nproxy-authorization: Basic eDp5\r\n\
                     connection: close, X-Hop\r\n";
        let answer = post(&listening, "/admin/delete-everything?x=1", lines, framework);
        assert_eq!(answer, HANDLED, "{framework}");
        let got = got.recv().unwrap();
        let key = listening.event()["event_key"].clone();
        let ours: Vec<_> = got
            .headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("hookgate"))
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(
            ours,
            [("hookgate-event-key", key.as_str().unwrap())],
            "{framework}"
        );
        assert_eq!(got.target, "/hook?from=logto", "{framework}");
        // The other headers go on as the documents say.
        assert_eq!(got.values("authorization"), ["Bearer of-the-stranger"]);
        assert_eq!(got.values("x-hop"), [""; 0], "{framework}");
        assert_eq!(got.values("proxy-authorization"), [""; 0], "{framework}");
        let host = url.split('/').nth(2).unwrap();
        assert_eq!(got.values("host"), [host], "{framework}");
        listening.stop();
    }
}

#[test]
fn no_header_names_another_method_host_or_path_to_the_application() {
    let named = [
        "x-original-url",
        "x-rewrite-url",
        "x-original-uri",
        "x-original-method",
        "x-original-host",
        "X-HTTP-Method-Override",
        "x-http-method",
        "x-method-override",
        "x-http-host-override",
        "x-forwarded-prefix",
        "x-forwarded-host",
        "x-forwarded-path",
        "x-forwarded-uri",
        "x-forwarded-method",
        "x-forwarded-server",
        "forwarded",
        "x-host",
        "x_original_url",
        "X_HTTP_METHOD_OVERRIDE",
        "x-forwarded_host",
    ];
    let of_origin = ["x-forwarded-for", "x-forwarded-proto", "x-real-ip"];
    let lines: String = named
        .iter()
        .chain(&of_origin)
        .map(|name| format!("{name}: stranger\r\n"))
        .collect();
    let runtime = Runtime::new().unwrap();
    for framework in FRAMEWORKS {
        let (url, got) = application(&runtime);
        for by_path in [false, true] {
            let (url, unsigned) = match by_path {
                false => (format!("{url}/hook"), None),
                true => (url.clone(), Some("--forward-unsigned-path")),
            };
            let mut arguments = vec!["--framework", framework, "--forward", &url];
            arguments.extend(unsigned);
            let listening = Listening::start("logto", &arguments);
            let answer = post(&listening, "/hook", &format!("{lines}{CLOSE}"), framework);
            assert_eq!(answer, HANDLED, "{arguments:?}");
            let got = got.recv().unwrap();
            assert_eq!(got.target, "/hook", "{arguments:?}");
            for name in named {
                assert_eq!(got.values(name), [""; 0], "{arguments:?} {name}");
            }
            for name in of_origin {
                assert_eq!(got.values(name), ["stranger"], "{arguments:?} {name}");
            }
            listening.stop();
        }
    }
}

#[test]
fn an_unsigned_path_chooses_the_route_only_where_it_was_asked_for_and_never_the_host() {
    let runtime = Runtime::new().unwrap();
    for framework in FRAMEWORKS {
        let (url, got) = application(&runtime);
        let arguments = ["--framework", framework, "--forward", &url];
        let error = Listening::refused("logto", &arguments);
        assert!(error.contains("--forward-unsigned-path"), "{error}");
        let with_path = format!("{url}/hook");
        let both = ["--forward", &with_path, "--forward-unsigned-path"];
        let error = Listening::refused("logto", &both);
        assert!(error.contains("leave out one of them"), "{error}");

        let listening = Listening::start(
            "logto",
            &[&arguments[..], &["--forward-unsigned-path"]].concat(),
        );
        let absolute = format!("{}/absolute?y=2", listening.url);
        for (number, (target, route)) in [
            ("/a/b?x=1", "/a/b?x=1"),
            ("//evil.example/x", "/evil.example/x"),
            (absolute.as_str(), "/absolute?y=2"),
            (listening.url.as_str(), "/"),
        ]
        .into_iter()
        .enumerate()
        {
            let answer = post(&listening, target, CLOSE, &number.to_string());
            assert_eq!(answer, HANDLED, "{framework} {target}");
            assert_eq!(got.recv().unwrap().target, route, "{framework} {target}");
        }
        listening.stop();
    }
}

#[test]
fn a_route_of_the_application_takes_every_request_whatever_its_path() {
    let runtime = Runtime::new().unwrap();
    for framework in FRAMEWORKS {
        let (url, got) = application(&runtime);
        let url = format!("{url}/");
        let listening = Listening::start("logto", &["--framework", framework, "--forward", &url]);
        let absolute = format!("{}/absolute", listening.url);
        for (number, target) in ["/deep/er?x=1", "//evil.example/x", &absolute]
            .into_iter()
            .enumerate()
        {
            let answer = post(&listening, target, CLOSE, &number.to_string());
            assert_eq!(answer, HANDLED, "{framework} {target}");
            assert_eq!(got.recv().unwrap().target, "/", "{framework} {target}");
        }
        listening.stop();
    }
}

/// Hosts that the sender names are no part of the path that is kept.
#[test]
fn an_absolute_target_is_saved_as_a_path_and_judged_the_same() {
    for framework in FRAMEWORKS {
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().to_str().unwrap();
        let listening = Listening::start(
            "logto",
            &["--json", "--framework", framework, "--save", saved],
        );
        let absolute = format!("{}/absolute?y=2", listening.url);
        assert_eq!(post(&listening, &absolute, CLOSE, "s"), HANDLED);
        let key = listening.event()["event_key"].clone();
        listening.stop();
        let record = fs::read(folder.path().join("000001.json")).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(read["path"], "/absolute?y=2", "{framework}");
        let verdict = verdicts(&verify_text(record)).remove(0);
        assert_eq!(verdict["event_key"], key, "{framework}");
    }
}
