//! Finds one member of an object in its raw text.

use std::ops::Range;

use super::{
    MAX_DEPTH, Refused,
    cursor::{Cursor, Escaped},
};

/// Where a member of an object's top level stands in the text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cut {
    /// The member and one comma: the one behind it, or for the last member the one before it. The text
    /// without these bytes is the object without the member.
    pub member: Range<usize>,
    /// The member's value.
    pub value: Range<usize>,
}

impl Cut {
    /// The text before and behind the member. `text` is the one that was cut.
    pub fn pieces<'a>(&self, text: &'a [u8]) -> [&'a [u8]; 2] {
        around(text, &self.member)
    }

    /// The text before and behind the member's value.
    pub fn around_value<'a>(&self, text: &'a [u8]) -> [&'a [u8]; 2] {
        around(text, &self.value)
    }

    /// The member's value as it is written.
    pub fn value<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.value.clone()).unwrap_or_default()
    }
}

fn around<'a>(text: &'a [u8], range: &Range<usize>) -> [&'a [u8]; 2] {
    [
        text.get(..range.start).unwrap_or_default(),
        text.get(range.end..).unwrap_or_default(),
    ]
}

/// Finds the member of the top level whose decoded name is `name`, however it is escaped.
///
/// Allocates nothing and does not recurse. Of what lies deeper, only strings and brackets are looked at:
/// whoever uses the pieces still has to parse them. For every text that is JSON, the place is exact.
///
/// # Errors
///
/// When `text` is not an object, has no such member or two of them, or is nested deeper than 128 levels.
///
/// # Examples
///
/// ```
/// use hookgate::canonical::cut;
///
/// let text = br#"{"id":"1","signatur\u0065":"c2ln","data":{"signature":1}}"#;
/// let cut = cut(text, "signature")?;
/// assert_eq!(cut.value(text), br#""c2ln""#);
/// assert_eq!(cut.pieces(text).concat(), br#"{"id":"1","data":{"signature":1}}"#);
/// # Ok::<(), hookgate::canonical::Refused>(())
/// ```
pub fn cut(text: &[u8], name: &str) -> Result<Cut, Refused> {
    let mut at = Cursor::new(text);
    at.skip_white_space();
    if !at.take(b'{') {
        return Err(Refused::NotAnObject);
    }
    let mut found = None;
    let mut comma = None;
    at.skip_white_space();
    if at.take(b'}') {
        return end(at, found);
    }
    loop {
        at.skip_white_space();
        let start = at.at();
        let named = skip_name(&mut at, name)?;
        at.skip_white_space();
        at.expect(b':')?;
        at.skip_white_space();
        let value_start = at.at();
        skip_value(&mut at)?;
        let value = value_start..at.at();
        at.skip_white_space();
        let here = at.at();
        let more = at.take(b',');
        if named {
            let member = match (more, comma) {
                (true, _) => start..at.at(),
                (false, Some(comma)) => comma..value.end,
                (false, None) => start..value.end,
            };
            if found.replace(Cut { member, value }).is_some() {
                return Err(Refused::Repeated);
            }
        }
        if !more {
            at.expect(b'}')?;
            return end(at, found);
        }
        comma = Some(here);
    }
}

fn end(mut at: Cursor<'_>, found: Option<Cut>) -> Result<Cut, Refused> {
    at.skip_white_space();
    match at.peek() {
        None => found.ok_or(Refused::Missing),
        Some(_) => Err(Refused::NotJson),
    }
}

/// Takes a member's name and tells whether it is `name`.
fn skip_name(at: &mut Cursor<'_>, name: &str) -> Result<bool, Refused> {
    at.expect(b'"')?;
    let mut left = name.as_bytes();
    let mut same = true;
    let mut compare = |part: &[u8]| match left.strip_prefix(part) {
        Some(rest) => left = rest,
        None => same = false,
    };
    loop {
        compare(take_plain(at));
        match at.next() {
            Some(b'"') => return Ok(same && left.is_empty()),
            Some(b'\\') => match at.escape()? {
                Escaped::Char(character) => {
                    compare(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Escaped::LoneSurrogate(_) => compare(&[0xff]),
            },
            _ => return Err(Refused::NotJson),
        }
    }
}

/// Takes the characters of a string up to its end or a backslash.
fn take_plain<'a>(at: &mut Cursor<'a>) -> &'a [u8] {
    at.take_until(|byte| byte == b'"' || byte == b'\\')
}

