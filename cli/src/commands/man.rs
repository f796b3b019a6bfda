//! `hookgate man`: the manual pages.

use std::{io, process::ExitCode};

use clap::{Args, CommandFactory, ValueEnum};

use crate::{Cli, output::screen::Screen};

/// Write a manual page.
#[derive(Args)]
#[command(after_help = "Example:\n  hookgate man verify | man -l -")]
pub(crate) struct Man {
    /// The command that it is about. Without one, all of `hookgate`.
    command: Option<Page>,
    /// Its own command, such as `replay` of `inbox`.
    of: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Page {
    Verify,
    Explain,
    Send,
    Listen,
    Token,
    Inbox,
    Providers,
    Completions,
    Man,
}

impl Man {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let mut root = Cli::command();
        // Gives subcommands their full names.
        root.build();
        let page = self.command.and_then(|page| page.to_possible_value());
        let command = page
            .and_then(|page| root.find_subcommand(page.get_name()).cloned())
            .unwrap_or(root);
        let command = match &self.of {
            None => command,
            Some(of) => command.find_subcommand(of).cloned().ok_or_else(|| {
                io::Error::other(
                    "there is no such command; --help of the one before lists those there are",
                )
            })?,
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        Screen::stdout().document(&String::from_utf8_lossy(&page))?;
        Ok(ExitCode::SUCCESS)
    }
}
