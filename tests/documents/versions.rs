//! What a document tells to write under `[dependencies]` has the versions and features that there are.

use std::{collections::BTreeMap, fs, path::Path};

/// Documents whose programs a reader may copy.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "docs/coming-from/by-hand.md",
    "docs/coming-from/standardwebhooks.md",
    "docs/custom.md",
    "docs/deployment.md",
    "docs/existing-handler.md",
    "docs/facephi.md",
    "docs/for-tools.md",
    "docs/idcloud.md",
    "docs/inbox.md",
    "docs/inspector.md",
    "docs/lambda.md",
    "docs/logto.md",
    "docs/observability.md",
    "docs/presets.md",
    "docs/stores.md",
    "docs/testing.md",
    "docs/unico-check.md",
    "inspector/README.md",
    "middleware-actix/README.md",
    "middleware-axum/README.md",
    "stores/any/README.md",
    "stores/postgres/README.md",
    "stores/redis/README.md",
    "stores/sqlite/README.md",
];
/// Of hookgate's packages: where their features are listed.
const FOLDERS: &[(&str, &str)] = &[
    ("hookgate", ""),
    ("hookgate-actix", "middleware-actix"),
    ("hookgate-axum", "middleware-axum"),
    ("hookgate-inspector", "inspector"),
    ("hookgate-postgres", "stores/postgres"),
    ("hookgate-redis", "stores/redis"),
    ("hookgate-sqlite", "stores/sqlite"),
    ("hookgate-stores", "stores/any"),
];

fn read(path: impl AsRef<Path>) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap()
}

/// The texts between quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// The lines `name = …` of a section of a manifest, or of what a document shows of one.
fn section<'a>(manifest: &'a str, heading: &str) -> BTreeMap<&'a str, &'a str> {
    let lines = manifest.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let code = lines.map(|line| line.split('#').next().unwrap_or_default());
    code.filter_map(|line| line.split_once(" = "))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect()
}

/// Whether Cargo takes for `told` what it takes for `ours`, the oldest that the code needs.
fn fits(told: &str, ours: &str) -> bool {
    ours == told || ours.starts_with(&format!("{told}."))
}

#[test]
fn what_a_document_tells_to_depend_on_is_what_the_workspace_has() {
    let root = read("Cargo.toml");
    let ours = section(&root, "[workspace.dependencies]");
    let own = quoted(section(&root, "[workspace.package]")["version"]).next();
    for document in DOCUMENTS {
        let text = read(document);
        let blocks: Vec<_> = text.split("```toml\n").skip(1).collect();
        assert!(!blocks.is_empty(), "{document} says no versions");
        for block in blocks {
            let block = block.split("```").next().unwrap();
            let heading = block.lines().next().unwrap();
            let told = section(block, heading);
            assert!(!told.is_empty(), "{document}: {block}");
            for (name, value) in told {
                let place = format!("{document}: {name} = {value}");
                let mut words = quoted(value);
                let version = words.next().unwrap();
                let Some((_, folder)) = FOLDERS.iter().find(|it| it.0 == name) else {
                    let known = ours
                        .get(name)
                        .unwrap_or_else(|| panic!("{place}: not ours"));
                    assert!(fits(version, quoted(known).next().unwrap()), "{place}");
                    continue;
                };
                assert!(fits(version, own.unwrap()), "{place}");
                let manifest = read(Path::new(folder).join("Cargo.toml"));
                let features = section(&manifest, "[features]");
                for feature in words {
                    assert!(features.contains_key(feature), "{place}");
                }
            }
        }
    }
}

/// A minor version of 0.x is another one, and `1` is not `10`.
#[test]
fn a_version_fits_by_whole_numbers() {
    assert!(fits("1", "1.54") && fits("0.9", "0.9") && fits("0.8", "0.8.9"));
    assert!(!fits("0.8", "0.9") && !fits("1", "10.1") && !fits("1.5", "1.54"));
}

/// Both tables of features have each one, and say which a program has by default.
#[test]
fn the_tables_of_features_have_each_feature_of_the_library() {
    let manifest = read("Cargo.toml");
    let mut features = section(&manifest, "[features]");
    let default: Vec<_> = quoted(features.remove("default").unwrap()).collect();
    let expected: BTreeMap<_, _> = features
        .keys()
        .map(|name| (*name, if default.contains(name) { "yes" } else { "no" }))
        .collect();
    for (document, heading) in [
        ("README.md", "| feature of `hookgate` |"),
        ("src/docs/crate.md", "| feature |"),
    ] {
        let text = read(document);
        let (_, table) = text.split_once(heading).unwrap();
        let rows = table.lines().skip(2).take_while(|row| row.starts_with('|'));
        let told: BTreeMap<_, _> = rows
            .map(|row| {
                let default = row.trim_end_matches('|').rsplit('|').next().unwrap();
                (row.split('`').nth(1).unwrap(), default.trim())
            })
            .collect();
        assert_eq!(told, expected, "{document}");
    }
}
