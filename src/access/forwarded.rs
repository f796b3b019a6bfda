//! Reads `Forwarded` and `X-Forwarded-For` from the right, and headers with a single address.

use std::net::{IpAddr, SocketAddr, SocketAddrV4};

use http::{HeaderName, header};

use super::Forwarding;
#[cfg(feature = "token")]
use crate::request::Single;
use crate::request::{Head, host_address};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whether a proxy, or somebody who would be one, wrote for whom it forwards.
#[cfg(feature = "token")]
pub(crate) fn is_forwarded(head: &Head<'_>) -> bool {
    let stands = |name| head.single(name) != Single::Missing;
    stands(&header::FORWARDED) || stands(&X_FORWARDED_FOR)
}

/// All values of the header, in wire order: each proxy may append to the last line or add one.
pub(super) fn lines<'a>(head: &Head<'a>, forwarding: &Forwarding) -> Vec<&'a [u8]> {
    let name = match forwarding {
        Forwarding::Forwarded => &header::FORWARDED,
        Forwarding::XForwardedFor => &X_FORWARDED_FOR,
        Forwarding::SingleAddress(name) => name,
    };
    let mut lines = Vec::new();
    head.headers.each(name, &mut |line| lines.push(line));
    lines
}

/// The addresses, the nearest proxy's first; `None` for one that cannot be read as an address.
pub(super) fn from_the_right<'a>(
    lines: &'a [&'a [u8]],
    forwarding: &'a Forwarding,
) -> impl Iterator<Item = Option<IpAddr>> + 'a {
    let elements = lines.iter().rev().flat_map(|line| Elements(Some(line)));
    // RFC 9110, section 5.6.1.2: empty elements of a list are ignored. Servers limit the length of heads, so there are
    // only so many.
    let elements = elements.map(<[u8]>::trim_ascii);
    let elements = elements.filter(|element| !element.is_empty());
    elements.map(move |element| {
        let element = std::str::from_utf8(element).ok()?;
        let node = match forwarding {
            Forwarding::XForwardedFor | Forwarding::SingleAddress(_) => element,
            Forwarding::Forwarded => node_of(element)?,
        };
        address(node)
    })
}

/// The one address that a header has as its value.
pub(super) fn single_address(value: &[u8]) -> Option<IpAddr> {
    address(std::str::from_utf8(value.trim_ascii()).ok()?)
}

/// The elements of a list, last first. Commas inside quotes separate nothing.
///
/// Quotes are paired from the right: a quote that a sender leaves open on the left cannot swallow what a proxy
/// wrote after it.
struct Elements<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        let mut quoted = false;
        let comma = rest.iter().rposition(|byte| {
            quoted ^= *byte == b'"';
            *byte == b',' && !quoted
        });
        let (rest, element) = match comma.and_then(|place| rest.split_at_checked(place)) {
            Some((left, right)) => (Some(left), right.get(1..).unwrap_or_default()),
            None => (None, rest),
        };
        self.0 = rest;
        Some(element)
    }
}

/// The node of the one `for` in an element of `Forwarded` (RFC 7239, section 4).
fn node_of(element: &str) -> Option<&str> {
    // No address needs an escape, and one could hide where a quoted text ends.
    if element.contains('\\') {
        return None;
    }
    let mut node = None;
    let mut quoted = false;
    let pairs = element.split(|character| {
        quoted ^= character == '"';
        character == ';' && !quoted
    });
    for pair in pairs {
        let (name, value) = pair.split_once('=')?;
        if !name.trim_ascii().eq_ignore_ascii_case("for") {
            continue;
        }
        if node.replace(value.trim_ascii()).is_some() {
            return None;
        }
    }
    let node = node?;
    match node.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"'),
        None => Some(node),
    }
}

/// An address, with a port or without: `203.0.113.7`, `203.0.113.7:443`, `2001:db8::1`, `[2001:db8::1]`,
/// `[2001:db8::1]:443`. Names such as `unknown` or `_hidden` are none.
fn address(node: &str) -> Option<IpAddr> {
    let bracketed = || node.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || match node.starts_with('[') {
        true => node.parse::<SocketAddr>().ok().map(|it| it.ip()),
        false => node
            .parse::<SocketAddrV4>()
            .ok()
            .map(|it| IpAddr::V4(*it.ip())),
    };
    let address: Option<IpAddr> = node.parse().ok();
    address
        .or_else(|| bracketed().map(IpAddr::V6))
        .or_else(with_port)
        .and_then(host_address)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(lines: &[&str], forwarding: Forwarding) -> Vec<Option<String>> {
        let lines: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
        from_the_right(&lines, &forwarding)
            .map(|address| address.map(|it| it.to_string()))
            .collect()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn lists_are_read_from_the_right_over_all_lines() {
        let lines = [
            "1.1.1.1, 2.2.2.2",
            "3.3.3.3:80 ,[2001:db8::1]:443",
            "::ffff:4.4.4.4",
        ];
        let expected = ["4.4.4.4", "2001:db8::1", "3.3.3.3", "2.2.2.2", "1.1.1.1"];
        assert_eq!(read(&lines, Forwarding::XForwardedFor), expected.map(some));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "unknown",
            "_hidden",
            "\u{a0}",
            "0.0.0.0",
            "0.0.0.0:80",
            "::",
            "[::]:80",
            "::ffff:0.0.0.0",
            "1.1.1",
            "1.1.1.1:x",
            "[1.1.1.1]",
            "2001:db8::1]",
            "1.1.1.1 2.2.2.2",
        ] {
            assert_eq!(read(&[text], Forwarding::XForwardedFor), [None], "{text}");
        }
        for text in [
            "for",
            ";",
            "for=",
            "for=0.0.0.0",
            "for=\"[::]:80\"",
            "by=1.1.1.1",
            "for=1.1.1.1;for=2.2.2.2",
            "for=\"1.1.1.1",
            "for=unknown",
            "for=\"_\\\"x\";by=1.1.1.1",
            "for=\"\"",
        ] {
            assert_eq!(read(&[text], Forwarding::Forwarded), [None], "{text}");
        }
    }

    #[test]
    fn empty_elements_are_passed_over() {
        let lines = ["", ", 1.1.1.1,, \t,2.2.2.2,", " , "];
        let expected = ["2.2.2.2", "1.1.1.1"].map(some);
        assert_eq!(read(&lines, Forwarding::XForwardedFor), expected);
        let lines = [",for=1.1.1.1,", "", ",, for=2.2.2.2 ,\t"];
        assert_eq!(read(&lines, Forwarding::Forwarded), expected);
        for forwarding in [Forwarding::XForwardedFor, Forwarding::Forwarded] {
            assert_eq!(read(&["", " ,,\t"], forwarding), []);
        }
    }

    #[test]
    fn forwarded_is_read_with_all_that_may_stand_in_it() {
        let line = "for=1.1.1.1, For=\"[2001:db8::1]:47011\" ; proto=https;by=\"a,b;c\",host=\"x\";FOR=\"2.2.2.2:80\"";
        let expected = ["2.2.2.2", "2001:db8::1", "1.1.1.1"].map(some);
        assert_eq!(read(&[line], Forwarding::Forwarded), expected);
    }

    #[test]
    fn a_quote_left_open_on_the_left_swallows_nothing() {
        let read = read(&["for=\"1.1.1.1, for=2.2.2.2"], Forwarding::Forwarded);
        assert_eq!(read.first().unwrap(), &some("2.2.2.2"));
    }
}
