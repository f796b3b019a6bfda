//! `listen --store`: every store remembers what was handled, on each framework.

use std::{fs, path::Path};

use hookgate_test_support::{PostgresServer, RedisServer, temporary_folder};

use crate::{
    listening::{Listening, send, sent},
    send_and_listen::FRAMEWORKS,
};

/// A body that is the same in every run, so that it is one event.
fn body(folder: &Path) -> String {
    let path = folder.join("body.json");
    fs::write(&path, r#"{"action":"opened"}"#).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Sends one event to one receiver after the other. Returns how many of them handled it.
fn handled(receivers: impl IntoIterator<Item = Listening>, body: &str) -> Vec<usize> {
    let runs = receivers.into_iter().map(|listening| {
        let output = send(&["github", "issues", "--to", &listening.url, "--data", body]);
        assert!(output.status.success(), "{output:?}");
        listening.stop().events.len()
    });
    runs.collect()
}

/// Handled once, over a restart and another framework, and not by a receiver of another name.
fn remembers(url: &str) {
    let folder = temporary_folder();
    let body = body(folder.path());
    let start = |framework: &str, endpoint: &str| {
        let store = ["--store", url, "--framework", framework];
        Listening::start("github", &[&store[..], &["--endpoint", endpoint]].concat())
    };
    let receivers = [("axum", "a"), ("actix", "a"), ("axum", "a"), ("actix", "b")];
    let receivers = receivers
        .into_iter()
        .map(|(framework, endpoint)| start(framework, endpoint));
    assert_eq!(handled(receivers, &body), [1, 0, 0, 1], "{url}");
    // The same from the environment, where a password is hidden.
    let receivers = FRAMEWORKS.iter().map(|framework| {
        let arguments = ["--framework", framework, "--endpoint", "a"];
        Listening::start_in(&[("HOOKGATE_STORE", url)], "github", &arguments)
    });
    assert_eq!(handled(receivers, &body), [0, 0], "{url}");
}

#[test]
fn sqlite_remembers_over_a_restart() {
    let folder = temporary_folder();
    let path = folder.path().join("dedup.sqlite");
    remembers(&format!("sqlite:{}", path.display()));
}

#[test]
fn postgres_remembers_over_a_restart() {
    if let Some(server) = PostgresServer::shared() {
        remembers(&server.url());
    }
}

#[test]
fn redis_remembers_over_a_restart() {
    if let Some(server) = RedisServer::shared() {
        remembers(&server.url());
    }
}

#[test]
fn memory_forgets_at_a_restart() {
    let folder = temporary_folder();
    let body = body(folder.path());
    let receivers = (0..2).map(|_| Listening::start("github", &["--store", "memory:"]));
    assert_eq!(handled(receivers, &body), [1, 1]);
}

#[test]
fn a_store_that_goes_away_is_never_success() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    for framework in FRAMEWORKS {
        let store = ["--store", &server.url(), "--framework", framework];
        let listening = Listening::start("github", &store);
        server.crash();
        let output = send(&["github", "push", "--to", &listening.url, "--json"]);
        assert_eq!(sent(&output).1["answers"], serde_json::json!({"503": 1}));
        let note = listening.note();
        assert!(note.starts_with("store_unavailable"), "{note}");
        server.resume();
        let output = send(&["github", "push", "--to", &listening.url]);
        assert!(output.status.success(), "{framework}: {output:?}");
        assert_eq!(listening.stop().events.len(), 1);
    }
}

#[test]
fn a_store_that_cannot_be_opened_is_said_without_its_url() {
    for url in [
        "redis://app:s3cret@127.0.0.1:1",
        "postgres://app:s3cret@127.0.0.1:1/db",
        "sqlite:/no/such/s3cret/folder/file",
        "mysql://app:s3cret@host/db",
    ] {
        let error = Listening::refused_in(&[("HOOKGATE_STORE", url)], "github", &[]);
        assert!(error.starts_with("hookgate: "), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_password_among_the_arguments_is_refused() {
    for url in [
        "redis://default:s3cret@127.0.0.1:1",
        "postgres://app:s3cret@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?user=app&password=s3cret",
        "postgres://127.0.0.1:1/db?user=app&pass%77ord=s3cret",
        "postgres://127.0.0.1:1/db?pass\tword=s3cret",
        "postgres://127.0.0.1:1/db?sslpassword=s3cret",
        "postgres://app:s3/cret@127.0.0.1:1/db",
        "postgres://app:s3?cret@127.0.0.1:1/db",
        "redis://:s3#cret@127.0.0.1:1",
    ] {
        let error = Listening::refused("github", &["--store", url]);
        assert!(error.contains("HOOKGATE_STORE"), "{url}: {error}");
        assert!(!error.contains("cret"), "{error}");
    }
}

#[test]
fn a_store_without_a_password_may_be_an_argument() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a:b@c");
    let url = format!("sqlite:{}", path.to_str().unwrap());
    let listening = Listening::start("github", &["--store", &url]);
    listening.stop();
    for url in [
        "postgres://app@[::1]:1/db?application_name=passwords",
        "redis://127.0.0.1:1/0",
    ] {
        let error = Listening::refused("github", &["--store", url]);
        assert!(!error.contains("HOOKGATE_STORE"), "{url}: {error}");
    }
}
