//! [`Layout`]: the white space between the tokens.

use super::{
    super::{bodies::TooLong, encoded::MAX_BODY_BYTES},
    Document, Escapes, Token,
};

/// Where a writer puts white space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// What ends a line. Empty: all stands on one.
    line: &'static str,
    indent: &'static str,
    /// A colon with what stands around it.
    colon: &'static str,
    /// A comma with what stands around it, where no line ends.
    comma: &'static str,
    /// The brackets that have a blank inside, where no line ends: `{}`, `[]`, both or none.
    blank_in: &'static [u8],
    /// Whether lists stand on one line.
    flat_lists: bool,
    empty: Empty,
    /// How deep lines are broken.
    depth: usize,
    /// The first element stands behind its bracket, and the closing one behind the last.
    hugging: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    /// `{}`
    Closed,
    /// `{ }`
    Blank,
    /// On two lines.
    Broken,
}

const ONE_LINE: Layout = Layout {
    line: "",
    indent: "",
    colon: ":",
    comma: ",",
    blank_in: b"",
    flat_lists: false,
    empty: Empty::Closed,
    depth: usize::MAX,
    hugging: false,
};

impl Layout {
    pub(crate) const COMPACT: Self = ONE_LINE;
    pub(crate) const SPACED: Self = Self {
        colon: ": ",
        comma: ", ",
        ..ONE_LINE
    };

    pub(crate) const fn pretty(indent: &'static str) -> Self {
        Self {
            line: "\n",
            indent,
            colon: ": ",
            ..ONE_LINE
        }
    }

    /// What may stand behind the last token.
    pub(crate) fn ends(&self) -> [&'static str; 2] {
        [
            "",
            if self.line.is_empty() {
                "\n"
            } else {
                self.line
            },
        ]
    }

    /// The indentation of deep levels multiplies what stands in them, so it may become too long.
    pub(super) fn write(
        &self,
        document: &Document<'_>,
        escapes: &Escapes,
    ) -> Result<Vec<u8>, TooLong> {
        let mut writer = Writer {
            layout: self,
            out: Vec::new(),
            open: Vec::new(),
        };
        let mut tokens = document.tokens.iter().peekable();
        while let Some(token) = tokens.next() {
            if writer.out.len() > MAX_BODY_BYTES {
                return Err(TooLong);
            }
            match (token, tokens.peek()) {
                (Token::Open(bracket), Some(Token::Close(end))) => {
                    writer.empty(*bracket, *end);
                    tokens.next();
                }
                (Token::Open(bracket), _) => writer.open(*bracket),
                (Token::Close(bracket), _) => writer.close(*bracket),
                (Token::Comma, _) => writer.comma(),
                (Token::Colon, _) => writer.out.extend_from_slice(self.colon.as_bytes()),
                (Token::Text(..) | Token::Word(_), _) => token.write(escapes, &mut writer.out),
            }
        }
        if writer.out.len() > MAX_BODY_BYTES {
            return Err(TooLong);
        }
        Ok(writer.out)
    }
}

struct Writer<'l> {
    layout: &'l Layout,
    out: Vec<u8>,
    /// Of each open bracket, whether its lines are broken.
    open: Vec<bool>,
}

impl Writer<'_> {
    fn breaks(&self, bracket: u8) -> bool {
        let layout = self.layout;
        let is_flat = layout.flat_lists && bracket == b'[';
        !layout.line.is_empty() && self.open.len() < layout.depth && !is_flat
    }

    fn line(&mut self) {
        self.out.extend_from_slice(self.layout.line.as_bytes());
        for _ in self.open.iter().filter(|broken| **broken) {
            self.out.extend_from_slice(self.layout.indent.as_bytes());
        }
    }

    fn blank_in(&mut self, bracket: u8) {
        if self.layout.blank_in.contains(&bracket) {
            self.out.push(b' ');
        }
    }

    fn empty(&mut self, bracket: u8, end: u8) {
        self.out.push(bracket);
        match self.layout.empty {
            Empty::Closed => {}
            Empty::Blank => self.out.push(b' '),
            Empty::Broken => self.line(),
        }
        self.out.push(end);
    }

    fn open(&mut self, bracket: u8) {
        self.out.push(bracket);
        let broken = self.breaks(bracket);
        self.open.push(broken);
        if !broken {
            self.blank_in(bracket);
        } else if !self.layout.hugging {
            self.line();
        }
    }

    fn close(&mut self, bracket: u8) {
        if self.open.pop() != Some(true) {
            self.blank_in(bracket);
        } else if !self.layout.hugging {
            self.line();
        }
        self.out.push(bracket);
    }

    fn comma(&mut self) {
        if self.open.last() == Some(&true) {
            self.out.push(b',');
            self.line();
        } else {
            self.out.extend_from_slice(self.layout.comma.as_bytes());
        }
    }
}

/// The layouts of the writers that most programs use.
pub(crate) fn likely_layouts() -> Vec<Layout> {
    let crlf = Layout {
        line: "\r\n",
        ..Layout::pretty("  ")
    };
    let in_braces = Layout {
        blank_in: b"{}",
        ..Layout::SPACED
    };
    vec![
        Layout::COMPACT,
        Layout::pretty("  "),
        Layout::pretty("    "),
        Layout::pretty("\t"),
        Layout::SPACED,
        crlf,
        Layout {
            colon: ":",
            ..in_braces
        },
        in_braces,
    ]
}

/// Every layout, the likely ones first: each manner of one writer's options with each of the others.
pub(crate) fn layouts() -> Vec<Layout> {
    let mut all = likely_layouts();
    for comma in [",", ", ", " ,", " , "] {
        for colon in [":", ": ", " : ", " :"] {
            for blank_in in [&b""[..], b"{}", b"{}[]", b"[]"] {
                for empty in [Empty::Closed, Empty::Blank] {
                    all.push(Layout {
                        comma,
                        colon,
                        blank_in,
                        empty,
                        ..ONE_LINE
                    });
                }
            }
        }
    }
    for line in ["\n", "\r\n"] {
        for indent in ["  ", "    ", "\t", "", " ", "   ", "        "] {
            all.extend(broken(line, indent));
        }
    }
    all
}

/// With lines that end so, and are indented so.
fn broken(line: &'static str, indent: &'static str) -> Vec<Layout> {
    let mut all = Vec::new();
    for colon in [": ", ":", " : "] {
        let base = Layout {
            line,
            indent,
            colon,
            ..ONE_LINE
        };
        for empty in [Empty::Closed, Empty::Blank, Empty::Broken] {
            all.push(Layout { empty, ..base });
            for (comma, blank_in) in [(", ", &b""[..]), (", ", b"[]"), (",", b"")] {
                all.push(Layout {
                    flat_lists: true,
                    comma,
                    blank_in,
                    empty,
                    ..base
                });
            }
        }
        for depth in [1, 2, usize::MAX] {
            for hugging in [false, true] {
                for comma in [",", ", "] {
                    all.push(Layout {
                        depth,
                        hugging,
                        comma,
                        ..base
                    });
                }
            }
        }
    }
    all
}
