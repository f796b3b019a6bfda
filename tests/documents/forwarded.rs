//! A store around another one hands on every call, those with a default too.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const TRAITS: [(&str, &str); 2] = [
    ("DedupStore", "src/dedup/mod.rs"),
    ("Inbox", "src/inbox/mod.rs"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file of the repository.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// A whole item: from its first line to the brace that closes it.
fn items(text: &str, begins: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if begins(line) {
            let rest = &text[at..];
            found.push(&rest[..rest.find("\n}").unwrap_or(rest.len())]);
        }
        at += line.len();
    }
    found
}

/// The functions that an item declares or defines.
fn functions(item: &str) -> BTreeSet<&str> {
    let lines = item.lines().filter_map(|line| {
        let line = line.strip_prefix("    ")?;
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ")?.split(['(', '<']).next()
    });
    lines.collect()
}

/// What the macro hands on in an item.
fn handed_on(item: &str) -> BTreeSet<&str> {
    let calls = item.split("forward_calls!(").skip(1);
    let calls = calls.filter_map(|rest| rest.split(')').next()?.split_once(':'));
    let calls = calls.flat_map(|(_, calls)| calls.split(','));
    calls.map(str::trim).filter(|it| !it.is_empty()).collect()
}

fn left_out<'a>(calls: &BTreeSet<&'a str>, item: &str) -> Vec<&'a str> {
    let (defined, handed_on) = (functions(item), handed_on(item));
    let is_there = |call: &str| defined.contains(call) || handed_on.contains(call);
    calls.iter().copied().filter(|it| !is_there(it)).collect()
}

#[test]
fn a_store_around_another_one_hands_on_every_call() {
    let mut wrong = Vec::new();
    for (name, declared) in TRAITS {
        let text = fs::read_to_string(root().join(declared)).unwrap();
        let begin = format!("pub trait {name}: ");
        let declared = items(&text, |line| line.starts_with(&begin));
        let calls = functions(declared.first().unwrap());
        assert!(
            calls.contains("look") || calls.contains("totals"),
            "{calls:?}"
        );
        let begin = format!(" {name} for ");
        let mut seen = 0;
        for file in files() {
            let text = fs::read_to_string(&file).unwrap();
            for item in items(&text, |it| it.starts_with("impl") && it.contains(&begin)) {
                if !item.contains("forward_calls!") {
                    continue;
                }
                seen += 1;
                let left_out = left_out(&calls, item);
                if !left_out.is_empty() {
                    let item = item.lines().next().unwrap_or_default();
                    wrong.push(format!("{}: {item} {left_out:?}", file.display()));
                }
            }
        }
        assert!(seen > 3, "only {seen} of {name} were found");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_stores_sees_what_is_left_out() {
    let text = "impl DedupStore for A {\n    async fn claim(\n        &self,\n    fn held(&self) -> u8;\n    \
                hookgate::forward_calls!(inner: settle,\n        look);\n}\n\nfn extend() {}\n";
    let found = items(text, |line| line.starts_with("impl"));
    let calls = BTreeSet::from(["claim", "extend", "held", "look", "settle", "settled"]);
    assert_eq!(left_out(&calls, found[0]), ["extend", "settled"]);
}
