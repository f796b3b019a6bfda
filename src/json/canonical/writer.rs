//! Reads a JSON text once and writes it in its one canonical form.
//!
//! Members are written as they come. An object whose members turn out to be in the wrong order is
//! noted, and one more pass at the end puts all noted objects right. Texts that are in order
//! already pay nothing for it, and nearly all are.

use std::ops::Range;

use super::{
    MAX_DEPTH, Order, Refused,
    cursor::{Cursor, Escaped},
    misplaced::Misplaced,
    number,
};

/// Up to so many members are compared each with each; more are sorted.
const FEW_MEMBERS: usize = 16;

/// What is done to one member of the top level.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edit<'a> {
    /// Nothing: the text is written as it is.
    Keep,
    /// The member is left out. It must be there.
    Omit(&'a str),
    /// The member's value becomes this JSON text. It must be there.
    Replace(&'a str, &'static str),
}

impl Edit<'_> {
    fn member(&self) -> Option<&str> {
        match self {
            Self::Keep => None,
            Self::Omit(name) | Self::Replace(name, _) => Some(name),
        }
    }
}

pub(super) fn write(text: &[u8], order: Order, edit: Edit<'_>) -> Result<Vec<u8>, Refused> {
    std::str::from_utf8(text).map_err(|_| Refused::NotUtf8)?;
    let mut writer = Writer {
        text: Cursor::new(text),
        order,
        edit,
        edited: false,
        out: Vec::with_capacity(text.len()),
        open: Vec::new(),
        members: Vec::new(),
        misplaced: Misplaced::default(),
    };
    writer.document()?;
    let Writer { out, misplaced, .. } = writer;
    Ok(misplaced.put_right(out))
}

struct Writer<'a> {
    text: Cursor<'a>,
    order: Order,
    edit: Edit<'a>,
    /// The member to edit was found.
    edited: bool,
    out: Vec<u8>,
    /// The objects and lists around this place, outermost first.
    open: Vec<Open>,
    /// The members of all open objects.
    members: Vec<Member>,
    misplaced: Misplaced,
}

#[derive(Clone, Copy)]
enum Open {
    Object {
        start: usize,
        /// Where its members begin in the list of all.
        members: usize,
    },
    List,
}

/// A member, by the places of what was written.
#[derive(Clone)]
struct Member {
    /// The name, without its quotes.
    name: Range<usize>,
    end: usize,
}

impl Member {
    fn whole(&self) -> Range<usize> {
        self.name.start.saturating_sub(1)..self.end
    }
}

