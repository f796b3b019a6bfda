//! `scripts/install-servers`, on machines made of a few recording programs. Nothing is installed or started.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// What the script needs of a system.
const TOOLS: [&str; 3] = ["bash", "dirname", "ls"];
/// The programs of a machine that has all servers. There may also be packages elsewhere than on `PATH`.
const SERVERS: [&str; 3] = ["initdb", "redis-server", "pgbouncer"];

/// A machine whose only programs are these.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(TempDir::new().unwrap());
        for tool in TOOLS {
            let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
                .map(|folder| folder.join(tool))
                .find(|path| path.exists());
            symlink(found.expect(tool), machine.0.path().join(tool)).unwrap();
        }
        machine
    }

    /// Adds a program that writes down how it is called, and ends with `status`.
    fn with(self, program: &str, status: u8) -> Self {
        let calls = self.0.path().join("calls");
        let text = format!(
            "#!/bin/sh\necho \"{program} $*\" >> '{}'\nexit {status}\n",
            calls.display()
        );
        let path = self.0.path().join(program);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Sources the script as `scripts/test` does. Returns whether it went on, the addresses that it set, and
    /// the calls that it made.
    fn install(&self) -> (bool, String, Vec<String>) {
        let script = scripts().join("install-servers");
        let source = format!(
            "source '{}' >&2; echo \"${{TEST_POSTGRES_URL-}} ${{TEST_REDIS_URL-}}\"",
            script.display()
        );
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &source])
            .env_clear()
            .env("PATH", self.0.path())
            .output()
            .unwrap();
        let calls = fs::read_to_string(self.0.path().join("calls")).unwrap_or_default();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap().trim().to_owned(),
            calls.lines().map(str::to_owned).collect(),
        )
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts")
}

#[test]
fn compose_lends_the_servers_where_no_package_manager_is() {
    let (went_on, addresses, calls) = Machine::new().with("docker", 0).install();
    assert!(went_on);
    let compose = scripts().join("../compose.yaml");
    assert_eq!(
        calls,
        [
            "docker compose ls".to_owned(),
            format!(
                "docker compose -f {} up --detach --wait --quiet-pull",
                compose.display()
            ),
        ]
    );
    // Where the tests look is where the servers listen.
    let services = fs::read_to_string(compose).unwrap();
    let (postgres, redis) = addresses.split_once(' ').expect("two addresses");
    for (address, inside) in [(postgres, 5432), (redis, 6379)] {
        let (_, host) = address.rsplit_once("//").expect("an address");
        let host = host.trim_start_matches("postgres@");
        let (host, _) = host.split_once('/').expect("a path");
        assert!(
            services.contains(&format!("ports: [\"{host}:{inside}\"]")),
            "{address} is not in compose.yaml"
        );
    }
}

#[test]
fn a_docker_that_does_not_run_stops_nothing() {
    let (went_on, addresses, calls) = Machine::new().with("docker", 1).install();
    assert!(went_on);
    assert_eq!(calls, ["docker compose ls"]);
    assert_eq!(addresses, "");
}

#[test]
fn nothing_is_started_where_the_servers_programs_are() {
    let machine = SERVERS
        .into_iter()
        .fold(Machine::new().with("docker", 0), |machine, server| {
            machine.with(server, 0)
        });
    let (went_on, addresses, calls) = machine.install();
    assert!(went_on);
    assert_eq!((addresses.as_str(), calls.len()), ("", 0), "{calls:?}");
}
