//! [`read`]: the fields of a form, in the order in which they are signed.

use std::borrow::Cow;

use crate::request::form::{decoded, encoded};

/// Most fields of one form. A sender with the most sends less than 60.
const MAX_FIELDS: usize = 256;

/// Longest name of a field that nobody named.
const MAX_UNKNOWN_NAME_BYTES: usize = 256;

/// The name of a field, and its decoded value. A name that nobody named is owned.
pub(super) type Field<'n> = (Cow<'n, str>, String);

/// The fields of `form`, sorted by name and value, each pair once. `known` is sorted.
///
/// # Errors
///
/// When a field is not one of `known` and `takes_others` is false, there are none or too many, or it can be read in two ways.
pub(super) fn read<'n>(
    form: &[u8],
    known: &'n [Box<str>],
    takes_others: bool,
) -> Result<Vec<Field<'n>>, &'static str> {
    let mut fields = Vec::new();
    for pair in form.split(|byte| *byte == b'&') {
        let equals = pair.iter().position(|byte| *byte == b'=');
        let parts = equals.and_then(|at| pair.split_at_checked(at));
        let (name, value) = parts.ok_or("a field of the form has no `=`")?;
        let name = decoded(name).ok_or(UNREADABLE)?;
        let place = known.binary_search_by(|it| (**it).cmp(name.as_str()));
        let named = place.ok().and_then(|place| known.get(place));
        let name = match named {
            Some(name) => Cow::Borrowed(&**name),
            None if !takes_others => {
                return Err("the form has a field that the settings do not name");
            }
            None if name.is_empty() || name.len() > MAX_UNKNOWN_NAME_BYTES => {
                return Err("a field of the form has no name, or one that is too long");
            }
            None => Cow::Owned(name.to_string()),
        };
        let mut value = decoded(value.get(1..).unwrap_or_default()).ok_or(UNREADABLE)?;
        if fields.len() == MAX_FIELDS {
            return Err("the form has too many fields");
        }
        fields.push((name, std::mem::take(&mut *value)));
    }
    fields.sort_unstable();
    fields.dedup();
    Ok(fields)
}

const UNREADABLE: &str = "the form cannot be decoded";

/// The fields that are named, as a form.
pub(super) fn written(fields: &[Field<'_>]) -> Vec<u8> {
    let mut form = String::new();
    let named = |(name, _): &&Field<'_>| matches!(name, Cow::Borrowed(_));
    for (name, value) in fields.iter().filter(named) {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(&encoded(name.as_bytes()));
        form.push('=');
        form.push_str(&encoded(value.as_bytes()));
    }
    form.into_bytes()
}

/// What of them is signed, one after the other.
pub(super) fn signed<'f>(fields: &'f [Field<'_>]) -> impl Iterator<Item = &'f [u8]> {
    let pairs = fields.iter();
    pairs.flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()])
}