impl Writer<'_> {
    fn document(&mut self) -> Result<(), Refused> {
        self.text.skip_white_space();
        if self.edit.member().is_some() && self.text.peek() != Some(b'{') {
            return Err(Refused::NotAnObject);
        }
        loop {
            self.text.skip_white_space();
            if self.begin_value()? {
                continue;
            }
            if !self.after_value()? {
                break;
            }
        }
        match self.edit {
            Edit::Omit(_) | Edit::Replace(..) if !self.edited => Err(Refused::Missing),
            _ => Ok(()),
        }
    }

    /// Writes a value, or as much of it as comes before the first value inside. Tells which.
    fn begin_value(&mut self) -> Result<bool, Refused> {
        match self.text.peek().ok_or(Refused::NotJson)? {
            b'{' => return self.open_object(),
            b'[' => return self.open_list(),
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => number::write(self.text.number()?, &mut self.out)?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => return Err(Refused::NotJson),
        }
        Ok(false)
    }

    /// Goes on behind a value. Tells whether another value follows; else the text has ended.
    fn after_value(&mut self) -> Result<bool, Refused> {
        loop {
            self.text.skip_white_space();
            match self.open.last() {
                None => {
                    return match self.text.peek() {
                        None => Ok(false),
                        Some(_) => Err(Refused::NotJson),
                    };
                }
                Some(Open::List) => {
                    if self.text.take(b',') {
                        self.out.push(b',');
                        return Ok(true);
                    }
                    self.text.expect(b']')?;
                    self.out.push(b']');
                    self.open.pop();
                }
                Some(&Open::Object { start, members }) => {
                    self.end_member()?;
                    if self.text.take(b',') {
                        self.text.skip_white_space();
                        if self.members.len() > members {
                            self.out.push(b',');
                        }
                        self.name()?;
                        return Ok(true);
                    }
                    self.text.expect(b'}')?;
                    self.close_object(start, members)?;
                }
            }
        }
    }

    fn open_object(&mut self) -> Result<bool, Refused> {
        self.deeper(Open::Object {
            start: self.out.len(),
            members: self.members.len(),
        })?;
        self.out.push(b'{');
        self.text.skip_white_space();
        if self.text.take(b'}') {
            self.out.push(b'}');
            self.open.pop();
            return Ok(false);
        }
        self.name()?;
        Ok(true)
    }

    fn open_list(&mut self) -> Result<bool, Refused> {
        self.deeper(Open::List)?;
        self.out.push(b'[');
        self.text.skip_white_space();
        if self.text.take(b']') {
            self.out.push(b']');
            self.open.pop();
            return Ok(false);
        }
        Ok(true)
    }

    fn deeper(&mut self, open: Open) -> Result<(), Refused> {
        self.text.skip(1);
        self.open.push(open);
        if self.open.len() > MAX_DEPTH {
            return Err(Refused::TooDeep);
        }
        Ok(())
    }

    /// Writes a member's name and colon.
    fn name(&mut self) -> Result<(), Refused> {
        if self.text.peek() != Some(b'"') {
            return Err(Refused::NotJson);
        }
        let start = self.out.len();
        self.string()?;
        let end = self.out.len();
        self.members.push(Member {
            name: start.saturating_add(1)..end.saturating_sub(1),
            end,
        });
        self.text.skip_white_space();
        self.text.expect(b':')?;
        self.out.push(b':');
        Ok(())
    }

    /// A member's value is written.
    fn end_member(&mut self) -> Result<(), Refused> {
        let end = self.out.len();
        let top_level = self.open.len() == 1;
        let Some(member) = self.members.last_mut() else {
            return Ok(());
        };
        member.end = end;
        if !top_level {
            return Ok(());
        }
        // A name that needs no escape is written as it is, and the names to edit are such.
        let name = self.out.get(member.name.clone()).unwrap_or_default();
        if self.edit.member().map(str::as_bytes) != Some(name) {
            return Ok(());
        }
        if std::mem::replace(&mut self.edited, true) {
            return Err(Refused::Repeated);
        }
        match self.edit {
            Edit::Keep => {}
            Edit::Omit(_) => {
                let start = member.whole().start;
                self.misplaced.forget_from(start);
                self.members.pop();
                // The comma before it, where it was the last; else the next member's takes its place.
                self.out.truncate(start);
                if self.out.last() == Some(&b',') {
                    self.out.pop();
                }
            }
            Edit::Replace(_, value) => {
                let start = member.name.end.saturating_add(2);
                self.misplaced.forget_from(start);
                self.out.truncate(start);
                self.out.extend_from_slice(value.as_bytes());
                member.end = self.out.len();
            }
        }
        Ok(())
    }

    fn close_object(&mut self, start: usize, first: usize) -> Result<(), Refused> {
        self.out.push(b'}');
        self.open.pop();
        let members = self.members.get_mut(first..).unwrap_or_default();
        let out = &self.out;
        let name = |member: &Member| out.get(member.name.clone()).unwrap_or_default();
        if put_in_order(members, self.order, name)? {
            self.misplaced
                .note(start..out.len(), members.iter().map(Member::whole));
        }
        self.members.truncate(first);
        Ok(())
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Refused> {
        self.text.expect_word(word)?;
        self.out.extend_from_slice(word);
        Ok(())
    }

    /// Writes a string as `JSON.stringify` does (ECMA-262, `QuoteJSONString`).
    fn string(&mut self) -> Result<(), Refused> {
        self.text.skip(1);
        self.out.push(b'"');
        loop {
            let plain = self
                .text
                .take_until(|byte| byte < 0x20 || byte == b'"' || byte == b'\\');
            self.out.extend_from_slice(plain);
            match self.text.next() {
                Some(b'"') => {
                    self.out.push(b'"');
                    return Ok(());
                }
                Some(b'\\') => match self.text.escape()? {
                    Escaped::Char(character) => self.character(character),
                    Escaped::LoneSurrogate(_) if self.order == Order::Sorted => {
                        return Err(Refused::LoneSurrogate);
                    }
                    Escaped::LoneSurrogate(unit) => self.unit(unit),
                },
                _ => return Err(Refused::NotJson),
            }
        }
    }

    /// Writes a character that was escaped, escaped only where it must be.
    fn character(&mut self, character: char) {
        let escape = match character {
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '\u{8}' => b"\\b",
            '\u{c}' => b"\\f",
            '\n' => b"\\n",
            '\r' => b"\\r",
            '\t' => b"\\t",
            '\0'..'\u{20}' => return self.unit(u16::try_from(u32::from(character)).unwrap_or(0)),
            _ => {
                let mut utf8 = [0; 4];
                let utf8 = character.encode_utf8(&mut utf8);
                return self.out.extend_from_slice(utf8.as_bytes());
            }
        };
        self.out.extend_from_slice(escape);
    }

    fn unit(&mut self, unit: u16) {
        let mut hex = const_hex::Buffer::<2>::new();
        self.out.extend_from_slice(b"\\u");
        self.out
            .extend_from_slice(hex.format(&unit.to_be_bytes()).as_bytes());
    }
}

/// Puts the members of one object in order and tells whether they were in another, which few are.
fn put_in_order<'a>(
    members: &mut [Member],
    order: Order,
    name: impl Fn(&Member) -> &'a [u8],
) -> Result<bool, Refused> {
    let compare = |a: &Member, b: &Member| order.compare(name(a), name(b));
    let misplaced = match order {
        Order::Received => {
            if has_repeated(members, &name) {
                return Err(Refused::Repeated);
            }
            !members.is_sorted_by(|a, b| compare(a, b).is_le())
        }
        Order::Sorted => !members.is_sorted_by(|a, b| compare(a, b).is_lt()),
    };
    if misplaced {
        members.sort_by(compare);
    }
    // In this order, equal names are neighbours.
    if order == Order::Sorted && misplaced && has_equal_neighbours(members, name) {
        return Err(Refused::Repeated);
    }
    Ok(misplaced)
}

/// Equal names have equal written forms.
fn has_repeated<'a>(members: &[Member], name: impl Fn(&Member) -> &'a [u8]) -> bool {
    if members.len() <= FEW_MEMBERS {
        return members.iter().enumerate().any(|(place, member)| {
            members
                .iter()
                .take(place)
                .any(|earlier| name(earlier) == name(member))
        });
    }
    let mut names: Vec<&[u8]> = members.iter().map(name).collect();
    names.sort_unstable();
    !names.is_sorted_by(|a, b| a < b)
}

fn has_equal_neighbours<'a>(members: &[Member], name: impl Fn(&Member) -> &'a [u8]) -> bool {
    let neighbours = members.iter().zip(members.iter().skip(1));
    neighbours.into_iter().any(|(a, b)| name(a) == name(b))
}
