//! `providers`, `completions`, `man`, and help.

use std::process::Output;

use serde_json::{Value, json};

use crate::command::{hookgate, verdict, with};

fn run(arguments: &[&str]) -> Output {
    hookgate(arguments).output().unwrap()
}

fn text(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_help_has_an_example() {
    for command in [
        "verify",
        "explain",
        "send",
        "listen",
        "token",
        "inbox",
        "providers",
        "completions",
        "man",
    ] {
        assert!(text(&[command, "--help"]).contains("Example"), "{command}");
    }
    assert!(text(&["--help"]).contains("Example"));
}

/// The names of what `providers` finds with these arguments.
fn found(arguments: &[&str]) -> Vec<String> {
    let output = run(&[&["providers", "--json"], arguments].concat());
    let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let status = if list.is_empty() { 1 } else { 0 };
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    let names = list.iter().map(|sheet| sheet["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[test]
fn providers_are_those_that_verify_takes() {
    let list: Vec<Value> = serde_json::from_str(&text(&["providers", "--json"])).unwrap();
    let lines = text(&["providers"]);
    assert_eq!(lines.lines().count(), list.len(), "a line for each");
    let whole = text(&["providers", "--whole"]);
    for sheet in &list {
        let name = sheet["name"].as_str().unwrap();
        assert!(lines.lines().any(|line| line.starts_with(name)), "{lines}");
        assert!(whole.lines().any(|line| line == name), "{whole}");
        let error = verdict(&with("provider", name))["error"].to_string();
        assert!(!error.contains("unknown `provider`"), "{name}");
    }
    let logto = list.iter().find(|sheet| sheet["name"] == "logto").unwrap();
    assert_eq!(logto["signed_time"], "of_event");
    assert_eq!(logto["sender_timeout_s"], 10);
    assert_eq!(logto["retries"], json!({"for_secs": 3}));
    let akeneo = list.iter().find(|sheet| sheet["name"] == "akeneo").unwrap();
    assert_eq!(akeneo["sender_timeout_s"], 0.5);
    assert!(whole.contains("up to 23 h 54 min old, up to 5 min ahead"));
}

#[test]
fn providers_are_found_by_name_title_and_headers() {
    assert_eq!(found(&["stripe"]), ["stripe"]);
    assert_eq!(found(&["GitH"]), ["github"]);
    assert_eq!(found(&["X-Slack-Request-Timestamp"]), ["slack"]);
    assert_eq!(found(&["unico", "check"]), ["unico-check"]);
    assert_eq!(found(&["HUB", "x-github-event"]), ["github"]);
    // Another name may begin with it.
    assert!(found(&["standard-webhooks"]) == ["standard-webhooks"]);
    assert!(found(&["nobody-is-called-so"]).is_empty());

    let timed = found(&["--signed-time"]);
    assert!(timed.contains(&"stripe".to_owned()) && timed.contains(&"logto".to_owned()));
    assert!(!timed.contains(&"github".to_owned()));
    let known = found(&["--nothing-assumed"]);
    assert!(known.contains(&"github".to_owned()) && !known.contains(&"stripe".to_owned()));
}

#[test]
fn a_sender_that_proves_too_little_is_found_with_the_reason() {
    let favro = run(&["providers", "Favro"]);
    assert_eq!(favro.status.code(), Some(1));
    let shown = String::from_utf8(favro.stdout).unwrap();
    assert!(shown.starts_with("favro  not safely: "), "{shown}");
    let all: Vec<Value> =
        serde_json::from_str(&text(&["providers", "--not-safely", "--json"])).unwrap();
    let lines = text(&["providers", "--not-safely"]);
    assert_eq!(lines.lines().count(), all.len());
    for sender in &all {
        let name = sender["name"].as_str().unwrap();
        assert!(found(&[name]).is_empty(), "{name} has a preset");
        assert!(lines.contains(sender["why"].as_str().unwrap()));
        let error = verdict(&with("provider", name))["error"].to_string();
        assert!(error.contains("unknown `provider`"), "{name}: {error}");
    }
    let sure = text(&["providers", "--not-safely", "cloudinary"]);
    assert_eq!(sure.lines().count(), 1);
    assert!(!sure.contains("assumed") && lines.contains("(assumed)"));
}

#[test]
fn a_provider_that_is_found_alone_is_shown_whole() {
    let stripe = text(&["providers", "stripe"]);
    for shown in [
        "stripe\n  sender      Stripe, https://",
        "\n  headers     stripe-signature\n",
        "\n  secret      $STRIPE_WEBHOOK_SECRET; ",
        "\n  time        of the attempt, up to 5 min old",
        "\n  manner      waits for an unknown time, sends again for 3 d\n",
    ] {
        assert!(stripe.contains(shown), "{shown} in {stripe}");
    }
    let none = run(&["providers", "nobody-is-called-so"]);
    assert!(none.stdout.is_empty() && !none.stderr.is_empty());
}

#[test]
fn every_command_that_says_something_says_it_in_json() {
    let events: Value = serde_json::from_str(&text(&["send", "--list", "--json"])).unwrap();
    assert_eq!(events["idcloud"][0], "process_finished");
    let one: Value = serde_json::from_str(&text(&["send", "slack", "--json"])).unwrap();
    assert_eq!(one, json!({"slack": ["app_mention", "message"]}));
    for command in [
        "verify",
        "explain",
        "send",
        "listen",
        "token",
        "inbox",
        "providers",
    ] {
        assert!(text(&[command, "--help"]).contains("--json"), "{command}");
    }
}

#[test]
fn completions_and_pages_name_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(
            text(&["completions", shell]).contains("providers"),
            "{shell}"
        );
    }
    assert!(text(&["man"]).contains("hookgate\\-verify"));
    for command in [
        "verify",
        "explain",
        "send",
        "listen",
        "token",
        "inbox",
        "providers",
        "completions",
        "man",
    ] {
        let page = text(&["man", command]);
        assert!(page.contains(&format!("hookgate\\-{command}")), "{page}");
    }
    for command in [
        "status", "list", "show", "replay", "discard", "hold", "resume", "prune", "drain",
    ] {
        let page = text(&["man", "inbox", command]);
        assert!(
            page.contains(&format!("hookgate\\-inbox\\-{command}")),
            "{page}"
        );
        assert!(
            text(&["inbox", command, "--help"]).contains("Example"),
            "{command}"
        );
    }
    assert_eq!(run(&["man", "inbox", "nonsense"]).status.code(), Some(1));
}

#[test]
fn a_file_that_is_not_there_is_an_error_of_its_own() {
    let output = run(&["verify", "no such file"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no such file"));
}
