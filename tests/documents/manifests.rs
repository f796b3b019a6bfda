//! What a registry and docs.rs show of each package, and what a package takes along.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

/// The registry takes no other categories, and forgets silently what it does not know. Its list, where a package of ours
/// could belong.
const CATEGORIES: [&str; 9] = [
    "asynchronous",
    "authentication",
    "command-line-utilities",
    "cryptography",
    "database",
    "development-tools::debugging",
    "development-tools::testing",
    "web-programming",
    "web-programming::http-server",
];
/// What stands in a package beside its sources.
const BESIDE: [&str; 9] = [
    ".cargo_vcs_info.json",
    "CHANGELOG.md",
    "COMPARE.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "DESIGN.md",
    "SECURITY.md",
];

fn cargo(args: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let done = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(args)
        .args(["--offline", "--locked"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{args:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// The manifests of the packages that are published, by name.
fn published() -> BTreeMap<String, Value> {
    let text = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let all = metadata["packages"].as_array().unwrap().iter();
    let published = all.filter(|package| package["publish"].is_null());
    let published: BTreeMap<_, _> = published
        .map(|package| (text_of(&package["name"]).to_owned(), package.clone()))
        .collect();
    assert!(published.len() >= 9, "{:?}", published.keys());
    published
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts_of(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(text_of)
        .collect()
}

#[test]
fn a_registry_shows_what_each_package_is() {
    let mut descriptions = BTreeSet::new();
    for (name, package) in published() {
        let description = text_of(&package["description"]);
        assert!(
            description.ends_with('.') && description.len() <= 120,
            "{name}"
        );
        assert!(descriptions.insert(description.to_owned()), "{name}");
        assert_eq!(text_of(&package["license"]), "MIT OR Apache-2.0", "{name}");
        assert_eq!(text_of(&package["readme"]), "README.md", "{name}");
        assert!(package["rust_version"].is_string(), "{name}");

        let documentation = text_of(&package["documentation"]);
        let pages = [
            format!("https://docs.rs/{name}"),
            format!("https://docs.rs/crate/{name}"),
        ];
        assert!(pages.iter().any(|page| page == documentation), "{name}");

        // The registry refuses more than five keywords, and longer ones.
        let keywords = texts_of(&package["keywords"]);
        assert!((3..=5).contains(&keywords.len()), "{name}: {keywords:?}");
        assert_eq!(keywords[0], "webhook", "{name}");
        for word in keywords {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(
                word.len() <= 20 && word.chars().all(is_plain),
                "{name}: {word}"
            );
        }
        let categories = texts_of(&package["categories"]);
        assert!((1..=5).contains(&categories.len()), "{name}");
        for category in categories {
            assert!(CATEGORIES.contains(&category), "{name}: {category}");
        }
    }
}

/// docs.rs builds each library with all features, and names beside each item the feature that it needs.
#[test]
fn docs_rs_builds_all_features_and_names_them() {
    let mut libraries = 0;
    for (name, package) in published() {
        let targets = package["targets"].as_array().unwrap();
        let library = targets
            .iter()
            .find(|it| texts_of(&it["kind"]).contains(&"lib"));
        let Some(library) = library else {
            continue;
        };
        let settings = &package["metadata"]["docs"]["rs"];
        assert_eq!(settings["all-features"], true, "{name}");
        assert_eq!(
            texts_of(&settings["rustdoc-args"]),
            ["--cfg", "docsrs"],
            "{name}"
        );
        let code = fs::read_to_string(text_of(&library["src_path"])).unwrap();
        let line = "\n#![cfg_attr(docsrs, feature(doc_cfg))]\n";
        assert!(code.contains(line), "{name}");
        libraries += 1;
    }
    assert!(libraries >= 8, "{libraries}");
}

/// `cargo package` follows the links to the licences, so that a package has the texts themselves.
#[test]
fn a_package_holds_its_licences_its_readme_its_sources_and_no_more() {
    for name in published().into_keys() {
        let list = cargo(&["package", "--list", "--allow-dirty", "-p", &name]);
        let files: BTreeSet<_> = list.lines().map(|line| line.replace('\\', "/")).collect();
        for file in ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "Cargo.toml"] {
            assert!(files.contains(file), "{name} lacks {file}");
        }
        for file in &files {
            let is_source = ["src/", "docs/", "examples/", "assets/", "templates/"]
                .iter()
                .any(|it| file.starts_with(it));
            let is_beside = BESIDE.contains(&&**file) || file.starts_with("LICENSE-");
            assert!(
                is_source || is_beside || file == "README.md",
                "{name} takes {file} along"
            );
        }
        let sources = files.iter().filter(|it| it.starts_with("src/")).count();
        assert!(sources > 0, "{name} has no sources");
    }
}

/// `scripts/release` publishes one after the other, and the registry must have what a package needs.
#[test]
fn a_release_publishes_each_package_after_those_that_it_needs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let script = fs::read_to_string(root.join("scripts/release")).unwrap();
    let (_, list) = script.split_once("\norder=(\n").unwrap();
    let (list, _) = list.split_once("\n)\n").unwrap();
    let order: Vec<_> = list.lines().map(str::trim).collect();
    let packages = published();
    let listed: BTreeSet<_> = order.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(listed, packages.keys().cloned().collect());
    for (at, name) in order.iter().enumerate() {
        let needs = packages[*name]["dependencies"].as_array().unwrap().iter();
        for need in needs.filter(|need| text_of(&need["kind"]) != "dev") {
            let need = text_of(&need["name"]);
            let is_ours = packages.contains_key(need);
            assert!(
                !is_ours || order[..at].contains(&need),
                "{name} needs {need}"
            );
        }
    }
}
