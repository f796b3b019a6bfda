//! What fuzzing has found stays tried: each file of `fuzz/seeds` goes through its target's body, without a fuzzer.

use std::{collections::BTreeSet, fs, path::PathBuf};

/// They are in the repository, and each run of the tests reads them.
const MOST_FILES: usize = 40;
const MOST_BYTES: usize = 16 * 1024;

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        #[path = "../../fuzz/bodies"]
        mod bodies {
            $(pub(super) mod $name;)+
        }

        const TARGETS: &[&str] = &[$(stringify!($name)),+];

        $(
            #[test]
            fn $name() {
                for seed in seeds(stringify!($name)) {
                    bodies::$name::run(&seed);
                }
            }
        )+
    };
}

targets! {
    challenge,
    cloudevents,
    cloudevents_modes,
    cut,
    ecmascript,
    github_form,
    gzip,
    hmac_header,
    jwt_body_hash,
    public_key_signature,
    shown_token,
    signed_form,
    signed_members,
    signed_request,
    sns,
    token,
    trace_context,
}

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(fuzz().join(folder)).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// A test that fails shows the name that was printed last.
fn seeds(target: &str) -> impl Iterator<Item = Vec<u8>> {
    let folder = fuzz().join("seeds").join(target);
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| {
        let file = entry.unwrap().path();
        println!("{}", file.display());
        fs::read(file).unwrap()
    })
}

#[test]
fn each_target_has_a_body_and_seeds_that_are_tried() {
    let told: BTreeSet<_> = TARGETS.iter().map(|it| (*it).to_owned()).collect();
    for folder in ["bodies", "fuzz_targets", "seeds"] {
        assert_eq!(names(folder), told, "fuzz/{folder}");
    }
    for target in TARGETS {
        assert!(seeds(target).count() > 0, "{target} has no seed");
    }
}

#[test]
fn the_seeds_of_a_target_are_few_and_small() {
    for target in TARGETS {
        let sizes: Vec<_> = seeds(target).map(|seed| seed.len()).collect();
        let (files, bytes) = (sizes.len(), sizes.iter().sum::<usize>());
        assert!(
            files <= MOST_FILES && bytes <= MOST_BYTES,
            "{target}: {files} files, {bytes} bytes"
        );
    }
}
