//! The example ends well on both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

use std::process::Command;

use hookgate_test_support::PostgresServer;

fn run(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_inbox"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    for endpoint in ["logto", "facephi", "idcloud", "unico-check"] {
        assert!(
            told.lines().any(|line| line.starts_with(endpoint)),
            "{told}"
        );
    }
}

#[test]
fn nothing_accepted_is_lost_on_sqlite() {
    run(&[]);
}

#[test]
fn nothing_accepted_is_lost_on_postgres() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    run(&[&server.url()]);
}
