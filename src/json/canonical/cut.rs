//! Finds one member of an object in its raw text.

use std::ops::Range;

use memchr::{memchr, memchr2, memchr3, memrchr, memrchr_iter};

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
/// use hookgate::json::canonical::cut;
///
/// let text = br#"{"id":"1","signatur\u0065":"c2ln","data":{"signature":1}}"#;
/// let cut = cut(text, "signature")?;
/// assert_eq!(cut.value(text), br#""c2ln""#);
/// assert_eq!(cut.pieces(text).concat(), br#"{"id":"1","data":{"signature":1}}"#);
/// # Ok::<(), hookgate::json::canonical::Refused>(())
/// ```
pub fn cut(text: &[u8], name: &str) -> Result<Cut, Refused> {
    let mut members = Members::of(text)?;
    let mut found = None;
    while let Some(member) = members.next(name)? {
        if let Some(cut) = member
            && found.replace(cut).is_some()
        {
            return Err(Refused::Repeated);
        }
    }
    members.end()?;
    found.ok_or(Refused::Missing)
}

/// Finds the first such member and looks no further. One in the usual form is found at once where it ends the text, or
/// stands before all that is nested.
///
/// Like [`cut`], it is exact for every text that is JSON and has no such member twice. Whoever reads the text next has
/// to find out whether it is such a text: this only saves reading it twice.
pub(crate) fn find(text: &[u8], name: &str) -> Result<Cut, Refused> {
    if let Some(cut) = last_member(text, name).or_else(|| early_member(text, name)) {
        return Ok(cut);
    }
    let mut members = Members::of(text)?;
    while let Some(member) = members.next(name)? {
        if let Some(cut) = member {
            return Ok(cut);
        }
    }
    members.end()?;
    Err(Refused::Missing)
}

/// The member, if the text ends in `,"name":"value"}` and `value` has no quotes and backslashes.
///
/// In a text that is JSON, the last brace is that of the top level, and so is what stands before it. The quote behind
/// the comma is not escaped. It cannot end a string either, for then a name without quotes would follow.
fn last_member(text: &[u8], name: &str) -> Option<Cut> {
    let end = text.strip_suffix(b"\"}")?;
    let start = memrchr(b'"', end)?;
    let value = end.get(start.checked_add(1)?..)?;
    let comma = end
        .get(..start)?
        .strip_suffix(b"\":")?
        .strip_suffix(name.as_bytes())?
        .strip_suffix(b",\"")?
        .len();
    let end = end.len().checked_add(1)?;
    (memchr(b'\\', value).is_none()).then_some(Cut {
        member: comma..end,
        value: start..end,
    })
}

/// The member, if it stands as `,"name":"value",` before the first bracket or backslash behind the opening brace.
///
/// In a text that is JSON, nothing but the top level is open there. The quote behind the comma begins a name, for the same
/// reason as in [`last_member`], and without a backslash the next quote ends the value.
fn early_member(text: &[u8], name: &str) -> Option<Cut> {
    let members = text.strip_prefix(b"{")?;
    let flat = members.get(..memchr3(b'{', b'[', b'\\', members).unwrap_or(members.len()))?;
    memrchr_iter(b',', flat).find_map(|comma| {
        let value = flat
            .get(comma..)?
            .strip_prefix(b",\"")?
            .strip_prefix(name.as_bytes())?
            .strip_prefix(b"\":\"")?;
        let length = memchr(b'"', value)?;
        if value.get(length.checked_add(1)?) != Some(&b',') {
            return None;
        }
        // In the text, which has a brace more in front. The value's two quotes belong to it.
        let name_start = comma.checked_add(2)?;
        let start = flat.len().checked_sub(value.len())?;
        let end = start.checked_add(length)?.checked_add(2)?;
        Some(Cut {
            member: name_start..end.checked_add(1)?,
            value: start..end,
        })
    })
}

/// Walks over the members of the top level.
struct Members<'a> {
    at: Cursor<'a>,
    /// Where the comma before the next member is.
    comma: Option<usize>,
    ended: bool,
}

impl<'a> Members<'a> {
    fn of(text: &'a [u8]) -> Result<Self, Refused> {
        let mut at = Cursor::new(text);
        at.skip_white_space();
        if !at.take(b'{') {
            return Err(Refused::NotAnObject);
        }
        at.skip_white_space();
        let ended = at.take(b'}');
        Ok(Self {
            at,
            comma: None,
            ended,
        })
    }

