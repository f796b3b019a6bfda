//! `hookgate inbox`, on a real file.

use std::{process::Output, time::Duration};

use bytes::Bytes;
use hookgate::{
    EventKey, Key, Keyring, Secret, UnixTime,
    dedup::{DedupStore, End, OwnerToken},
    inbox::{
        Ask, BoxInbox, DeadReason, EncryptedInbox, Entry, FORMAT, Inbox, Leased, ProvedBy,
        StoredCoverage, StoredDelivery, StoredRequest, StoredVerdict,
    },
};
use hookgate_test_support::{PostgresServer, temporary_folder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::command::hookgate;

const MINUTE: Duration = Duration::from_secs(60);

/// An inbox in a file, and what an application does with it.
pub(crate) struct Place {
    runtime: Runtime,
    inbox: BoxInbox,
    pub(crate) url: String,
    folder: TempDir,
}

fn key(number: u8) -> EventKey {
    EventKey::from_bytes([number; 32])
}

fn entry(number: u8, endpoint: &str) -> Entry {
    let text = |text: &str| Some(text.into());
    let delivery = StoredDelivery {
        request: StoredRequest {
            method: "POST".into(),
            path: "/hooks/CANARY-PATH".into(),
            query: text("token=CANARY-QUERY"),
            authority: text("CANARY.example"),
            route_params: vec![("tenant".into(), "CANARY-PARAM".into())],
            headers: vec![("user-agent".into(), Bytes::from_static(b"CANARY-AGENT"))],
            body: Bytes::from_static(br#"{"event":"User.Created","CANARY@example.com":41}"#),
        },
        verdict: StoredVerdict {
            pack: "logto".into(),
            tenant: None,
            proved_by: ProvedBy::Signature,
            key_id: "key".into(),
            coverage: StoredCoverage::Body,
            signed_id: text("CANARY-ID"),
            sent_at: None,
            digest: None,
            claimed_type: None,
            received_at: UnixTime::from_secs(1_795_939_200),
            retain: MINUTE,
            position: 0,
        },
    };
    Entry {
        key: key(number),
        token: OwnerToken::from_bytes([number; 16]),
        content: None,
        endpoint: endpoint.into(),
        event_type: "User.Created",
        key_id: "key".into(),
        order: None,
        retain: MINUTE,
        format: FORMAT,
        payload: delivery.to_bytes(),
    }
}

impl Place {
    fn new() -> Self {
        let folder = temporary_folder();
        let url = format!("sqlite:{}", folder.path().join("webhooks.db").display());
        let runtime = Runtime::new().unwrap();
        Self {
            inbox: runtime.block_on(hookgate_stores::open_inbox(&url)).unwrap(),
            runtime,
            url,
            folder,
        }
    }

    /// With these dead letters of `logto`.
    pub(crate) fn with_dead(numbers: impl IntoIterator<Item = u8>) -> Self {
        let place = Self::new();
        place.queue(numbers, "logto");
        for row in place.lease_all() {
            let error = Some(Bytes::from_static(b"CANARY-ERROR"));
            let bury = place.inbox.bury(&row.lease, DeadReason::Failed, error);
            place.runtime.block_on(bury).unwrap();
        }
        place
    }

    fn queue(&self, numbers: impl IntoIterator<Item = u8>, endpoint: &str) {
        // One by one, so that their order is known.
        for number in numbers {
            let accept = self.inbox.accept(vec![entry(number, endpoint)]);
            self.runtime.block_on(accept).unwrap();
        }
    }

    fn lease_all(&self) -> Vec<Leased> {
        let ask = Ask {
            endpoints: &["logto".into()],
            format: FORMAT,
            limit: 100,
            lasts: MINUTE,
            owner: OwnerToken::from_bytes([255; 16]),
            suspects: false,
        };
        self.runtime.block_on(self.inbox.lease(ask)).unwrap().rows
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let arguments = [&["inbox", &self.url], arguments].concat();
        hookgate(&arguments).output().unwrap()
    }

    /// Its output, where it ends with this status.
    fn says(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, status: i32, arguments: &[&str]) -> Value {
        let text = self.says(status, &[arguments, &["--json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn counts(&self) -> (u64, u64) {
        let totals = self.runtime.block_on(self.inbox.totals()).unwrap();
        totals.first().map_or((0, 0), |it| (it.queued, it.dead))
    }
}

fn error(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn the_status_shows_each_endpoint_and_what_is_wrong_with_it() {
    let place = Place::with_dead([1, 2]);
    place.queue([3], "logto");
    place.queue([4], "facephi");
    place.says(0, &["hold", "facephi"]);
    let text = place.says(0, &["status"]);
    assert!(
        text.contains("facephi\n  queued      1, the oldest for"),
        "{text}"
    );
    assert!(text.contains("  held        by an operator"), "{text}");
    assert!(
        text.contains("logto\n  queued      1, the oldest for"),
        "{text}"
    );
    assert!(text.contains("  dead        2, the oldest for"), "{text}");
    assert!(text.contains("dead letters wait for a person; "), "{text}");
    assert!(text.contains("  worker      asked "), "{text}");
    let lines = place.says(0, &["status", "--json"]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let logto = lines.iter().find(|it| it["endpoint"] == "logto").unwrap();
    assert_eq!((&logto["queued"], &logto["dead"]), (&json!(1), &json!(2)));
    assert_eq!(logto["findings"][0]["code"], "inbox_dead_letters");
    let held = lines.iter().find(|it| it["held"] == true).unwrap();
    assert_eq!(held["findings"][0]["code"], "inbox_held");
    assert_eq!(held["asked_s"], Value::Null);
}

#[test]
fn a_list_is_filtered_and_goes_on_page_by_page() {
    let place = Place::with_dead([1, 2, 3]);
    place.queue([4], "facephi");
    let keys = |arguments: &[&str]| {
        let text = place.says(0, &[&["list"], arguments].concat());
        let each = text.lines().map(|line| line[..64].to_owned());
        each.collect::<Vec<_>>()
    };
    let all = |numbers: &[u8]| {
        let each = numbers.iter().map(|number| key(*number).to_string());
        each.collect::<Vec<_>>()
    };
    assert_eq!(keys(&[]), all(&[4, 1, 2, 3]));
    assert_eq!(keys(&["--queued"]), all(&[4]));
    assert_eq!(keys(&["--dead", "--reason", "failed"]), all(&[1, 2, 3]));
    assert_eq!(keys(&["--reason", "rejected"]), all(&[]));
    assert_eq!(keys(&["--endpoint", "facephi"]), all(&[4]));
    assert_eq!(keys(&["--type", "other"]), all(&[]));
    assert_eq!(keys(&["--key-id", "key"]).len(), 4);
    assert_eq!(keys(&["--accepted-from", "1h"]).len(), 4);
    assert_eq!(keys(&["--accepted-before", "1h"]).len(), 0);
    assert_eq!(
        keys(&["--accepted-before", "2020-01-01T00:00:00Z"]).len(),
        0
    );
    // Page by page, as text and as JSON.
    let first = place.run(&["list", "--dead", "--limit", "2"]);
    let (_, next) = error(&first).split_once("more: --after '").unwrap();
    let next = next.split('\'').next().unwrap();
    assert_eq!(
        keys(&["--dead", "--limit", "2", "--after", next]),
        all(&[3])
    );
    let json = place.says(0, &["list", "--limit", "2", "--json"]);
    let lines: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["state"], &lines[1]["state"]),
        (&json!("waits"), &json!("dead"))
    );
    assert_eq!(lines[1]["reason"], "failed");
    assert!(lines[2]["next"].is_string());
    assert!(!json.contains("CANARY"), "{json}");
}

#[test]
fn one_event_is_shown_masked_unless_personal_data_is_asked_for() {
    let place = Place::with_dead([1]);
    let key = key(1).to_string();
    for arguments in [vec!["show", &key], vec!["show", &key, "--json"]] {
        let text = place.says(0, &arguments);
        assert!(!text.contains("CANARY"), "{text}");
        assert!(text.contains("{event: text of 12, *: number}"), "{text}");
    }
    let text = place.says(0, &["show", &key]);
    let head = format!("key             {key}\nendpoint        logto\n");
    assert!(text.starts_with(&head), "{text}");
    assert!(
        text.contains("  headers\n    user-agent  bytes 12\n"),
        "{text}"
    );
    let shown = place.json(0, &["show", &key]);
    assert_eq!(
        shown["request"]["headers"],
        json!([{"name": "user-agent", "bytes": 12}])
    );
    assert_eq!(shown["request"]["body_bytes"], 48);
    assert_eq!(shown["error_bytes"], 12);
    assert_eq!(shown["history"][0]["died"], "failed");
    let open = place.json(0, &["show", &key, "--personal-data"]);
    assert_eq!(
        open["request"]["body"],
        r#"{"event":"User.Created","CANARY@example.com":41}"#
    );
    assert_eq!(open["request"]["path"], "/hooks/CANARY-PATH");
    assert_eq!(open["request"]["headers"][0]["value"], "CANARY-AGENT");
    assert_eq!(open["error"], "CANARY-ERROR");
    let text = place.says(0, &["show", &key, "--personal-data"]);
    assert!(
        text.contains("CANARY-ERROR") && text.contains("CANARY-AGENT"),
        "{text}"
    );
}

#[test]
fn what_could_not_be_decoded_or_read_is_shown_as_far_as_it_can_be() {
    let place = Place::new();
    let sealed = Entry {
        format: FORMAT + 1,
        payload: Bytes::from_static(&[0, 2, 1, 7]),
        ..entry(1, "logto")
    };
    place
        .runtime
        .block_on(place.inbox.accept(vec![sealed]))
        .unwrap();
    let shown = place.json(0, &["show", &key(1).to_string()]);
    let why = shown["request"]["unreadable"].as_str().unwrap();
    assert!(why.contains("encrypted"), "{why}");
    assert_eq!(shown["state"], "waits");
}

/// Two keys, as after a rotation: one in a variable of the application's, both in a file.
#[test]
fn what_is_encrypted_is_opened_with_keys_of_variables_and_files() {
    const OLD: &str = "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w=";
    const NEW: &str = "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU=";
    let place = Place::new();
    for (number, id, text) in [(1, "2025-11", OLD), (2, "a b=c", NEW)] {
        let secret = Secret::base64(text).unwrap();
        let keys = Keyring::new([Key::new(id, secret)]).unwrap();
        let inbox = EncryptedInbox::new(place.inbox.clone(), keys).unwrap();
        let accept = inbox.accept(vec![entry(number, "logto")]);
        place.runtime.block_on(accept).unwrap();
    }
    let file = place.folder.path().join("keys");
    std::fs::write(&file, format!("2025-11 {OLD}\n\n  a b=c\tbase64:{NEW}\r\n")).unwrap();
    let file = file.to_str().unwrap();
    let show = |number: u8, arguments: &[&str]| {
        let key = key(number).to_string();
        let arguments = [&["inbox", &place.url, "show", &key], arguments].concat();
        let mut command = hookgate(&arguments);
        command.env("INBOX_KEY", OLD).env("INBOX_NEXT", NEW);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let shape = "{event: text of 12, *: number}";
    let locked = "encrypted and no given key opens it";
    for (arguments, first, second) in [
        (vec![], locked, locked),
        (
            vec!["--encryption-key-env", "2025-11=INBOX_KEY"],
            shape,
            locked,
        ),
        (
            vec!["--encryption-key-env", "a b=c=INBOX_NEXT"],
            locked,
            shape,
        ),
        (vec!["--encryption-key-file", file], shape, shape),
    ] {
        for (number, expected) in [(1, first), (2, second)] {
            let text = show(number, &arguments);
            assert!(text.contains(expected), "{arguments:?}: {text}");
            assert!(!text.contains("CANARY"), "{text}");
        }
    }
    let personal = ["--personal-data", "--encryption-key-file", file];
    assert!(show(1, &personal).contains("CANARY@example.com"));
    // Another secret under a known id opens nothing.
    let other = show(1, &["--encryption-key-env", "2025-11=INBOX_NEXT"]);
    assert!(other.contains(locked), "{other}");
}

#[test]
fn an_encryption_key_that_cannot_be_used_is_said_and_not_shown() {
    const SHORT: &str = "c2hvcnQ";
    let place = Place::new();
    let file = place.folder.path().join("keys");
    let file = file.to_str().unwrap();
    for (line, arguments, expected) in [
        (
            "",
            ["--encryption-key-env", "CANARY"],
            "takes an id, `=` and",
        ),
        (
            "",
            ["--encryption-key-env", "id=NOT_SET"],
            "NOT_SET is not set",
        ),
        (
            "",
            ["--encryption-key-env", "id=UNFIT"],
            "of the variable UNFIT",
        ),
        ("", ["--encryption-key-env", "id=SHORT"], "32 bytes or more"),
        ("\nCANARY", ["--encryption-key-file", file], "in line 2 of"),
        (
            "CANARY id!",
            ["--encryption-key-file", file],
            "in line 1 of",
        ),
    ] {
        std::fs::write(file, line).unwrap();
        let arguments = [&["inbox", &place.url, "status"], &arguments[..]].concat();
        let mut command = hookgate(&arguments);
        command.env("UNFIT", "CANARY!").env("SHORT", SHORT);
        let output = command.output().unwrap();
        let said = error(&output);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("CANARY") && !said.contains(SHORT), "{said}");
    }
}

#[test]
fn an_inbox_under_other_names_is_found_when_they_are_said() {
    let place = Place::new();
    let path = place.folder.path().join("named.db");
    let name = |name| hookgate_sqlite::Table::new(name).unwrap();
    let inbox = hookgate_sqlite::SqliteInbox::builder()
        .tables_named(&name("hooks"))
        .table(name("marks"));
    let inbox = place.runtime.block_on(inbox.open(&path)).unwrap();
    let accept = inbox.accept(vec![entry(1, "logto")]);
    place.runtime.block_on(accept).unwrap();
    let url = format!("sqlite:{}", path.display());
    let run = |arguments: &[&str]| {
        let arguments = [&["inbox", &url], arguments].concat();
        hookgate(&arguments).output().unwrap()
    };
    let named = ["list", "--tables", "hooks", "--claims-table", "marks"];
    let listed = run(&named);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains(&key(1).to_string()), "{listed}");
    for named in [&["list"][..], &named[..3], &["list", "--tables", "Hooks"]] {
        let output = run(named);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
    }
}

#[test]
fn a_replay_of_many_is_rehearsed_first() {
    let place = Place::with_dead(1..=3);
    let many = [
        "replay",
        "--endpoint",
        "logto",
        "--why",
        "the table is back",
    ];
    let said = place.says(0, &many);
    assert_eq!(
        said,
        "3 dead letters are meant, and none was replayed: add --expect 3 to do it\n"
    );
    assert_eq!(place.json(0, &many), json!({"dry_run": true, "meant": 3}));
    assert_eq!(place.counts(), (0, 3));
    // Another number than was said.
    let output = place.run(&[&many[..], &["--expect", "2"]].concat());
    assert_eq!(output.status.code(), Some(3));
    assert!(error(&output).contains("nothing was done"), "{output:?}");
    assert_eq!(place.counts(), (0, 3));
    assert_eq!(
        place.says(0, &[&many[..], &["--limit", "1"]].concat()),
        "1 replayed\n"
    );
    let all = place.json(0, &[&many[..], &["--expect", "2"]].concat());
    assert_eq!(all, json!({"replayed": 2, "gone": 0}));
    assert_eq!(place.counts(), (3, 0));
    let shown = place.json(0, &["show", &key(1).to_string()]);
    assert_eq!(shown["history"][1]["replayed"], "the table is back");
    assert_eq!(shown["replays"], 1);
}

#[test]
fn one_dead_letter_is_replayed_or_discarded_by_its_key() {
    let place = Place::with_dead(1..=2);
    let (first, second) = (key(1).to_string(), key(2).to_string());
    assert_eq!(
        place.says(0, &["replay", &first, "--why", "fixed"]),
        "1 replayed\n"
    );
    assert_eq!(place.says(0, &["discard", &second]), "1 discarded\n");
    assert_eq!(place.counts(), (1, 0));
    // It is no dead letter any more, and another was never there.
    for arguments in [
        vec!["replay", &first, "--why", "again"],
        vec!["discard", &second],
        vec!["show", &second],
    ] {
        let output = place.run(&arguments);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(error(&output).contains("key"), "{output:?}");
    }
    // Its copies are still recognised.
    let copy = place.inbox.accept(vec![entry(2, "logto")]);
    let copy = place.runtime.block_on(copy).unwrap();
    assert!(matches!(copy[..], [hookgate::inbox::Accept::Done { .. }]));
}

#[test]
fn what_is_not_said_clearly_is_not_done() {
    let place = Place::with_dead(1..=2);
    let first = key(1).to_string();
    for (status, arguments) in [
        (1, vec!["replay", "--why", "all"]),
        (1, vec!["replay", "--why", "all", "--expect", "2"]),
        (1, vec!["discard", "--limit", "9"]),
        (2, vec!["replay", "--endpoint", "logto"]),
        (
            2,
            vec!["replay", &first, "--endpoint", "logto", "--why", "both"],
        ),
        (2, vec!["discard", &first, "--limit", "2"]),
        (
            2,
            vec![
                "discard",
                "--endpoint",
                "logto",
                "--limit",
                "2",
                "--expect",
                "2",
            ],
        ),
        (2, vec!["discard", &first[..63]]),
        (2, vec!["discard", "--reason", "boredom"]),
        (2, vec!["prune"]),
        (2, vec!["prune", "--older-than", "30"]),
        (2, vec!["list", "--dead", "--queued"]),
        (2, vec!["list", "--accepted-from", "yesterday"]),
        (2, vec![]),
    ] {
        let output = place.run(&arguments);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}: {output:?}"
        );
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(place.counts(), (0, 2));
    let output = place.run(&["replay", "--why", "all"]);
    assert!(
        error(&output).contains("name an endpoint, a type"),
        "{output:?}"
    );
}

#[test]
fn a_discard_of_many_takes_what_is_meant() {
    let place = Place::with_dead(1..=3);
    place.queue([4], "logto");
    let many = ["discard", "--endpoint", "logto"];
    assert_eq!(place.json(0, &many), json!({"dry_run": true, "meant": 3}));
    let discarded = place.json(0, &[&many[..], &["--expect", "3"]].concat());
    assert_eq!(discarded, json!({"discarded": 3, "gone": 0}));
    assert_eq!(place.counts(), (1, 0));
}

#[test]
fn a_held_endpoint_hands_out_nothing_until_it_is_resumed() {
    let place = Place::new();
    place.queue([1], "logto");
    let held = place.json(0, &["hold", "logto"]);
    assert_eq!(held, json!({"endpoint": "logto", "held": true}));
    place.queue([2], "logto");
    assert!(place.lease_all().is_empty());
    assert_eq!(place.says(0, &["resume", "logto"]), "logto goes on\n");
    assert_eq!(place.lease_all().len(), 2);
    for action in ["hold", "resume", "drain"] {
        let output = place.run(&[action, "logot"]);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(
            error(&output).contains("no endpoint of this name"),
            "{output:?}"
        );
    }
}

#[test]
fn old_dead_letters_are_pruned() {
    let place = Place::with_dead(1..=2);
    assert_eq!(
        place.says(0, &["prune", "--older-than", "1h"]),
        "0 dead letters erased\n"
    );
    assert_eq!(
        place.json(0, &["prune", "--older-than", "0s"]),
        json!({"erased": 2})
    );
    assert_eq!(place.counts(), (0, 0));
}

#[test]
fn a_drain_says_how_it_ended_and_what_is_left() {
    let place = Place::with_dead([1]);
    let drained = place.says(0, &["drain", "logto"]);
    assert_eq!(drained, "logto is drained; dead letters: 1\n");
    place.queue([2], "logto");
    let left = place.json(4, &["drain", "logto", "--within", "0s"]);
    assert_eq!(left["end"], "time_up");
    assert_eq!((&left["queued"], &left["dead"]), (&json!(1), &json!(1)));
    place.says(0, &["hold", "logto"]);
    let held = place.says(4, &["drain", "logto"]);
    assert_eq!(
        held,
        "logto is not drained, since an operator holds it; queued: 1, dead letters: 1\n"
    );
}

#[test]
fn a_drain_waits_for_the_workers_of_another_process() {
    let place = Place::new();
    place.queue([1], "logto");
    let mut draining = hookgate(&["inbox", &place.url, "drain", "logto", "--json"]);
    let draining = draining.spawn().unwrap();
    for row in place.lease_all() {
        let settle = place.inbox.settle(&row.lease, End::Processed, MINUTE);
        place.runtime.block_on(settle).unwrap();
    }
    let output = draining.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["end"], "empty");
}

#[test]
fn the_inbox_is_named_by_the_environment_too() {
    let place = Place::with_dead([1]);
    let listed = hookgate(&["inbox", "list", "--json"])
        .env("HOOKGATE_INBOX", &place.url)
        .output()
        .unwrap();
    assert!(listed.status.success(), "{listed:?}");
    assert!(
        String::from_utf8(listed.stdout)
            .unwrap()
            .contains("\"dead\"")
    );
    let mut unnamed = hookgate(&["inbox", "list"]);
    let unnamed = unnamed.env_remove("HOOKGATE_INBOX").output().unwrap();
    assert_eq!(unnamed.status.code(), Some(1));
    assert!(error(&unnamed).contains("HOOKGATE_INBOX"), "{unnamed:?}");
}

#[test]
fn no_password_is_taken_as_an_argument_or_shown() {
    let url = "postgres://app:s3cret@127.0.0.1:1/db";
    let given = hookgate(&["inbox", url, "status"]).output().unwrap();
    assert_eq!(given.status.code(), Some(1));
    assert!(error(&given).contains("HOOKGATE_INBOX"), "{given:?}");
    let unreachable = hookgate(&["inbox", "status"])
        .env("HOOKGATE_INBOX", url)
        .output()
        .unwrap();
    assert_eq!(unreachable.status.code(), Some(1));
    for output in [&given, &unreachable] {
        assert!(output.stdout.is_empty());
        assert!(error(output).starts_with("hookgate: "), "{output:?}");
        assert!(!error(output).contains("s3cret"), "{output:?}");
    }
}

#[test]
fn a_name_that_was_misspelled_makes_no_file() {
    let folder = temporary_folder();
    let path = folder.path().join("webhoks.db");
    let url = format!("sqlite:{}", path.display());
    let output = hookgate(&["inbox", &url, "status"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error(&output).contains("no inbox with tables of these names"),
        "{output:?}"
    );
    assert!(!path.exists());
    let redis = hookgate(&["inbox", "redis://127.0.0.1/", "status"]).output();
    assert!(error(&redis.unwrap()).contains("begins with `sqlite:`"));
}

#[test]
fn an_operators_reason_commands_no_terminal() {
    let place = Place::with_dead([1]);
    let key = key(1).to_string();
    place.says(0, &["replay", &key, "--why", "\u{1b}[2Jgone"]);
    for arguments in [vec!["show", &key], vec!["show", &key, "--json"]] {
        let text = place.says(0, &arguments);
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(text.contains("gone"), "{text:?}");
    }
}

#[test]
fn postgres_is_operated_in_the_same_way() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let url = server.url();
    let run = |arguments: &[&str]| {
        let mut command = hookgate(&[&["inbox"], arguments].concat());
        command.env("HOOKGATE_INBOX", &url).output().unwrap()
    };
    let nothing = run(&["status"]);
    assert_eq!(nothing.status.code(), Some(1), "no tables: {nothing:?}");
    let runtime = Runtime::new().unwrap();
    let inbox = runtime.block_on(hookgate_stores::open_inbox(&url)).unwrap();
    let accept = inbox.accept(vec![entry(1, "logto")]);
    runtime.block_on(accept).unwrap();
    let status = run(&["status", "--json"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["queued"], 1);
    assert!(run(&["hold", "logto"]).status.success());
    let left = run(&["drain", "logto"]);
    assert_eq!(left.status.code(), Some(4), "{left:?}");
    let shown = run(&["show", &key(1).to_string()]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("text of 12") && !shown.contains("CANARY"),
        "{shown}"
    );
}
