//! `hookgate reconcile`: what Logto's log shows comes into the inbox, and an application's worker handles it.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Output},
    sync::{Arc, Mutex},
};

use axum::{Router, extract::Request, routing::post};
use hookgate::{
    Ack, Delivery, Nack, Origin, Receiver, Secret,
    inbox::{BoxInbox, FORMAT, Filter, Inbox},
    pack::Keys,
    providers::logto::{Event, Logto, LogtoSimulator},
    tenants::{KeySource, KeySourceError, Tenant, Tenants},
    time::{Clock, SystemClock},
    worker::Worker,
};
use hookgate_axum::ReceiverExt;
use hookgate_test_support::temporary_folder;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::command::hookgate;

const HOOK: &str = "o7s9sn5gbe07hdq69p1rr";

const ENCRYPTION_KEY: &str = "qJv1w0nLGhGkHlQm2Tt1bYkO3vYd7sWmQnL4cXxUuXg=";
const KEY: &str = "cl43GgdTZpcCdipNaStkoyZiwLi9QlES";

fn secret() -> Secret {
    Secret::utf8(KEY).unwrap()
}

/// Every name is one of acme's.
struct Acme;

impl KeySource for Acme {
    async fn tenant(&self, _: &str) -> Result<Option<Tenant>, KeySourceError> {
        Ok(Some(Tenant::new("acme", secret())))
    }
}

fn tenants() -> Tenants {
    Tenants::by_route_param("tenant", Acme)
}

