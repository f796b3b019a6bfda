//! [`Lines`]: the input line by line, each within a bound.

use std::io::{
    BufRead, BufReader, Read, {self},
};

/// The longest line that is read. Base64 of the largest body that a pack takes by default needs 1.4 MB.
const MAX_LINE_BYTES: usize = 32 * 1024 * 1024;
/// The bytes that are read at once: enough that system calls do not count.
const BUFFER_BYTES: usize = 256 * 1024;

/// The lines of `R`.
pub(crate) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    longest: usize,
}

/// One line.
pub(crate) enum Line<'a> {
    /// Without its end.
    Whole(&'a [u8]),
    /// Longer than the bound, and skipped.
    TooLong,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(BUFFER_BYTES, input),
            line: Vec::new(),
            longest: MAX_LINE_BYTES,
        }
    }

    /// The next line. Calls `flush` before waiting for input, so that a program which feeds us line by line
    /// sees each verdict before the next record.
    pub(crate) fn next(
        &mut self,
        mut flush: impl FnMut() -> io::Result<()>,
    ) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut any, mut whole) = (false, true);
        loop {
            if self.input.buffer().is_empty() {
                flush()?;
            }
            let ready = match self.input.fill_buf() {
                Ok(ready) => ready,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if ready.is_empty() {
                break;
            }
            any = true;
            let mut parts = ready.splitn(2, |byte| *byte == b'\n');
            let text = parts.next().unwrap_or_default();
            let ended = parts.next().is_some();
            let length = text.len();
            whole &= self.line.len().saturating_add(length) <= self.longest;
            if whole {
                self.line.extend_from_slice(text);
            }
            self.input
                .consume(length.saturating_add(usize::from(ended)));
            if ended {
                break;
            }
        }
        Ok(match (any, whole) {
            (false, _) => None,
            (true, true) => Some(Line::Whole(&self.line)),
            (true, false) => Some(Line::TooLong),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Line, Lines};

    fn read(text: &str, buffer: usize) -> Vec<Option<String>> {
        let mut lines = Lines {
            input: io::BufReader::with_capacity(buffer, text.as_bytes()),
            line: Vec::new(),
            longest: 4,
        };
        let mut all = Vec::new();
        while let Ok(Some(line)) = lines.next(|| Ok(())) {
            all.push(match line {
                Line::Whole(line) => Some(String::from_utf8_lossy(line).into_owned()),
                Line::TooLong => None,
            });
        }
        all
    }

    #[test]
    fn lines_are_whole_however_the_input_is_cut() {
        for buffer in 1..16 {
            let lines = read("ab\n\nabcd\nabcde\nx", buffer);
            let text = |text: &str| Some(text.to_owned());
            assert_eq!(
                lines,
                [text("ab"), text(""), text("abcd"), None, text("x")],
                "{buffer}"
            );
        }
    }

    #[test]
    fn an_empty_input_has_no_line() {
        assert!(read("", 8).is_empty());
    }
}
