//! [`Text`], [`Block`]: text of somebody else's, in characters that show themselves.

use std::fmt::{self, Write};

use hookgate::framework::is_hidden;
use serde::Serialize;

/// A text in one line. On a page, characters that deceive a reader or cannot be seen are spelled, as `\u{202e}`. In JSON it
/// is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Text(pub(crate) String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| spell(f, c))
    }
}

/// A text in lines: line ends and tabs stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Block(pub(crate) String);

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\n' | '\t' => f.write_char(c),
            c => spell(f, c),
        })
    }
}

fn spell(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    if is_hidden(c) {
        write!(f, "{}", c.escape_default())
    } else {
        f.write_char(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deceives_a_reader_is_spelled_and_json_keeps_it() -> serde_json::Result<()> {
        let text = "pay\u{202e}lod\u{1b}[31m\n\u{200b}";
        let shown = r"pay\u{202e}lod\u{1b}[31m";
        assert_eq!(
            Text(text.into()).to_string(),
            format!(r"{shown}\n\u{{200b}}")
        );
        assert_eq!(
            Block(text.into()).to_string(),
            format!("{shown}\n\\u{{200b}}")
        );
        let json = serde_json::to_string(&Text(text.into()))?;
        assert_eq!(serde_json::from_str::<String>(&json)?, text);
        Ok(())
    }
}
