//! The guides say of each sender what its row says.

use std::{collections::BTreeMap, fs, path::Path};

use hookgate::{UnixTime, providers::known, simulator::SampleId};
use serde_json::Value;

fn guide(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// The rows of the table whose first heading is `heading`, as cells. A first cell that names two senders is two rows.
fn table(text: &str, heading: &str) -> BTreeMap<String, Vec<String>> {
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {heading} |")));
    let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
    let mut found = BTreeMap::new();
    for row in rows {
        let cells: Vec<_> = row
            .trim_matches('|')
            .split('|')
            .map(|it| it.trim().to_owned())
            .collect();
        for name in cells[0].split(", ") {
            found.insert(name.trim_matches('`').to_owned(), cells[1..].to_vec());
        }
    }
    found
}

#[test]
fn the_guide_says_how_each_sender_waits_and_what_of_that_is_assumed() {
    let mut told = table(&guide("send-and-listen.md"), "sender");
    for sender in known::ALL {
        let cells = told
            .remove(sender.title)
            .unwrap_or_else(|| panic!("{} is not there", sender.title));
        let waits = format!("{} s", sender.timeout.value().as_secs());
        assert_eq!(cells[0], waits, "{}", sender.title);
        let is_assumed = sender.timeout.is_assumed() || sender.repeats.is_assumed();
        assert_eq!(cells[2].contains("assumed"), is_assumed, "{}", sender.title);
    }
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn the_guide_names_each_senders_variable() {
    let told = table(&guide("send-and-listen.md"), "provider");
    for sender in known::ALL {
        let Some(secret) = sender.secret else {
            continue;
        };
        let cells = told
            .get(sender.name)
            .unwrap_or_else(|| panic!("{} is not there", sender.name));
        assert!(
            cells[0].contains(&format!("`{}`", secret.variable)),
            "{}",
            sender.name
        );
    }
}

#[test]
fn each_sample_is_json_of_its_type_and_another_one_for_each_event() {
    let at = UnixTime::from_secs(1_700_000_000);
    for sender in known::ALL {
        let Some(sample) = sender.sample else {
            continue;
        };
        for event_type in sample.types {
            let body =
                |bits: u128| sample.body_of(event_type, SampleId::from_bits(bits << 120), at);
            let _: Value = serde_json::from_str(&body(7)).unwrap();
            assert!(!body(7).contains('$'), "{}", body(7));
            assert_ne!(body(7), body(8), "{}", sender.name);
        }
        for (name, value) in sample.headers_of("a", SampleId::from_bits(7), at) {
            assert!(!value.contains('$'), "{name}: {value}");
        }
    }
}

#[test]
fn what_stands_in_a_sample_is_not_taken_for_a_place() {
    let sample = known::find("stripe")
        .and_then(|sender| sender.sample)
        .unwrap();
    let body = sample.body_of("$hex\"", SampleId::from_bits(7), UnixTime::from_secs(0));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["type"], "$hex\"");
}

#[test]
fn no_two_senders_share_a_name_or_a_mark() {
    let mut seen = Vec::new();
    for sender in known::ALL {
        for what in sender.marks.iter().chain([&sender.name, &sender.title]) {
            assert!(!seen.contains(what), "{what}");
            seen.push(what);
        }
    }
}
