//! `hookgate reconcile`: what Logto's log shows comes into the inbox, and an application's worker handles it.

use std::{
    net::SocketAddr,
    process::{Command, Output},
    sync::{Arc, Mutex},
};

use axum::{Router, extract::Request};
use hookgate::{
    Ack, Delivery, Nack, Origin, Receiver, Secret,
    inbox::{BoxInbox, Inbox},
    providers::logto::{Event, Logto},
    time::{Clock, SystemClock},
    worker::Worker,
};
use hookgate_test_support::temporary_folder;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::command::hookgate;

const HOOK: &str = "o7s9sn5gbe07hdq69p1rr";

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
        let at = SystemClock::new().now();
        let body = json!({
            "event": "User.Deleted", "createdAt": at.to_rfc3339(), "hookId": HOOK, "path": format!("/users/{number}"),
        });
        let entry = json!({
            "id": "l", "key": "TriggerHook.User.Deleted", "createdAt": at.as_millis(),
            "payload": {"hookId": HOOK, "hookRequest": {"body": body}, "result": "Error"},
        });
        self.entries.lock().unwrap().insert(0, entry);
    }

    fn command(&self, more: &[&str]) -> Command {
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

    fn report(&self) -> Value {
        let output = self.run(&["--json"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What the application's worker handles, until there is nothing left.
    fn handled(&self) -> Vec<(String, Origin)> {
        let secret = Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
        let pack = Logto::new(secret).canonical_identity();
        let receiver = Receiver::new("logto", pack).inbox(self.inbox.clone());
        let receiver = receiver.build().unwrap();
        let handled = Arc::new(Mutex::new(Vec::new()));
        let seen = handled.clone();
        let on_event = move |delivery: Delivery<Event>| {
            let seen = seen.clone();
            async move {
                let name = delivery.event().name().to_owned();
                seen.lock().unwrap().push((name, delivery.origin()));
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

#[test]
fn what_is_lost_comes_into_the_inbox_once_and_a_worker_handles_it() {
    let place = Place::new();
    place.loses(1);
    place.loses(2);
    let report = place.report();
    assert_eq!(
        (&report["handled"], &report["known"]),
        (&json!(2), &json!(0))
    );
    // It waits in the inbox.
    let report = place.report();
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