/// A Logto server, and an application's inbox.
struct Place {
    runtime: Runtime,
    server: SocketAddr,
    entries: Arc<Mutex<Vec<Value>>>,
    inbox: BoxInbox,
    url: String,
    _folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = temporary_folder();
        let url = format!("sqlite:{}", folder.path().join("webhooks.db").display());
        let runtime = Runtime::new().unwrap();
        let entries = Arc::new(Mutex::new(Vec::new()));
        let shared: Arc<Mutex<Vec<Value>>> = entries.clone();
        let app = Router::new().fallback(move |request: Request| async move {
            match request.uri().path() {
                "/oidc/token" => json!({"access_token": "t", "expires_in": 3600}).to_string(),
                _ => json!(*shared.lock().unwrap()).to_string(),
            }
        });
        let listening = tokio::net::TcpListener::bind("127.0.0.1:0");
        let listener = runtime.block_on(listening).unwrap();
        let server = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            inbox: runtime.block_on(hookgate_stores::open_inbox(&url)).unwrap(),
            runtime,
            server,
            entries,
            url,
            _folder: folder,
        }
    }

    fn loses(&self, number: u64) {
        self.logs(&event(number));
    }

    fn logs(&self, body: &Value) {
        let at = SystemClock::new().now();
        let entry = json!({
            "id": "l", "key": "TriggerHook.User.Deleted", "createdAt": at.as_millis(),
            "payload": {"hookId": HOOK, "hookRequest": {"body": body}, "result": "Error"},
        });
        self.entries.lock().unwrap().insert(0, entry);
    }

    /// Of an inbox that is not encrypted.
    fn command(&self, more: &[&str]) -> Command {
        self.any_command(&[&["--unencrypted"], more].concat())
    }

    fn any_command(&self, more: &[&str]) -> Command {
        let server = format!("http://{}", self.server);
        let arguments = [
            &[
                "reconcile",
                "logto",
                "--server",
                &server,
                "--app-id",
                "app",
                "--hook",
                HOOK,
            ][..],
            &[
                "--endpoint",
                "logto",
                "--path",
                "/webhooks/logto",
                "--inbox",
                &self.url,
            ],
            more,
        ];
        let mut command = hookgate(&arguments.concat());
        command.env("LOGTO_APP_SECRET", "s3cret");
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    fn report(&self, more: &[&str]) -> Value {
        let output = self.run(&[&["--json"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn receiver(&self, keys: impl Into<Keys>) -> Receiver {
        let pack = Logto::new(keys).canonical_identity();
        let receiver = Receiver::new("logto", pack).inbox(self.inbox.clone());
        receiver.build().unwrap()
    }

    /// Logto sends it to the application.
    fn sends(&self, keys: impl Into<Keys>, body: &Value) {
        let layer = self.receiver(keys).layer();
        // The inbox takes it before this is asked.
        let route = post(|| async {}).layer(layer);
        let app = Router::new().route("/webhooks/{tenant}", route);
        let listening = tokio::net::TcpListener::bind("127.0.0.1:0");
        let listener = self.runtime.block_on(listening).unwrap();
        let addr = listener.local_addr().unwrap();
        self.runtime
            .spawn(async move { axum::serve(listener, app).await });
        let sent = LogtoSimulator::new(KEY, SystemClock::new().now()).body(body.to_string());
        let request = sent.into_request().unwrap();
        let mut text = "POST /webhooks/a HTTP/1.1\r\nhost: a\r\nconnection: close\r\n".to_owned();
        for (name, value) in request.headers() {
            text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        text.push_str(&format!(
            "content-length: {}\r\n\r\n{body}",
            body.to_string().len()
        ));
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// What the application's worker handles, until there is nothing left.
    fn handled(&self) -> Vec<(String, Origin)> {
        let handled = self.handled_with(secret()).into_iter();
        handled.map(|(name, origin, _)| (name, origin)).collect()
    }

    /// The same, with the tenant.
    fn handled_with(&self, keys: impl Into<Keys>) -> Vec<(String, Origin, Option<String>)> {
        let receiver = self.receiver(keys);
        let handled = Arc::new(Mutex::new(Vec::new()));
        let seen = handled.clone();
        let on_event = move |delivery: Delivery<Event>| {
            let seen = seen.clone();
            async move {
                let name = delivery.event().name().to_owned();
                let tenant = delivery.tenant().map(ToString::to_string);
                seen.lock().unwrap().push((name, delivery.origin(), tenant));
                Ok::<_, Nack>(Ack::processed())
            }
        };
        let worker = Worker::new(self.inbox.clone()).handle(&receiver, on_event);
        let inbox = self.inbox.clone();
        self.runtime.block_on(async move {
            let is_empty = async {
                while inbox.totals().await.unwrap().iter().any(|it| it.queued > 0) {
                    tokio::task::yield_now().await;
                }
            };
            worker.run(is_empty).await.unwrap();
        });
        handled.lock().unwrap().clone()
    }
}

fn event(number: u64) -> Value {
    json!({
        "event": "User.Deleted", "createdAt": SystemClock::new().now().to_rfc3339(), "hookId": HOOK,
        "path": format!("/users/{number}"),
    })
}

#[test]
fn what_is_lost_comes_into_the_inbox_once_and_a_worker_handles_it() {
    let place = Place::new();
    place.loses(1);
    place.loses(2);
    let report = place.report(&[]);
    assert_eq!(
        (&report["handled"], &report["known"]),
        (&json!(2), &json!(0))
    );
    // It waits in the inbox.
    let report = place.report(&[]);
    assert_eq!(
        (&report["handled"], &report["known"]),
        (&json!(0), &json!(2))
    );
    let expected = ("User.Deleted".to_owned(), Origin::Reconciled);
    assert_eq!(place.handled(), [expected.clone(), expected.clone()]);
    // It was handled.
    place.loses(3);
    let output = place.run(&[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said,
        "3 entries of the log\n2 known\n1 put into the inbox\n"
    );
    assert_eq!(place.handled(), [expected]);
}

#[test]
fn an_event_that_the_application_does_not_want_is_counted_and_not_put_into_the_inbox() {
    let place = Place::new();
    place.loses(1);
    let mut other = event(2);
    other["event"] = "User.SuspensionStatus.Updated".into();
    place.logs(&other);
    let wanted = [
        "--interested-in",
        "User.Deleted",
        "--interested-in",
        "PostSignIn",
    ];
    let output = place.run(&wanted);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        said,
        "2 entries of the log\n0 known\n1 put into the inbox\n1 of no interest\n"
    );
    assert_eq!(place.report(&wanted)["not_wanted"], 1);
    let handled = ("User.Deleted".to_owned(), Origin::Reconciled);
    assert_eq!(place.handled(), [handled]);
    let unknown = place.run(&["--interested-in", "User.Vanished"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
}

#[test]
fn what_cannot_be_read_or_is_wrong_is_said_without_secrets() {
    let place = Place::new();
    place.entries.lock().unwrap().push(json!({"id": "l"}));
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("1 not events of the hook that can be read\n"),
        "{said}"
    );
    for (output, why) in [
        (
            place
                .command(&[])
                .env_remove("LOGTO_APP_SECRET")
                .output()
                .unwrap(),
            "LOGTO_APP_SECRET",
        ),
        (place.run(&["--retention", "1"]), "window"),
        (place.run(&["--tables", "others"]), ""),
    ] {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(why) && !said.contains("s3cret"), "{said}");
    }
    assert_eq!(place.run(&["--unknown"]).status.code(), Some(2));
}

#[test]
fn without_an_inbox_it_says_where_the_endpoint_reconciles_instead() {
    let mut command = hookgate(&[
        "reconcile",
        "logto",
        "--server",
        "http://127.0.0.1:1",
        "--app-id",
        "app",
        "--hook",
        HOOK,
        "--endpoint",
        "logto",
        "--path",
        "/webhooks/logto",
        "--unencrypted",
    ]);
    command.env("LOGTO_APP_SECRET", "s3cret");
    let output = command.env_remove("HOOKGATE_INBOX").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    for what in ["--inbox", "HOOKGATE_INBOX", "`Reconciler`", "docs/logto.md"] {
        assert!(said.contains(what), "{said}");
    }
}

/// The log's payloads are personal data.
#[test]
fn nothing_is_written_in_the_clear_unless_that_is_said_and_the_inbox_is_so() {
    let place = Place::new();
    place.loses(1);
    let refused = |more: &[&str], why: &str| {
        let mut command = place.any_command(more);
        let output = command.env("INBOX_KEY", ENCRYPTION_KEY).output().unwrap();
        assert_ne!(output.status.code(), Some(0), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(why), "{said}");
    };
    let key = ["--encryption-key-env", "2026-11=INBOX_KEY"];
    refused(&[], "--unencrypted");
    refused(&[&["--unencrypted"][..], &key].concat(), "cannot be used");
    let mut command = place.any_command(&key);
    let output = command.env("INBOX_KEY", ENCRYPTION_KEY).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let filter = Filter::all();
    let list = || place.runtime.block_on(place.inbox.list(&filter, None, 10));
    let rows = list().unwrap().rows;
    let kept = place.runtime.block_on(place.inbox.read(&rows[0].key));
    assert_ne!(kept.unwrap().unwrap().format, FORMAT);
    place.loses(2);
    refused(&["--unencrypted"], "holds encrypted events");
    assert_eq!(list().unwrap().rows.len(), 1);
}

/// D3: without the tenant, what came and was handled would have another key.
#[test]
fn the_events_of_a_tenant_have_the_keys_that_they_have_when_they_are_sent() {
    let place = Place::new();
    let came = event(1);
    place.sends(tenants(), &came);
    place.logs(&came);
    place.loses(2);
    let output = place.run(&[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--tenant"), "{said}");
    let report = place.report(&["--tenant", "acme"]);
    assert_eq!(
        (&report["handled"], &report["known"]),
        (&json!(1), &json!(1))
    );
    let handled = |origin| {
        let acme = Some("acme".to_owned());
        ("User.Deleted".to_owned(), origin, acme)
    };
    let all = place.handled_with(tenants());
    assert!(all.contains(&handled(Origin::Pushed)), "{all:?}");
    assert!(all.contains(&handled(Origin::Reconciled)), "{all:?}");
    assert_eq!(all.len(), 2);
    let report = place.report(&["--tenant", "acme"]);
    assert_eq!(report["known"], 2);
}

#[test]
fn a_tenant_is_refused_where_the_endpoint_serves_none() {
    let place = Place::new();
    place.sends(secret(), &event(1));
    let output = place.run(&["--tenant", "acme"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("leave out --tenant"), "{said}");
    assert_eq!(place.run(&["--tenant", ""]).status.code(), Some(2));
    // What this command has put there tells nothing.
    let place = Place::new();
    place.loses(1);
    place.report(&[]);
    place.report(&["--tenant", "acme"]);
}
