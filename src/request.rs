//! What arrived, as the road sees it: untrusted, and independent of any framework's types.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use http::{HeaderMap, HeaderName};

/// The head of a request: everything before the body.
///
/// The framework crates fill it; it borrows from the framework's own request.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Head<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The path, as sent, without the query.
    pub path: &'a str,
    /// `:authority` of HTTP/2, or the authority of an absolute request target.
    pub authority: Option<&'a str>,
    /// The route's parameters, decoded.
    pub route_params: &'a [(Box<str>, Box<str>)],
    pub(crate) peer: Option<SocketAddr>,
    /// The headers.
    pub headers: &'a (dyn Headers + Sync),
}

impl<'a> Head<'a> {
    /// A head without authority, route parameters and peer.
    pub fn new(method: &'a str, path: &'a str, headers: &'a (dyn Headers + Sync)) -> Self {
        Self {
            method,
            path,
            authority: None,
            route_params: &[],
            peer: None,
            headers,
        }
    }

    /// The authority, where the request target has one.
    #[must_use]
    pub fn authority(mut self, authority: Option<&'a str>) -> Self {
        self.authority = authority;
        self
    }

    /// The route's parameters.
    #[must_use]
    pub fn route_params(mut self, params: &'a [(Box<str>, Box<str>)]) -> Self {
        self.route_params = params;
        self
    }

    /// The address of the peer that opened the connection, where the framework tells it; never what a header claims.
    ///
    /// An IPv4 address that a dual-stack socket shows as IPv6 (`::ffff:203.0.113.7`) is taken as the IPv4 one. `0.0.0.0`
    /// and `::` stand for no address (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.2), which is what some servers
    /// say where they know none: such a peer is unknown.
    #[must_use]
    pub fn peer(mut self, peer: Option<SocketAddr>) -> Self {
        self.peer = peer.and_then(|mut peer| {
            peer.set_ip(host_address(peer.ip())?);
            Some(peer)
        });
        self
    }

    /// The address of the peer that opened the connection; `None` where it is unknown.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The value of one route parameter.
    pub fn route_param(&self, name: &str) -> Option<&'a str> {
        self.route_params
            .iter()
            .find(|(known, _)| **known == *name)
            .map(|(_, value)| &**value)
    }

    /// Looks a header up that may stand only once.
    pub fn single(&self, name: &HeaderName) -> Single<'a> {
        let mut found = Single::Missing;
        self.headers.each(name, &mut |value| found.add(value));
        found
    }

    /// Looks several headers up, each of which may stand only once.
    pub fn singles<const N: usize>(&self, names: &[HeaderName; N]) -> [Single<'a>; N] {
        let mut found = [Single::Missing; N];
        self.headers.each_of(names, &mut |place, value| {
            if let Some(found) = found.get_mut(place) {
                found.add(value);
            }
        });
        found
    }
}

/// `address`, if a host can have it: in one form only, so that ranges need no second one.
pub(crate) fn host_address(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    (!address.is_unspecified()).then_some(address)
}

/// Shows the method only: a path can carry a token.
impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

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
    fn add(&mut self, value: &'a [u8]) {
        *self = match self {
            Self::Missing => Self::Value(value),
            Self::Value(_) | Self::Repeated => Self::Repeated,
        };
    }
}

/// Up to so many headers are compared one by one.
const FEW_HEADERS: usize = 8;

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
}

impl Headers for HeaderMap {
    fn each<'a>(&'a self, name: &HeaderName, each: &mut dyn FnMut(&'a [u8])) {
        // Hashing a name costs as much as comparing it with some ten others.
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
        for (known, value) in self {
            if let Some(place) = names.iter().position(|name| known == name) {
                each(place, value.as_bytes());
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
}

/// A request whose body is complete: what a scheme verifies. Still untrusted.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RawRequest<'a> {
    /// The head.
    pub head: Head<'a>,
    /// The body, byte for byte as it arrived.
    pub body: &'a [u8],
    pub(crate) body_limit: Option<usize>,
}

impl<'a> RawRequest<'a> {
    /// Puts head and body together.
    pub fn new(head: Head<'a>, body: &'a [u8]) -> Self {
        Self {
            head,
            body,
            body_limit: None,
        }
    }

    /// The limit for bodies that the receiver's owner set, in bytes; `None` where it is the pack's. A scheme that does
    /// more with small bodies than with large ones takes it for its own bound, where it is more.
    #[must_use]
    pub fn body_limit(mut self, limit: Option<usize>) -> Self {
        self.body_limit = limit;
        self
    }
}

impl fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("head", &self.head)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
