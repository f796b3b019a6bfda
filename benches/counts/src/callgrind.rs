//! Runs this program under callgrind, and reads what that counted.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::COUNTED;

/// What a run of both sides of a pair took, in instructions.
pub(crate) struct Count {
    pub(crate) name: String,
    pub(crate) base: u64,
    pub(crate) ours: u64,
}

impl Count {
    /// What hookgate's side takes beyond the other.
    pub(crate) fn beyond(&self) -> i64 {
        let of = |count| i64::try_from(count).expect("a small number");
        of(self.ours) - of(self.base)
    }
}

pub(crate) fn counts() -> Vec<Count> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = env::current_exe().expect("a path");
    let dump = folder.path().join("counted");
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        // Each call of `run` has a file of its own.
        .args(["--collect-atstart=no", "--toggle-collect=counts::run"])
        .arg("--dump-after=counts::run")
        .arg(format!("--callgrind-out-file={}", dump.display()))
        .arg(program)
        .arg("counted")
        .stderr(Stdio::inherit())
        .output()
        .expect("valgrind starts");
    assert!(ran.status.success(), "valgrind: {}", ran.status);
    let names = String::from_utf8(ran.stdout).expect("names");
    let mut dumps = (1..).map(|number| counted(&dump.with_extension(number.to_string())));
    let counts = names.lines().map(|name| Count {
        name: name.to_owned(),
        base: dumps.next().expect("one for each side"),
        ours: dumps.next().expect("one for each side"),
    });
    counts.collect()
}

/// The instructions of one run, as a file of callgrind's says.
fn counted(file: &Path) -> u64 {
    let text = fs::read_to_string(file).expect("callgrind has written it");
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total: u64 = total
        .and_then(|total| total.trim().parse().ok())
        .expect("callgrind has counted");
    total / u64::try_from(COUNTED).expect("a small number")
}
