//! `src` is a house with floors: each folder uses only those that stand above it in `lib.rs`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The shelves that stand on the floors: re-exports and documents, which nothing inside uses.
const SHELVES: [&str; 4] = ["forward", "framework", "guide", "pack"];

/// Macros that the crate exports. They stand at its root, whichever file they are in, and name what the user of the macro
/// names anyway.
const MACROS: [&str; 1] = ["forward_calls"];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")
}

/// The floors as `lib.rs` lists them, from the ground up.
fn floors() -> Vec<String> {
    let lib = fs::read_to_string(src().join("lib.rs")).unwrap();
    let modules = lib.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    modules
        .filter(|module| !SHELVES.contains(module))
        .map(str::to_owned)
        .collect()
}

/// Every source file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}

/// The first names of all paths of this crate in `text`: of `crate::a::b`, and of each in `crate::{a::b, c}`.
/// Comments may name anything.
fn named(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(first_names(list)),
            None => names.extend(first_name(rest)),
        }
    }
    names
}

fn first_name(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let name = text.get(..end).filter(|name| !name.is_empty())?;
    Some(name.to_owned())
}

/// The names that begin the members of a list, up to its closing brace.
fn first_names(list: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut names = Vec::new();
    let mut begins = true;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return names,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && !c.is_whitespace() => {
                names.extend(first_name(&list[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn each_folder_uses_only_those_above_it() {
    let floors = floors();
    let place = |name: &str| floors.iter().position(|floor| floor == name);
    let mut wrong = Vec::new();
    for file in files(&src()) {
        let inside = file.strip_prefix(src()).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap();
        let Some(own) = place(first) else {
            continue;
        };
        for name in named(&fs::read_to_string(&file).unwrap()) {
            if MACROS.contains(&&*name) {
                continue;
            }
            match place(&name) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{} uses `{name}`, a later floor", inside.display())),
                None => wrong.push(format!("{} uses `{name}`, no floor", inside.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_folder_is_a_floor_and_nothing_else_stands_at_the_root() {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(src()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        found.insert(name.trim_end_matches(".rs").to_owned());
    }
    let mut expected: BTreeSet<String> = floors().into_iter().collect();
    expected.extend(SHELVES.map(str::to_owned));
    expected.extend(["docs", "lib"].map(str::to_owned));
    assert_eq!(found, expected);
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::{\n    a::{b, c},\n    d,\n    e::f as g,\n};\nuse crate::h;\nlet x = crate::i::j(); // crate::k\n$crate::l::m!()";
    let names: Vec<_> = named(text).into_iter().collect();
    assert_eq!(names, ["a", "d", "e", "h", "i", "l"]);
}
