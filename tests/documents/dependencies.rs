//! What the core brings along: no runtime, no socket, no C.

use std::{path::Path, process::Command};

/// None of these builds for `wasm32-unknown-unknown`, or does anything there.
const NOT_IN_THE_CORE: &[&str] = &[
    "actix-rt",
    "aws-lc-rs",
    "aws-lc-sys",
    "axum-core",
    "cc",
    "hyper",
    "mio",
    "reqwest",
    "ring",
    "rustls",
    "socket2",
    "tokio",
];

/// The names of all packages that the core is built of on `target`.
fn packages(target: &str, features: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["tree", "--offline", "--locked", "--package", "hookgate"])
        .args([
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .args(["--target", target])
        .args(features)
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{cargo:?}");
    let lines = String::from_utf8(cargo.stdout).unwrap();
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn the_core_has_no_runtime_no_socket_and_no_c() {
    let offline = "--features=simulator,gzip,encryption";
    for target in ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"] {
        for features in [&[][..], &["--no-default-features"], &[offline]] {
            let packages = packages(target, features);
            assert!(packages.contains(&"sha2".to_owned()), "{packages:?}");
            for name in NOT_IN_THE_CORE {
                assert!(!packages.contains(&(*name).to_owned()), "{name}: {target}");
            }
        }
    }
    let with_tokio = packages("x86_64-unknown-linux-gnu", &["--features=tokio"]);
    assert!(with_tokio.contains(&"tokio".to_owned()));
}
