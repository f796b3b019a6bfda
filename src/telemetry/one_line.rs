//! [`one_line`]: a text of somebody else's in one line of the log.

use std::{
    error::Error,
    fmt::{self, Write},
};

use super::caught;

/// What stands in for a text whose `Display` panics.
const UNSHOWN: &str = "an error whose text cannot be shown";

/// The text of `shown`: at most `limit` bytes, and nothing that ends a line or moves a terminal's cursor.
pub(crate) fn one_line(limit: usize, shown: &dyn fmt::Display) -> String {
    let mut text = OneLine {
        text: String::new(),
        limit,
    };
    // It fails where the text is long enough.
    match caught(|| write!(text, "{shown}")) {
        Ok(_) => text.text,
        Err(_) => UNSHOWN.to_owned(),
    }
}

/// An error, and what is behind it, up to a few.
pub(crate) struct WithSources<'a>(pub(crate) &'a (dyn Error + 'a));

/// Errors may name each other in a circle.
const DEEPEST: usize = 16;
/// Most bytes of one of their texts: no line takes more.
const LONGEST: usize = 2_048;

impl fmt::Display for WithSources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = one_line(LONGEST, &self.0);
        f.write_str(&before)?;
        let behind = std::iter::successors(self.0.source(), |error| (*error).source());
        for error in behind.take(DEEPEST) {
            let text = one_line(LONGEST, &error);
            // Some texts end with what is behind them, as sqlx's do: once is enough.
            if !before.ends_with(&text) {
                write!(f, ": {text}")?;
            }
            before = text;
        }
        Ok(())
    }
}

struct OneLine {
    text: String,
    limit: usize,
}

impl Write for OneLine {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.write_char(c))
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        if self.text.len().saturating_add(c.len_utf8()) > self.limit {
            return Err(fmt::Error);
        }
        let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        self.text.push(if breaks { ' ' } else { c });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Endless;

    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("a\n")?;
            }
        }
    }

    struct Bomb;

    impl fmt::Display for Bomb {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no text")
        }
    }

    #[derive(Debug)]
    struct Told(&'static str, Option<Box<Told>>);

    impl fmt::Display for Told {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Told {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_ref().map(|it| &**it as &(dyn Error + 'static))
        }
    }

    #[test]
    fn what_a_text_says_of_its_source_is_not_said_again() {
        let chain = |outer, inner| Told(outer, Some(Box::new(Told(inner, None))));
        let shown = |error: &Told| one_line(80, &WithSources(error));
        assert_eq!(
            shown(&chain("query failed: no table", "no table")),
            "query failed: no table"
        );
        assert_eq!(
            shown(&chain("query failed", "no table")),
            "query failed: no table"
        );
        let three = Told(
            "mail not sent",
            Some(Box::new(chain("query failed: no table", "no table"))),
        );
        assert_eq!(shown(&three), "mail not sent: query failed: no table");
    }

    #[test]
    fn a_text_is_one_line_and_ends() {
        assert_eq!(one_line(5, &Endless), "a a a");
        assert_eq!(one_line(80, &"a\r\n\u{1b}[31mb\u{2028}"), "a   [31mb ");
        assert_eq!(one_line(80, &Bomb), UNSHOWN);
        assert_eq!(one_line(4, &"a\u{fc}\u{fc}"), "a\u{fc}");
    }
}
