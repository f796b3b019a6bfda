//! [`Line`]: one line, in which only the command sets colours.

use std::fmt::{Display, Write};

use super::escape::Escaping;

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Neutral,
    Faint,
}

impl Tone {
    /// As ECMA-48 numbers the colours of text.
    const fn code(self) -> u8 {
        match self {
            Self::Good => 32,
            Self::Bad => 31,
            Self::Neutral => 33,
            Self::Faint => 36,
        }
    }
}

/// Grows by texts, each of which may come from outside. Hidden characters in them are spelled.
pub(crate) struct Line {
    text: String,
    paints: bool,
    columns: usize,
}

impl Line {
    pub(super) fn new(paints: bool) -> Self {
        Self {
            text: String::new(),
            paints,
            columns: 0,
        }
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, text: impl Display) -> &mut Self {
        let begun = self.text.len();
        // Writing to a text fails only where the `Display` does.
        let _ = write!(Escaping(&mut self.text), "{text}");
        let added = self.text.get(begun..).unwrap_or_default();
        self.columns = self.columns.saturating_add(added.chars().count());
        self
    }

    /// Adds a tab, which no text can.
    pub(super) fn tab(&mut self) {
        self.text.push('\t');
        self.columns = self.columns.saturating_add(1);
    }

    /// Adds a text in a colour.
    pub(crate) fn painted(&mut self, tone: Tone, text: impl Display) -> &mut Self {
        self.in_code(tone.code(), text)
    }

    /// Adds a text in a colour, and bold.
    pub(crate) fn strong(&mut self, tone: Tone, text: impl Display) -> &mut Self {
        self.in_code(format_args!("1;{}", tone.code()), text)
    }

    fn in_code(&mut self, code: impl Display, text: impl Display) -> &mut Self {
        if !self.paints {
            return self.text(text);
        }
        let _ = write!(self.text, "\u{1b}[{code}m");
        self.text(text);
        self.text.push_str("\u{1b}[0m");
        self
    }

    /// The columns that it takes on a terminal, if each character takes one.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}
