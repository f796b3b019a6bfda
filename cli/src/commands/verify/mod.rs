//! `hookgate verify`: a verdict on every recorded request.

mod cloud_event;
pub(crate) mod judge;
mod judges;
mod lines;
pub(crate) mod record;
mod verdict;

use std::{
    fs::File,
    io::{
        Read, {self},
    },
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use self::{
    judge::Judge,
    lines::{Line, Lines},
    verdict::{Finding, Verdict},
};
use crate::{output::screen::Screen, settings::credentials::is_stdin};

/// The exit status when a record could not be judged.
const MALFORMED: u8 = 2;

/// Judge recorded requests as the middleware would, one JSON record a line.
///
/// Writes one verdict a line, in the same order: accepted, rejected with the reason, or error where the line is
/// no record. It sends nothing anywhere and remembers nothing, so it accepts all copies of an event.
///
/// The exit status is 0, or 2 when a line was no record.
#[derive(Args)]
#[command(after_help = "Examples:\n  hookgate verify recorded.jsonl\n  \
                  tail -f recorded.jsonl | hookgate verify - | grep -v accepted\n\n\
                  The format, every setting and every reason: \
                  docs/verify.md in the sources")]
pub(crate) struct Verify {
    /// The records, or `-` for standard input.
    file: PathBuf,
    /// Write JSON lines, as without it: every command takes this option.
    #[arg(long)]
    json: bool,
    /// Let the settings of records name files, in this folder or by their whole path. Only for records that you trust.
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
}

impl Verify {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        // There is no other form.
        let Self {
            file,
            json: _,
            files,
        } = self;
        let all_judged = if is_stdin(&file) {
            verify(io::stdin().lock(), files)?
        } else {
            let file = File::open(&file).map_err(|error| {
                let text = format!("cannot open {}: {error}", file.display());
                io::Error::new(error.kind(), text)
            })?;
            verify(file, files)?
        };
        Ok(if all_judged {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(MALFORMED)
        })
    }
}

/// Judges every line of `input`. Returns whether all of them were records.
fn verify(input: impl Read, files: Option<PathBuf>) -> io::Result<bool> {
    let mut screen = Screen::stdout_in_blocks();
    let mut lines = Lines::new(input);
    let mut judge = Judge::new(files);
    let mut all_judged = true;
    let mut number: u64 = 0;
    while let Some(line) = lines.next(|| screen.flush())? {
        number = number.saturating_add(1);
        let verdict = match line {
            Line::Whole(line) if line.trim_ascii().is_empty() => continue,
            Line::Whole(line) => judge.judge(line, number),
            Line::TooLong => Verdict {
                id: None,
                finding: Finding::Malformed {
                    error: "the line is longer than 32 MiB".to_owned(),
                    line: number,
                },
            },
        };
        all_judged &= !matches!(verdict.finding, Finding::Malformed { .. });
        screen.json(&verdict)?;
    }
    screen.flush()?;
    Ok(all_judged)
}
