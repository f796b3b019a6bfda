//! [`Colour`]: on a terminal, unless `NO_COLOR` is set.

use std::{env, io::IsTerminal};

/// Colours words, or leaves them as they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Colour(bool);

impl Colour {
    pub(crate) fn of(stream: &impl IsTerminal) -> Self {
        Self(stream.is_terminal() && env::var_os("NO_COLOR").is_none())
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint(32, text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.paint(31, text)
    }

    pub(crate) fn neutral(self, text: &str) -> String {
        self.paint(33, text)
    }

    fn paint(self, code: u8, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
