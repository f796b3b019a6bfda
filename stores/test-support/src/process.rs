//! More processes of the same test.

use std::{
    io::Read,
    process::{Command, Stdio},
};

const TASK: &str = "HOOKGATE_CHILD_TASK";

/// What a test that runs in a child process is to do; `None` in the harness's own process, where such
/// a test has nothing to do.
pub fn child_task() -> Option<String> {
    std::env::var(TASK).ok()
}

/// A process that runs one test of this program.
#[derive(Debug)]
pub struct Child(std::process::Child);

/// Runs the test `name` of this program in a process of its own, which finds `task` in
/// [`child_task`].
pub fn respawn(name: &str, task: &str) -> Child {
    let program = std::env::current_exe().expect("the path of this test");
    let child = Command::new(program)
        .args(["--exact", name, "--nocapture", "--include-ignored"])
        .env(TASK, task)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("start a child process");
    Child(child)
}

impl Child {
    /// Kills it with SIGKILL, at whatever it is doing.
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

/// A folder that goes when the test does.
///
/// # Panics
///
/// When none can be made.
pub fn temporary_folder() -> tempfile::TempDir {
    tempfile::TempDir::new().expect("a temporary folder")
}
