//! `hookgate completions`: the script that a shell needs to complete the command.

use std::{io, process::ExitCode};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{Cli, output::screen::Screen};

/// Write the completion script of a shell.
#[derive(Args)]
#[command(
    after_help = "Example:\n  hookgate completions bash > ~/.local/share/bash-completion/completions/hookgate"
)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "hookgate", &mut script);
        Screen::stdout().document(&String::from_utf8_lossy(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}