    /// The next member, where it is, if it has the name; nothing after the last.
    fn next(&mut self, name: &str) -> Result<Option<Option<Cut>>, Refused> {
        if self.ended {
            return Ok(None);
        }
        let at = &mut self.at;
        if let Some(length) = plain_member(at.rest(), name) {
            at.skip(length);
            self.comma = Some(at.at().saturating_sub(1));
            return Ok(Some(None));
        }
        at.skip_white_space();
        let start = at.at();
        let named = skip_name(at, name)?;
        at.skip_white_space();
        at.expect(b':')?;
        at.skip_white_space();
        let value_start = at.at();
        skip_value(at)?;
        let value = value_start..at.at();
        at.skip_white_space();
        let here = at.at();
        let more = at.take(b',');
        if !more {
            at.expect(b'}')?;
            self.ended = true;
        }
        let member = match (more, self.comma.replace(here)) {
            (true, _) => start..here.saturating_add(1),
            (false, Some(comma)) => comma..value.end,
            (false, None) => start..value.end,
        };
        Ok(Some(named.then_some(Cut { member, value })))
    }

    /// Nothing but white space may follow the last member.
    fn end(mut self) -> Result<(), Refused> {
        self.at.skip_white_space();
        self.at.peek().map_or(Ok(()), |_| Err(Refused::NotJson))
    }
}

/// The length of a member of another name, up to its comma, as most are written: `"name":"value",`
/// without escapes and white space.
fn plain_member(text: &[u8], name: &str) -> Option<usize> {
    let string = |text: &'_ [u8]| {
        let length = memchr2(b'"', b'\\', text)?;
        (text.get(length) == Some(&b'"')).then_some(length)
    };
    let behind = text.strip_prefix(b"\"")?;
    let name_length = string(behind)?;
    let value = behind.get(name_length..)?.strip_prefix(b"\":\"")?;
    let value_length = string(value)?;
    let is_plain = value.get(value_length.checked_add(1)?) == Some(&b',');
    (is_plain && behind.get(..name_length) != Some(name.as_bytes()))
        .then_some(name_length.saturating_add(value_length).saturating_add(6))
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
    at.take_to(|rest| memchr2(b'"', b'\\', rest))
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
    fn what_is_found_first_is_what_is_cut() {
        for text in [
            r#"{"s":"x"}"#,
            r#"{"a":1,"s":"x"}"#,
            r#"{"a":1,"s":""}"#,
            r#"{"a":1,"s":"\""}"#,
            r#"{"a":1,"s":"x"} "#,
            r#"{"a":",\"s\":\"x\"}","s":"y"}"#,
            r#"{"s":"x","a":"b\",\"s\":\"c"}"#,
            r#"{"s":"x","k\",\"s":"y"}"#,
            r#"{"s":"x","k,":"y"}"#,
            r#"{"s":"x","a":{"b":1,"s":"y"}}"#,
            r#"{"s":"x","a":[{"b":1,"s":"y"}]}"#,
            r#"{"a":{"b":1,"s":"y"},"\u0073":"x"}"#,
            r#"{"a":1,"s":"x","b":{"s":"y"}}"#,
            r#"{"a":"","s":"","b":[1]}"#,
            r#"{"a":"b,","s":"x,","c":{}}"#,
            r#"{"a":{"b":1,"s":"y","c":2},"s":"x","d":{}}"#,
            r#"{"a":[{"b":1,"s":"y","c":2}],"s":"x","d":1}"#,
            r#"{"a":"\",\"s\":\"y\",","s":"x","b":1}"#,
            r#"{"a":"[",  "s":"x","b":1}"#,
            r#"{"a":1,"s":"x\"","b":1}"#,
            r#"{"a":1,"s":"x\",","b":1}"#,
            r#"{"s":"x","a":{"b":1,"s":"y","c":2},"d":1}"#,
            r#"{"s":"x","a":[{"b":1,"s":"y","c":2}],"d":1}"#,
            r#"{"a":1,"s":"{","b":1}"#,
            r#"{"a":1,"s":"x" ,"b":1}"#,
            r#" {"a":1,"s":"x","b":1}"#,
            r#"{"a":1,"sa":"y","as":"z","s":"x","b":1}"#,
            r#"{"a":1}"#,
            "{}",
        ] {
            let text = text.as_bytes();
            assert_eq!(find(text, "s"), cut(text, "s"));
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
