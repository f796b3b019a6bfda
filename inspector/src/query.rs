//! [`Query`]: what a page is asked for, and the links that ask for more.

use hookgate::{UnixTime, time::read_moment};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::answer::Refused;

/// Longer than each query that a page of ours has a link for.
const LONGEST: usize = 4096;
/// What stays as it is in a query (RFC 3986, section 2.3: unreserved).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The names and values of a query, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// `None` where it is too long, or no UTF-8.
    pub(crate) fn read(text: Option<&str>) -> Option<Self> {
        let text = text.unwrap_or_default();
        if text.len() > LONGEST {
            return None;
        }
        let parts = text.split('&').filter(|part| !part.is_empty());
        let pairs = parts.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((decoded(name)?, decoded(value)?))
        });
        Some(Self(pairs.collect::<Option<_>>()?))
    }

    /// The value of `name`: the first, where it stands twice. One that is empty is none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.1.as_str()).filter(|value| !value.is_empty())
    }

    /// A time, or how long ago.
    pub(crate) fn moment(&self, name: &str, now: UnixTime) -> Result<Option<UnixTime>, Refused> {
        let text = self.get(name);
        text.map(|text| read_moment(text, now).ok_or(Refused::UNREADABLE))
            .transpose()
    }

    /// The same with `name` set to `value`, and without the page that was asked for: it is another list.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.0.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The same without `name`, and without the page that was asked for.
    pub(crate) fn without(&self, name: &str) -> Self {
        let kept = self
            .0
            .iter()
            .filter(|(known, _)| known != name && known != "after");
        Self(kept.cloned().collect())
    }

    /// As it stands in a link, with its `?`.
    pub(crate) fn link(&self) -> String {
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let joined = pairs.collect::<Vec<_>>().join("&");
        if joined.is_empty() {
            joined
        } else {
            format!("?{joined}")
        }
    }
}

pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    Some(percent_decode_str(&text).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn a_link_says_what_was_asked_for() {
        let query = Query::read(Some("type=a%26b%3D%22&receiver=x+y&after=7&type=second")).unwrap();
        assert_eq!(query.get("type"), Some("a&b=\""));
        assert_eq!(query.get("receiver"), Some("x y"));
        let link = query.with("reason", "é").link();
        assert_eq!(
            link,
            "?type=a%26b%3D%22&receiver=x%20y&type=second&reason=%C3%A9"
        );
        assert_eq!(query.without("type").link(), "?receiver=x%20y");
        assert_eq!(Query::read(None).unwrap().link(), "");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert_eq!(Query::read(Some("a=%ff")), None);
        assert_eq!(Query::read(Some(&"a".repeat(5000))), None);
        let query = Query::read(Some("from=yesterday&before=2h")).unwrap();
        let now = UnixTime::from_secs(1_700_000_000);
        assert!(query.moment("from", now).is_err());
        let before = query.moment("before", now).unwrap();
        assert_eq!(before, Some(UnixTime::from_secs(1_699_992_800)));
    }
}
