//! The documents show what compiles, and the tests that they name exist.

use std::{error::Error, fs, path::Path};

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn the_readmes_and_guides_show_the_programs() -> Outcome {
    let axum = "examples/axum_logto.rs";
    let actix = "middleware-actix/examples/actix_logto.rs";
    for (readme, example) in [
        ("README.md", axum),
        ("middleware-axum/README.md", axum),
        ("middleware-actix/README.md", actix),
        ("docs/for-tools.md", axum),
        ("docs/testing.md", "examples/axum_tested.rs"),
    ] {
        let code = read(example)?;
        let program: Vec<_> = code
            .lines()
            .skip_while(|line| line.starts_with("//!") || line.is_empty())
            .collect();
        assert!(
            read(readme)?.contains(&format!("\n{}\n```", program.join("\n"))),
            "{readme} does not show {example} as it is"
        );
    }
    Ok(())
}

/// Pieces of programs, however deep they stand there.
#[test]
fn the_code_of_these_guides_is_compiled() -> Outcome {
    for (guide, files) in [
        (
            "docs/existing-handler.md",
            [
                "scenarios/tests/table/existing.rs",
                "scenarios/tests/table/existing_on_axum.rs",
                "scenarios/tests/table/existing_on_actix.rs",
            ]
            .as_slice(),
        ),
        (
            "docs/coming-from/by-hand.md",
            &[
                "examples/coming_from/src/by_hand_before.rs",
                "examples/coming_from/src/by_hand_after.rs",
            ],
        ),
        (
            "docs/coming-from/standardwebhooks.md",
            &[
                "examples/coming_from/src/standardwebhooks_before.rs",
                "examples/coming_from/src/standardwebhooks_after.rs",
            ],
        ),
        (
            "docs/deployment.md",
            &[
                "examples/axum_deployed.rs",
                "middleware-actix/examples/actix_deployed.rs",
            ],
        ),
    ] {
        let code: Result<Vec<_>, _> = files.iter().map(|file| read(file)).collect();
        let code: Vec<_> = code?.iter().map(|code| unindented(code)).collect();
        let text = read(guide)?;
        let blocks: Vec<_> = text.split("```rust\n").skip(1).collect();
        assert!(!blocks.is_empty(), "{guide}");
        for block in blocks {
            let block = block.split("```").next().unwrap_or_default();
            let is_there = code.iter().any(|code| code.contains(&unindented(block)));
            assert!(
                is_there,
                "{guide} shows what is in none of {files:?}:\n{block}"
            );
        }
    }
    Ok(())
}

/// Pages that name much of the library and show little of it: each name stands somewhere in the code.
#[test]
fn the_names_in_these_guides_exist() -> Outcome {
    let mut code = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in [
        "src",
        "stores",
        "middleware-axum",
        "middleware-actix",
        "cli/src",
        "inspector/src",
    ] {
        gather(&root.join(folder), &mut code)?;
    }
    let mut named = 0;
    for guide in [
        "docs/for-tools.md",
        "docs/stability.md",
        "docs/upgrading.md",
    ] {
        let text = read(guide)?;
        // Blocks of code have tests of their own.
        let prose: String = text.split("```").step_by(2).collect();
        let spans = prose.split('`').skip(1).step_by(2);
        let words = spans.flat_map(|span| span.split(|c: char| !c.is_alphanumeric() && c != '_'));
        for word in words.filter(|word| is_name(word)) {
            assert!(
                code.contains(word),
                "{guide} names `{word}`, which is nowhere"
            );
            named += 1;
        }
    }
    assert!(named > 20, "{named}");
    Ok(())
}

/// `snake_case` of several words, or `CamelCase`, where it is the library's.
fn is_name(word: &str) -> bool {
    let is_snake = word.trim_matches('_').contains('_') && !word.contains(char::is_uppercase);
    let humps = word.chars().filter(|c| c.is_uppercase()).count();
    let is_camel = humps > 1 && word.contains(char::is_lowercase);
    let is_elsewhere = ["MyEvent", "debug_handler", "event_keys"].contains(&word);
    (is_snake || is_camel) && !is_elsewhere
}

fn gather(folder: &Path, code: &mut String) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, code)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            *code += &fs::read_to_string(path)?;
        }
    }
    Ok(())
}

