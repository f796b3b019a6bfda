//! [`Headers`]: how headers are looked up.

use http::{HeaderMap, HeaderName};

/// A header that may stand only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Single<'a> {
    /// It is not there.
    Missing,
    /// Its value.
    Value(&'a [u8]),
    /// It is there more than once: which one counts cannot be told.
    Repeated,
}

impl<'a> Single<'a> {
    pub(super) fn add(&mut self, value: &'a [u8]) {
        *self = match self {
            Self::Missing => Self::Value(value),
            Self::Value(_) | Self::Repeated => Self::Repeated,
        };
    }
}

/// Up to so many headers are compared one by one, for each name that is looked up: hashing a name and following its chain
/// costs as much. Senders and the proxies in front of a server write fewer.
const FEW_HEADERS: usize = 16;

/// Header look-up. Names are prepared once, at start, so that a look-up costs no parsing.
///
/// Implemented for `http::HeaderMap` and for lists of pairs; framework crates with header types of
/// their own implement it for those.
pub trait Headers {
    /// Calls `each` with every value of `name`, in wire order.
    fn each<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8]));

    /// Calls `each` with every value of each of `names` and the name's place there; those of one name in
    /// wire order. An implementation may do so in one pass.
    fn each_of<'a>(&'a self, names: &[HeaderName], each: &mut dyn FnMut(usize, &'a [u8])) {
        for (place, name) in names.iter().enumerate() {
            self.each(name, &mut |value| each(place, value));
        }
    }

    /// Calls `each` with name and value of every header whose name begins with `prefix`, however either is written, and
    /// those of one name in wire order. For senders that put names of their own into headers.
    fn each_beginning<'a>(&'a self, prefix: &str, each: &mut dyn FnMut(&'a str, &'a [u8]));
}

/// Whether the name of a header begins with `prefix`.
fn begins_with(name: &str, prefix: &str) -> bool {
    let begins = name.get(..prefix.len());
    begins.is_some_and(|begins| begins.eq_ignore_ascii_case(prefix))
}

impl Headers for HeaderMap {
    fn each<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        if self.len() <= FEW_HEADERS {
            for (known, value) in self {
                if known == name {
                    each(value.as_bytes());
                }
            }
        } else {
            for value in self.get_all(name) {
                each(value.as_bytes());
            }
        }
    }

    fn each_of<'a>(&'a self, names: &[HeaderName], each: &mut dyn FnMut(usize, &'a [u8])) {
        if self.len() > names.len().saturating_mul(FEW_HEADERS) {
            for (place, name) in names.iter().enumerate() {
                self.each(name, &mut |value| each(place, value));
            }
            return;
        }
        for (known, value) in self {
            if let Some(place) = names.iter().position(|name| known == name) {
                each(place, value.as_bytes());
            }
        }
    }

    fn each_beginning<'a>(&'a self, prefix: &str, each: &mut dyn FnMut(&'a str, &'a [u8])) {
        for (name, value) in self {
            if begins_with(name.as_str(), prefix) {
                each(name.as_str(), value.as_bytes());
            }
        }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn each<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        for (known, value) in self {
            if known.as_ref().eq_ignore_ascii_case(name.as_str()) {
                each(value.as_ref());
            }
        }
    }

    fn each_beginning<'a>(&'a self, prefix: &str, each: &mut dyn FnMut(&'a str, &'a [u8])) {
        for (name, value) in self {
            if begins_with(name.as_ref(), prefix) {
                each(name.as_ref(), value.as_ref());
            }
        }
    }
}