fn skip_value(at: &mut Cursor<'_>) -> Result<(), Refused> {
    match at.peek().ok_or(Refused::NotJson)? {
        b'"' => skip_string(at),
        b'{' | b'[' => skip_nested(at),
        _ => {
            let token = at.take_until(|byte| {
                matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')
            });
            (!token.is_empty()).then_some(()).ok_or(Refused::NotJson)
        }
    }
}

fn skip_string(at: &mut Cursor<'_>) -> Result<(), Refused> {
    at.skip(1);
    loop {
        take_plain(at);
        match at.next() {
            Some(b'"') => return Ok(()),
            Some(_) => at.skip(1),
            None => return Err(Refused::NotJson),
        }
    }
}

/// Takes an object or list. Brackets are counted, not paired: a parser that follows pairs them.
fn skip_nested(at: &mut Cursor<'_>) -> Result<(), Refused> {
    let mut depth = 0_usize;
    loop {
        at.take_until(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'));
        match at.peek().ok_or(Refused::NotJson)? {
            b'"' => skip_string(at)?,
            b'{' | b'[' => {
                at.skip(1);
                depth = depth.saturating_add(1);
                // The top level is the first.
                if depth >= MAX_DEPTH {
                    return Err(Refused::TooDeep);
                }
            }
            _ => {
                at.skip(1);
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str, name: &str) -> Result<String, Refused> {
        let text = text.as_bytes();
        let cut = cut(text, name)?;
        Ok(String::from_utf8(cut.pieces(text).concat()).unwrap())
    }

    #[test]
    fn one_member_and_one_comma_are_cut() {
        for (text, left) in [
            (r#"{"s":"x"}"#, "{}"),
            (r#"{"s":"x","a":1}"#, r#"{"a":1}"#),
            (r#"{"a":1,"s":"x"}"#, r#"{"a":1}"#),
            (r#"{"a":1,"s":"x","b":2}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a":{"s":1},"s":[{"s":2}]}"#, r#"{"a":{"s":1}}"#),
            (
                r#"{"a":"\"s\":1,","s":-1.5e3,"b":"\\"}"#,
                r#"{"a":"\"s\":1,","b":"\\"}"#,
            ),
            (" { \"s\" : null , \"a\" : 1 } ", " {  \"a\" : 1 } "),
            (" { \"a\" : 1 , \"s\" : null } ", " { \"a\" : 1  } "),
        ] {
            assert_eq!(without(text, "s").as_deref(), Ok(left), "{text}");
        }
    }

    #[test]
    fn names_are_compared_decoded() {
        let text = "{\"\\u0061\\ud83d\\ude00/\":1,\"b\":2}";
        assert_eq!(without(text, "a😀/").as_deref(), Ok(r#"{"b":2}"#));
        assert_eq!(without(text, "a😀"), Err(Refused::Missing));
        assert_eq!(without(text, "a😀/b"), Err(Refused::Missing));
        assert_eq!(
            without(r#"{"\ud83d":1}"#, "\u{fffd}"),
            Err(Refused::Missing)
        );
        assert_eq!(without(r#"{"\ud83d\u0061":1}"#, "a"), Err(Refused::Missing));
    }

    #[test]
    fn what_is_not_one_object_with_one_such_member_is_refused() {
        for (text, why) in [
            ("", Refused::NotAnObject),
            ("[]", Refused::NotAnObject),
            ("{}", Refused::Missing),
            (r#"{"a":1}"#, Refused::Missing),
            (r#"{"s":1,"s":1}"#, Refused::Repeated),
            (r#"{"s":1,"\u0073":1}"#, Refused::Repeated),
            (r#"{"s":1"#, Refused::NotJson),
            (r#"{"s":1,}"#, Refused::NotJson),
            (r#"{"s":}"#, Refused::NotJson),
            (r#"{"s" 1}"#, Refused::NotJson),
            (r#"{s:1}"#, Refused::NotJson),
            (r#"{"s":1}}"#, Refused::NotJson),
            (r#"{"s":"\"#, Refused::NotJson),
            (r#"{"\u00":1}"#, Refused::NotJson),
        ] {
            assert_eq!(without(text, "s"), Err(why), "{text}");
        }
    }

    #[test]
    fn levels_are_counted_with_the_top_one() {
        let nested = |levels| format!("{{\"s\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(without(&nested(127), "s").is_ok());
        assert_eq!(without(&nested(128), "s"), Err(Refused::TooDeep));
    }
}
