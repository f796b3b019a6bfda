//! More processes of the same test.

use std::{
    io::Read,
    os::unix::process::parent_id,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use crate::skip;

const TASK: &str = "HOOKGATE_CHILD_TASK";

/// The task of a test that runs in a child process. `None` in the harness's own process, where such a test has
/// nothing to do.
pub fn child_task() -> Option<String> {
    std::env::var(TASK).ok()
}

/// A process that runs one test of this program.
#[derive(Debug)]
pub struct Child(std::process::Child);

/// Mounts a file system of `$1` bytes at `$2`, then becomes the rest of its arguments.
const ON_SMALL_DISK: &str = r#"mount -t tmpfs -o size="$1" hookgate "$2" && shift 2 && exec "$@""#;

/// Runs the test `name` of this program in a process of its own, which finds `task` in
/// [`child_task`].
pub fn respawn(name: &str, task: &str) -> Child {
    let program = std::env::current_exe().expect("the path of this test");
    spawn(Command::new(program), name, task)
}

/// The same with a disk of `bytes` at `folder`, which is the task too. See [`on_small_disk`].
pub fn respawn_on_small_disk(name: &str, folder: &Path, bytes: u64) -> Option<Child> {
    let mut command = on_small_disk(folder, bytes)?;
    command.arg(std::env::current_exe().expect("the path of this test"));
    Some(spawn(command, name, &folder.to_string_lossy()))
}

/// Runs its arguments with a disk of `bytes` at `folder`. The disk is in memory, is there for that process and its children
/// alone, and goes with them. `None`, said loudly, where a process may not mount one for itself.
pub fn on_small_disk(folder: &Path, bytes: u64) -> Option<Command> {
    let confined = || {
        let mut command = Command::new("unshare");
        command.args([
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            ON_SMALL_DISK,
            "sh",
        ]);
        command.arg(bytes.to_string()).arg(folder);
        command
    };
    let may = confined().arg("true").stderr(Stdio::null()).status();
    if !may.is_ok_and(|status| status.success()) {
        skip(
            "a process may not mount a file system of its own (`unshare --map-root-user --mount`)",
        );
        return None;
    }
    Some(confined())
}

fn spawn(mut command: Command, name: &str, task: &str) -> Child {
    let child = command
        .args(["--exact", name, "--nocapture", "--include-ignored"])
        .env(TASK, task)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("start a child process");
    Child(child)
}

impl Child {
    /// Kills it with SIGKILL, in the middle of its work.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Waits for its end and returns what it printed.
    ///
    /// # Panics
    ///
    /// When its test failed.
    pub fn output(mut self) -> String {
        let mut printed = String::new();
        if let Some(mut stdout) = self.0.stdout.take() {
            stdout
                .read_to_string(&mut printed)
                .expect("read a child's output");
        }
        let status = self.0.wait().expect("wait for a child");
        assert!(status.success(), "a child process failed:\n{printed}");
        printed
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns once the process that started this one has ended, however it did.
pub async fn parent_ends() {
    let parent = parent_id();
    while parent_id() == parent {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A folder that goes when the test does.
///
/// # Panics
///
/// When none can be made.
pub fn temporary_folder() -> tempfile::TempDir {
    tempfile::TempDir::new().expect("a temporary folder")
}
