//! `docs/failures.md` says what each error means: what the code says stands there, and what stands there is said.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use hookgate::{
    BuildError, Rejection, Secret, dedup::StoreError, framework::NotTaken, keys::SecretError,
};
use hookgate_axum::EventRejection;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// As the page shows it: without the code marks that a text may have, and with `…` for what differs.
fn shown(text: &str) -> String {
    text.replace('`', "")
}

/// The first text in code marks of each row of the tables under `heading`, up to the next heading of its level.
fn texts(page: &str, heading: &str) -> BTreeSet<String> {
    let level = heading.split(' ').next().unwrap().len();
    let is_next = |line: &&str| {
        let marks = line.chars().take_while(|c| *c == '#').count();
        marks == 0 || marks > level
    };
    let lines = page.lines().skip_while(|line| *line != heading).skip(1);
    let rows = lines
        .take_while(is_next)
        .filter(|line| line.starts_with("| `"));
    let mut texts = BTreeSet::new();
    for row in rows {
        // A row of the table of 500s begins with its reason.
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let text = match cells[0].trim_matches('`') {
            reason if !reason.contains(' ') => cells[1].trim_matches('`'),
            text => text,
        };
        assert!(texts.insert(text.to_owned()), "twice: {text}");
    }
    assert!(!texts.is_empty(), "no table under `{heading}`");
    texts
}

/// The literals of a source file, as they are compiled.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in source
        .split("\\\n")
        .map(str::trim_start)
        .collect::<String>()
        .lines()
    {
        // No literal of these files has a quote in it, and no comment counts.
        let code = line.split("//").next().unwrap_or_default();
        found.extend(code.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    found
}

/// Every file of `folder` with code.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}

/// What the macros of lines at `warn` and `error` are called with.
fn lines(source: &str) -> Vec<&str> {
    let calls = ["tracing::warn!", "tracing::error!"];
    let ends = calls.iter().flat_map(|call| source.match_indices(call));
    ends.map(|(at, call)| {
        let rest = &source[at + call.len()..];
        &rest[..rest.find(");").unwrap()]
    })
    .collect()
}

/// What lines say that do not get it from `words.rs`.
fn other_lines() -> Vec<String> {
    [
        StoreError::Full,
        StoreError::Timeout,
        StoreError::Unavailable("".into()),
    ]
    .iter()
    .map(ToString::to_string)
    .collect()
}

#[test]
fn each_line_at_warn_or_error_is_explained_and_each_explained_line_is_one() {
    let page = read("docs/failures.md");
    let told = texts(&page, "## Lines of the log");
    let words = read("src/telemetry/words.rs");
    let words = words.split_once("\nwords! {").unwrap().1;
    let mut said: BTreeSet<String> = literals(words).iter().map(|it| shown(it)).collect();
    assert!(said.len() > 40, "words.rs is written in another way");
    said.extend(other_lines());
    // The stores' own.
    for file in sources(&root().join("stores")) {
        let source = fs::read_to_string(&file).unwrap();
        for line in lines(&source) {
            let text = literals(line).pop().unwrap();
            said.insert(shown(&text));
        }
    }
    assert_eq!(told, said, "left: docs/failures.md; right: the code");
}

#[test]
fn no_line_at_warn_or_error_says_what_stands_elsewhere() {
    let folders = ["src", "middleware-axum/src", "middleware-actix/src"];
    let files = folders
        .iter()
        .flat_map(|folder| sources(&root().join(folder)));
    let mut found = 0;
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        for line in lines(&source) {
            assert!(
                file.parent().unwrap().ends_with("src/telemetry/logged"),
                "{}",
                file.display()
            );
            // A word of the list, a finding, a store's error, or the text of a 500.
            let message = literals(line).pop().unwrap();
            let known = [
                "{}",
                "{}: {error}",
                "{}: {detail}",
                "{what}",
                "{what}: {error}",
            ];
            let known = known.contains(&&*message)
                || ["{finding}", "{error}", "{advice}"].contains(&&*message);
            assert!(known, "{message}");
            assert_eq!(message.contains("{}"), line.contains("words::"), "{line}");
            found += 1;
        }
    }
    assert!(found > 20, "the lines are written in another way");
}

#[test]
fn each_500_is_explained() {
    let page = read("docs/failures.md");
    let told = texts(&page, "## 500: the program is wired wrongly");
    let given = "hookgate::providers::logto::event::Event";
    let wrong = |given| NotTaken::WrongEventType { asked: "A", given };
    let own = "hookgate::json::payload::Payload<B>";
    let texts = [
        EventRejection::NotProtected { closes: false }.to_string(),
        NotTaken::Taken.to_string(),
        Rejection::PeerNotWired.to_string(),
        // What differs is cut out.
        wrong(given)
            .to_string()
            .replace("<A>", "<…>")
            .replace(given, "…"),
        wrong(own)
            .to_string()
            .replace("<A>", "<…>")
            .replace(own, "…"),
        Rejection::RouteParamNotWired("…".to_owned()).to_string(),
    ];
    let mut said: BTreeSet<String> = texts.iter().map(|text| shown(text)).collect();
    let nested = literals(&read("src/road/mod.rs"));
    let nested = nested
        .iter()
        .filter(|it| it.starts_with("the receiver `{inner}`"));
    said.extend(nested.map(|it| shown(it).replace("{inner}", "…").replace("{outer}", "…")));
    let actix = literals(&read("middleware-actix/src/event.rs"));
    let actix = actix.iter().filter(|it| it.starts_with("a handler takes"));
    said.extend(actix.map(|it| shown(it)));
    assert_eq!(told, said, "left: docs/failures.md; right: the code");

    // Its reasons are those of the table of answers. Tools alone give `bad_key`.
    let table = read("src/verdict/table.rs");
    let misused = table.lines().filter_map(|line| {
        let (_, rest) = line.split_once(" = \"")?;
        let (reason, rest) = rest.split_once('"')?;
        rest.starts_with(", Misused, Misused").then_some(reason)
    });
    let mut misused: BTreeSet<_> = misused.chain(["route_param_not_wired"]).collect();
    misused.remove("bad_key");
    for reason in misused {
        assert!(page.contains(&format!("| `{reason}` | `")), "{reason}");
    }
}

#[test]
fn each_error_of_a_secret_is_explained() {
    let told = texts(&read("docs/failures.md"), "## At start");
    let flaws = [
        SecretError::Empty,
        SecretError::Zero,
        SecretError::Stray,
        SecretError::Encoding("…"),
        Secret::from_env("HOOKGATE_TEST_NOT_SET").unwrap_err(),
    ];
    let mut said: BTreeSet<_> = flaws
        .iter()
        .map(|flaw| shown(&flaw.to_string()).replace("HOOKGATE_TEST_NOT_SET", "…"))
        .collect();
    let unset = "the environment variable … is not set".to_owned();
    assert!(said.contains(&unset));
    said.insert("the environment variable … is not UTF-8".to_owned());
    said.extend([BuildError::NoDedupStore, BuildError::NoKey].map(|it| shown(&it.to_string())));
    assert_eq!(told, said, "left: docs/failures.md; right: the code");
}