fn unindented(code: &str) -> String {
    let lines = code.lines().map(|line| line.trim_start());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn the_readme_shows_the_command_that_sends_an_event() -> Outcome {
    let example = read("examples/axum_logto.rs")?;
    let command: Vec<_> = example
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .skip_while(|line| *line != "```sh")
        .collect();
    assert!(
        read("README.md")?.contains(&command.join("\n")),
        "README.md does not show the command of examples/axum_logto.rs as it is"
    );
    Ok(())
}

/// `road::handlers::name` in a table stands for the test `name` in `road/handlers.rs`, among the library's tests or the
/// command's.
#[test]
fn the_tests_that_security_names_exist() -> Outcome {
    let security = read("SECURITY.md")?;
    let mut named = 0;
    for span in security.split('`').skip(1).step_by(2) {
        // `Type::method` is not one.
        let Some((module, name)) = span
            .rsplit_once("::")
            .filter(|_| span.starts_with(|first: char| first.is_lowercase()))
        else {
            continue;
        };
        let file = module.replace("::", "/");
        let code = ["tests", "cli/tests/cli"].map(|folder| read(&format!("{folder}/{file}.rs")));
        let test = format!("fn {name}(");
        assert!(
            code.iter().flatten().any(|code| code.contains(&test)),
            "no test `{name}` in {file}.rs"
        );
        named += 1;
    }
    assert!(named > 0, "SECURITY.md names no test");
    Ok(())
}

/// Where the folders of `DESIGN.md`'s list stand, and what a test looks like there. Tests of a crate's own files stand in
/// its `src`.
const PLACES: [(&str, &[&str], &str); 7] = [
    ("contract", &["src/inbox/contract"], "fn NAME<"),
    (
        "every",
        &[
            "stores/test-support/src/inboxes.rs",
            "stores/test-support/src/inboxes/poison.rs",
        ],
        "pub async fn NAME<",
    ),
    (
        "sqlite",
        &["stores/sqlite/tests", "stores/sqlite/src"],
        "fn NAME(",
    ),
    (
        "postgres",
        &["stores/postgres/tests", "stores/postgres/src"],
        "fn NAME(",
    ),
    ("kit", &["stores/kit/src"], "fn NAME("),
    ("any", &["stores/any/tests"], "fn NAME("),
    ("", &["tests"], "fn NAME("),
];

/// Each rule of the inbox has a row, and each test in it exists.
#[test]
fn each_rule_of_the_inbox_has_a_test() -> Outcome {
    let design = read("DESIGN.md")?;
    let list = design
        .split_once("### Which test shows which rule?")
        .and_then(|(_, rest)| rest.split_once("| --- | --- |"))
        .and_then(|(_, rest)| rest.split_once("\n\n"))
        .map(|(list, _)| list)
        .ok_or("DESIGN.md has no such list")?;
    let mut rules = Vec::new();
    for row in list.lines().filter(|line| line.starts_with('|')) {
        let (rule, tests) = row[1..].split_once('|').ok_or("a row has two cells")?;
        let rule = rule.split_whitespace().next().ok_or("a row has a rule")?;
        rules.push(rule.to_owned());
        let tests: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "{rule} has no test");
        for test in tests {
            assert!(exists(test), "{rule}: there is no test `{test}`");
        }
    }
    let of = |letter: char, count: u8| (1..=count).map(move |number| format!("{letter}{number}"));
    let all: Vec<_> = of('A', 12).chain(of('B', 9)).chain(of('C', 6)).collect();
    assert_eq!(rules, all);
    Ok(())
}

fn exists(test: &str) -> bool {
    let is_its_place = |place: &&(&str, &[&str], &str)| {
        place.0.is_empty() || test.starts_with(&format!("{}::", place.0))
    };
    let Some((place, folders, form)) = PLACES.iter().find(is_its_place) else {
        return false;
    };
    let test = test
        .strip_prefix(place)
        .unwrap_or(test)
        .trim_start_matches("::");
    let (module, name) = test.rsplit_once("::").unwrap_or(("", test));
    let form = form.replace("NAME", name);
    folders.iter().any(|folder| {
        let file = match module {
            "" => (*folder).to_owned(),
            module => format!("{folder}/{}.rs", module.replace("::", "/")),
        };
        read(&file).is_ok_and(|code| code.contains(&form))
    })
}

fn read(path: &str) -> Result<String, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    Ok(fs::read_to_string(path)?.replace("\r\n", "\n"))
}
