//! A server's process, which cannot outlive the test.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::until;

/// Starts its arguments, tells their process id, and kills them when its standard input ends. That ends however
/// the test process ends.
const KEEPER: &str = r#""$@" </dev/null & echo $!; read -r _; kill -KILL $! 2>/dev/null; wait"#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Program {
    keeper: Child,
    id: String,
}

impl Program {
    /// Runs `program`, which writes to a log in `home`.
    pub(crate) fn start(program: &Path, arguments: &[OsString], home: &Path) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(home.join("log"))
            .expect("open the server's log");
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args(unprivileged())
            .arg(program)
            .args(arguments)
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("start a server");
        let mut id = String::new();
        let stdout = keeper.stdout.take().expect("the keeper's output");
        BufReader::new(stdout)
            .read_line(&mut id)
            .expect("the server's process id");
        Self {
            keeper,
            id: id.trim().to_owned(),
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let _ = Command::new("kill")
            .args([&format!("-{name}"), &self.id])
            .stderr(Stdio::null())
            .status();
    }

    /// Stops it and its children, itself first: a stopped process starts no more.
    pub(crate) fn pause(&self) {
        self.signal("STOP");
        self.signal_children("STOP");
    }

    /// Lets it and its children go on.
    pub(crate) fn unpause(&self) {
        self.signal_children("CONT");
        self.signal("CONT");
    }

    /// Kills its children and itself. They are gone when this returns: a server that starts anew wants their memory.
    pub(crate) fn kill(&self) {
        let children = self.children();
        self.signal_children("KILL");
        self.signal("KILL");
        until("a server's processes are gone", || {
            !self.is_running() && !children.split_whitespace().any(is_alive)
        });
    }

    fn children(&self) -> String {
        let children = Command::new("ps")
            .args(["-o", "pid=", "--ppid", &self.id])
            .output()
            .expect("list processes");
        String::from_utf8_lossy(&children.stdout).into_owned()
    }

    fn signal_children(&self, name: &str) {
        let _ = Command::new("kill")
            .arg(format!("-{name}"))
            .args(self.children().split_whitespace())
            .stderr(Stdio::null())
            .status();
    }

    /// Its keeper waits for it only at the end, so that no other process can get its id meanwhile. Until then a
    /// dead one is a zombie.
    pub(crate) fn is_running(&self) -> bool {
        is_alive(&self.id)
    }
}

fn is_alive(id: &str) -> bool {
    Command::new("ps")
        .args(["-o", "stat=", "-p", id])
        .output()
        .is_ok_and(|output| !matches!(output.stdout.first(), None | Some(b'Z')))
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Where `name` is installed: on the path, or in one of `folders`.
pub(crate) fn find(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(folders.iter().cloned())
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// Some servers refuse to run as root. This goes in front of their command then.
pub(crate) fn unprivileged() -> Vec<OsString> {
    if !is_root() {
        return Vec::new();
    }
    [
        "setpriv",
        "--reuid=nobody",
        "--regid=nogroup",
        "--clear-groups",
        "--",
    ]
    .map(OsString::from)
    .into()
}

/// Gives `folder` to the user that [`unprivileged`] runs as.
pub(crate) fn give_away(folder: &Path) {
    if is_root() {
        run(
            "chown",
            [
                OsStr::new("-R"),
                OsStr::new("nobody:nogroup"),
                folder.as_os_str(),
            ],
        );
    }
}

/// Runs a command to its end.
pub(crate) fn run(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) {
    let output = Command::new(program.as_ref())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("run a command");
    assert!(
        output.status.success(),
        "{:?} failed: {}",
        program.as_ref(),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
