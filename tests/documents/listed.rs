//! Each file of tests is part of a binary: one that nobody lists would never be compiled.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn every_file_of_tests_is_in_a_binary() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
    let mut listed = BTreeSet::from([folder.join("main.rs"), folder.join("props/mod.rs")]);
    list(folder, &folder.join("main.rs"), &mut listed)?;
    list(
        &folder.join("props"),
        &folder.join("props/mod.rs"),
        &mut listed,
    )?;

    let mut found = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here)? {
            let path = entry?.path();
            let inside = path
                .strip_prefix(folder)?
                .to_string_lossy()
                .replace('\\', "/");
            // A package of its own.
            if inside == "ui" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let is_apart = manifest.contains(&format!("\npath = \"{inside}\"\n"));
                assert!(
                    is_apart || listed.contains(&path),
                    "{inside} is in no binary"
                );
                found += 1;
            }
        }
    }
    assert!(found > 0, "no file was found");
    Ok(())
}

/// Adds the files that the `mod` lines of `file` name, with `folder` as its place.
fn list(folder: &Path, file: &Path, listed: &mut BTreeSet<PathBuf>) -> Outcome {
    let mut here = folder.to_owned();
    for line in fs::read_to_string(file)?.lines() {
        let line = line.trim().trim_start_matches("pub(crate) ");
        if let Some(module) = line.strip_prefix("mod ") {
            if let Some(module) = module.strip_suffix(';') {
                listed.insert(here.join(module).with_extension("rs"));
            } else if let Some(module) = module.strip_suffix(" {") {
                here.push(module);
            }
        } else if line == "}" {
            here.pop();
        }
    }
    Ok(())
}
