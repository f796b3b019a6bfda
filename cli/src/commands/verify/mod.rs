//! `hookgate verify`: a verdict on every recorded request.

mod cloud_event;
mod jobs;
pub(crate) mod judge;
mod judges;
mod lines;
pub(crate) mod record;
mod verdict;

use std::{
    fs::File,
    io::{
        Read, Write, {self},
    },
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;

use self::{
    jobs::MAX_JOBS,
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
    /// How many records are judged at once. Default: as many as there are processors, up to 8.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(MAX_JOBS)))]
    jobs: Option<u16>,
}

impl Verify {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        // There is no other form.
        let Self {
            file,
            json: _,
            files,
            jobs,
        } = self;
        let jobs = jobs.map_or_else(jobs::by_default, usize::from);
        let all_judged = if is_stdin(&file) {
            verify(io::stdin(), files, jobs)?
        } else {
            let file = File::open(&file).map_err(|error| {
                let text = format!("cannot open {}: {error}", file.display());
                io::Error::new(error.kind(), text)
            })?;
            verify(file, files, jobs)?
        };
        Ok(if all_judged {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(MALFORMED)
        })
    }
}

/// Judges every line of `input`. Returns whether all of them were records.
fn verify(
    input: impl Read + Send + 'static,
    files: Option<PathBuf>,
    jobs: usize,
) -> io::Result<bool> {
    if jobs > 1 {
        return jobs::verdicts(input, files.as_ref(), jobs);
    }
    let mut screen = Screen::stdout_in_blocks();
    let mut lines = Lines::new(input);
    let mut judge = Judge::new(files);
    let mut all_judged = true;
    let mut number: u64 = 0;
    while let Some(line) = lines.next(|| screen.flush())? {
        number = number.saturating_add(1);
        match line {
            Line::Whole(line) if line.trim_ascii().is_empty() => {}
            line => all_judged &= judged(line, number, &mut judge, &mut screen)?,
        }
    }
    screen.flush()?;
    Ok(all_judged)
}

/// Writes the verdict on the `number`th line. Returns whether it was a record.
fn judged(
    line: Line<'_>,
    number: u64,
    judge: &mut Judge,
    screen: &mut Screen<impl Write>,
) -> io::Result<bool> {
    let verdict = match line {
        Line::Whole(line) => judge.judge(line, number),
        Line::TooLong => Verdict {
            id: None,
            finding: Finding::Malformed {
                error: "the line is longer than 32 MiB".to_owned(),
                line: number,
            },
        },
    };
    screen.json(&verdict)?;
    Ok(!matches!(verdict.finding, Finding::Malformed { .. }))
}
