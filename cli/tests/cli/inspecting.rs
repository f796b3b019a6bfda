//! `hookgate listen --inspect` and `hookgate inbox URL serve`: the pages, as a user opens them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

use serde_json::Value;

use crate::{
    command::hookgate,
    inbox::Place,
    listening::{Listening, send},
};

/// The JSON of a page. `url` is `http://…`.
fn page(url: &str, path: &str) -> Value {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    serde_json::from_str(body).unwrap()
}

#[test]
fn a_receiver_for_trying_things_shows_what_it_sees() {
    for framework in ["axum", "actix"] {
        let listening = Listening::start("facephi", &["--inspect", "--framework", framework]);
        let said = listening.note();
        let inspector = said.strip_prefix("inspect them at ").unwrap();
        assert_eq!(
            page(inspector, "/deliveries.json")["rows"],
            serde_json::json!([])
        );
        let to = format!("{}/hook", listening.url);
        let sent = send(&["facephi", "--flow", "--speed", "2000", "--to", &to]);
        assert!(sent.status.success(), "{sent:?}");
        let list = page(inspector, "/deliveries.json");
        let rows = list["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 7, "{list}");
        assert!(rows.iter().all(|row| row["reason"] == "handled"), "{list}");
        let first = page(inspector, "/receivers.json");
        assert_eq!(first["endpoints"][0]["pack"], "facephi");
        listening.stop();
    }
}

/// Nobody is told that it listens, and then that it does not.
#[test]
fn a_port_that_is_taken_is_said_before_anything_else() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let inspect = format!("--inspect={}", address.port());
    let said = Listening::refused("facephi", &[&inspect]);
    assert!(
        said.contains(&format!("cannot listen on {address}: ")),
        "{said}"
    );
    let place = Place::with_dead([1]);
    let port = address.port().to_string();
    let output = hookgate(&["inbox", &place.url, "serve", "--port", &port]).output();
    let said = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(
        said.contains(&format!("cannot listen on {address}: ")),
        "{said}"
    );
}

/// Ends it, however the test ends.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_inbox_is_served_and_the_command_of_a_group_replays_it() {
    let place = Place::with_dead([1, 2, 3]);
    let mut child = hookgate(&["inbox", &place.url, "serve"]).spawn().unwrap();
    let notes = BufReader::new(child.stderr.take().unwrap());
    let _serving = Serving(child);
    let said = notes.lines().next().unwrap().unwrap();
    let url = said.strip_prefix("the inbox is at ").unwrap();
    let url = url.strip_suffix("; Ctrl-C ends it").unwrap();
    let dead = page(url, "/dead.json");
    assert_eq!(dead["groups"][0]["count"], 3);
    let line = dead["groups"][0]["replay"].as_str().unwrap();
    assert!(line.contains(&place.url), "{line}");
    // As it stands there, in a shell.
    let shell = format!(
        "hookgate() {{ '{}' \"$@\"; }}; {line}",
        env!("CARGO_BIN_EXE_hookgate")
    );
    let output = Command::new("sh").args(["-c", &shell]).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "3 replayed\n",
        "{output:?}"
    );
    assert_eq!(place.counts(), (3, 0));
    assert_eq!(page(url, "/dead.json")["groups"], serde_json::json!([]));
    let shown = page(url, "/deliveries.json").to_string();
    assert!(!shown.contains("CANARY"), "{shown}");
}
