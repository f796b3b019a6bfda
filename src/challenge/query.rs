//! Fields of a request's query, read strictly: what can be read in two ways is not read.

use zeroize::Zeroizing;

use crate::request::form::decoded;

/// A query that is longer is not looked at, in bytes. A question has a text of up to 512 and a token.
const LONGEST: usize = 4096;

/// What is wrong with a query. The text is for the log.
pub(super) type Unread = &'static str;

/// Whether the query has a field of this name. One that cannot be read has none.
pub(super) fn has(query: Option<&str>, name: &str) -> bool {
    pairs(query).any(|(own, _)| decoded(own.as_bytes()).is_some_and(|own| **own == *name))
}

/// The value of the one field of this name.
///
/// # Errors
///
/// When there are several, the value is no text, or the query is too long.
pub(super) fn one(query: Option<&str>, name: &str) -> Result<Option<Zeroizing<String>>, Unread> {
    if query.is_some_and(|query| query.len() > LONGEST) {
        return Err("its query is too long");
    }
    let mut found = None;
    for (own, value) in pairs(query) {
        let own = decoded(own.as_bytes()).ok_or("its query cannot be read")?;
        if **own != *name {
            continue;
        }
        let value = decoded(value.as_bytes()).ok_or("its query cannot be read")?;
        if found.replace(value).is_some() {
            return Err("a field of its query stands twice");
        }
    }
    Ok(found)
}

fn pairs(query: Option<&str>) -> impl Iterator<Item = (&str, &str)> {
    let fields = query.unwrap_or_default().split('&');
    fields.map(|field| field.split_once('=').unwrap_or((field, "")))
}
