//! [`Screen`]: the one way out. All output of the command goes through here. Text from outside cannot command the
//! terminal that shows it. It cannot split, turn or hide the text around it either.
//!
//! `cli/clippy.toml` allows no other place to name standard output or standard error.

mod escape;
mod line;

use std::{
    env,
    fmt::Display,
    io::{
        BufWriter, IsTerminal, StderrLock, StdoutLock, Write, {self},
    },
};

use serde::Serialize;

pub(crate) use self::{
    escape::{json, spelled},
    line::{Line, Tone},
};

/// The bytes that are written at once where nobody waits for each line: enough that system calls do not count.
const BLOCK_BYTES: usize = 64 * 1024;

/// Standard output or standard error, locked. Writes whole lines.
pub(crate) struct Screen<W> {
    output: W,
    /// On a terminal, unless `NO_COLOR` is set.
    paints: bool,
}

impl Screen<StdoutLock<'static>> {
    /// Standard output, line by line.
    #[expect(clippy::disallowed_methods, reason = "the one way out")]
    pub(crate) fn stdout() -> Self {
        Self::of(io::stdout().lock())
    }
}

impl Screen<BufWriter<StdoutLock<'static>>> {
    /// Standard output, in blocks. Text shows once it is [flushed](Self::flush).
    pub(crate) fn stdout_in_blocks() -> Self {
        let Screen { output, paints } = Screen::stdout();
        Self {
            output: BufWriter::with_capacity(BLOCK_BYTES, output),
            paints,
        }
    }
}

impl Screen<StderrLock<'static>> {
    /// Standard error.
    #[expect(clippy::disallowed_methods, reason = "the one way out")]
    pub(crate) fn stderr() -> Self {
        Self::of(io::stderr().lock())
    }
}

impl Screen<Vec<u8>> {
    /// What will be [appended](Screen::append) to another one.
    pub(crate) fn in_memory() -> Self {
        Self {
            output: Vec::new(),
            paints: false,
        }
    }
}

/// A line on standard error. A missing reader is no reason to stop.
pub(crate) fn note(text: impl Display) {
    let _ = Screen::stderr().say(text);
}

/// Whether somebody watches standard error.
pub(crate) fn stderr_is_terminal() -> bool {
    Screen::stderr().output.is_terminal()
}

impl<W: Write + IsTerminal> Screen<W> {
    fn of(output: W) -> Self {
        Self {
            paints: output.is_terminal() && env::var_os("NO_COLOR").is_none(),
            output,
        }
    }
}

impl<W: Write> Screen<W> {
    /// An empty line, to be filled and [written](Self::line).
    pub(crate) fn begin(&self) -> Line {
        Line::new(self.paints)
    }

    /// Writes a line.
    pub(crate) fn line(&mut self, line: Line) -> io::Result<()> {
        let mut text = line.into_text();
        text.push('\n');
        self.output.write_all(text.as_bytes())
    }

    /// Writes a line of one text.
    pub(crate) fn say(&mut self, text: impl Display) -> io::Result<()> {
        let mut line = self.begin();
        line.text(text);
        self.line(line)
    }

    /// Writes a text that has lines and tabs of its own, such as a manual page.
    pub(crate) fn document(&mut self, text: &str) -> io::Result<()> {
        for text in text.lines() {
            let mut line = self.begin();
            for (place, part) in text.split('\t').enumerate() {
                if place > 0 {
                    line.tab();
                }
                line.text(part);
            }
            self.line(line)?;
        }
        self.flush()
    }

    /// Writes JSON on one line.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.json_text(serde_json::to_vec(value)?)
    }

    /// Writes JSON for people, over several lines.
    pub(crate) fn pretty_json(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.json_text(serde_json::to_vec_pretty(value)?)
    }

    fn json_text(&mut self, text: Vec<u8>) -> io::Result<()> {
        let mut text = json(text);
        text.push(b'\n');
        self.output.write_all(&text)
    }

    /// Writes what was written in memory.
    pub(crate) fn append(&mut self, other: Screen<Vec<u8>>) -> io::Result<()> {
        self.output.write_all(&other.output)
    }

    /// Shows the text that was written.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
