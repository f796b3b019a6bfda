//! `hookgate`: the library's verdicts at the command line, offline.

mod commands;
mod http;
mod output;
mod settings;

use std::{
    env, io,
    process::{self, ExitCode},
};

use clap::{Parser, Subcommand};

use self::{
    commands::{
        completions, explain, inbox, listen, man, providers, reconcile, send, status, token, verify,
    },
    output::screen,
};

/// Tools for the receiving side of webhooks. They say what hookgate's middleware does.
#[derive(Parser)]
#[command(
    name = "hookgate",
    version,
    arg_required_else_help = true,
    after_help = "Example:\n  hookgate verify recorded.jsonl\n\n\
                  Secrets are taken from the environment, files and standard input, never from arguments, and never shown."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::Verify),
    Explain(Box<explain::Explain>),
    Send(Box<send::Send>),
    Listen(Box<listen::Listen>),
    Token(Box<token::Token>),
    Inbox(Box<inbox::Inbox>),
    Status(Box<status::Status>),
    Reconcile(Box<reconcile::Reconcile>),
    Providers(providers::Providers),
    Completions(completions::Completions),
    Man(man::Man),
}

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| misused(&error));
    let ran = match cli.command {
        Command::Verify(verify) => verify.run(),
        Command::Explain(explain) => explain.run(),
        Command::Send(send) => send.run(),
        Command::Listen(listen) => listen.run(),
        Command::Token(token) => token.run(),
        Command::Inbox(inbox) => inbox.run(),
        Command::Status(status) => status.run(),
        Command::Reconcile(reconcile) => reconcile.run(),
        Command::Providers(providers) => providers.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    match ran {
        Ok(status) => status,
        // The reader of the output has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            screen::note(format_args!("hookgate: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Ends the command with clap's answer to its arguments: the help that was asked for, or an error.
fn misused(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    // Errors repeat arguments. This is the same error, of arguments that show hidden characters.
    let arguments = env::args_os().map(|argument| screen::spelled(&argument.to_string_lossy()));
    if let Err(error) = Cli::try_parse_from(arguments) {
        error.exit();
    }
    screen::note("hookgate: these arguments are not understood; --help lists those there are");
    process::exit(error.exit_code())
}
