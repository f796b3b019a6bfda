//! [`Head`]: everything before the body, independent of any framework's types.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use http::{HeaderMap, HeaderName, Method, Uri, header::CONTENT_TYPE, uri::Authority};

use super::{Headers, Single};

/// The other end of a connection. As small as an address is: a head is copied along the road.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    Unknown,
    Address(SocketAddr),
    UnixSocket,
}

/// The head of a request: everything before the body.
///
/// The framework crates fill it; it borrows from the framework's own request.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Head<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The path, as sent, without the query: percent-encoded as it was, and whole wherever the route is nested.
    ///
    /// A layer in front of the receiver that rewrites the target, such as one that takes slashes away, is not seen
    /// through. Nor is a proxy. [`hookgate::tower`](crate::tower) takes the request's own target, unless its
    /// [`Wiring`](crate::tower::Wiring) says otherwise.
    pub path: &'a str,
    /// The query, as sent, without its `?`. It may hold a token, as the path may: neither is shown or logged.
    pub query: Option<&'a str>,
    /// `:authority` of HTTP/2, or the authority of an absolute request target.
    pub authority: Option<&'a str>,
    /// The route's parameters, decoded.
    pub route_params: &'a [(Box<str>, Box<str>)],
    peer: Peer,
    /// The headers.
    pub headers: &'a (dyn Headers + Sync),
}

impl<'a> Head<'a> {
    /// A head without authority, route parameters and peer.
    pub fn new(method: &'a str, path: &'a str, headers: &'a (dyn Headers + Sync)) -> Self {
        Self {
            method,
            path,
            query: None,
            authority: None,
            route_params: &[],
            peer: Peer::Unknown,
            headers,
        }
    }

    /// The head of a request in `http`'s types, without route parameters and peer.
    pub fn of(method: &'a Method, target: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self::new(method.as_str(), target.path(), headers)
            .query(target.query())
            .authority(target.authority().map(Authority::as_str))
    }

    /// The query, where the request target has one. An inbox keeps it with the request.
    #[must_use]
    pub fn query(mut self, query: Option<&'a str>) -> Self {
        self.query = query;
        self
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
    /// An IPv4 address that a dual-stack socket shows as IPv6 (`::ffff:203.0.113.7`) is taken as the IPv4 one.
    /// `0.0.0.0` and `::` stand for no address (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.2). Some servers give
    /// them where they know none: such a peer is unknown.
    #[must_use]
    pub fn peer(mut self, peer: Option<SocketAddr>) -> Self {
        let known = peer.and_then(|mut peer| {
            peer.set_ip(host_address(peer.ip())?);
            Some(peer)
        });
        self.peer = known.map_or(Peer::Unknown, Peer::Address);
        self
    }

    /// The address of the peer that opened the connection; `None` where it is unknown.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        match self.peer {
            Peer::Address(peer) => Some(peer),
            Peer::Unknown | Peer::UnixSocket => None,
        }
    }

    /// Whether the connection came over a Unix socket. A peer there has no address: where one is known, this says nothing.
    /// Call it after [`peer`](Self::peer).
    #[must_use]
    pub fn unix_socket(mut self, is_one: bool) -> Self {
        if is_one && self.peer == Peer::Unknown {
            self.peer = Peer::UnixSocket;
        }
        self
    }

    /// Whether the peer has no address because it is at the other end of a Unix socket.
    pub(crate) fn is_on_unix_socket(&self) -> bool {
        self.peer == Peer::UnixSocket
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

    /// The media type of the body, without its parameters; empty where there is none, or more than one `content-type`.
    pub(crate) fn media_type(&self) -> &'a [u8] {
        media_type_of(self.single(&CONTENT_TYPE))
    }

    /// Looks several headers up, each of which may stand only once.
    pub fn singles<const N: usize>(&self, names: &[HeaderName; N]) -> [Single<'a>; N] {
        self.singles_of(names)
    }

    /// The same of up to `N` headers. The places behind them stay missing.
    pub(crate) fn singles_of<const N: usize>(&self, names: &[HeaderName]) -> [Single<'a>; N] {
        let mut found = [Single::Missing; N];
        self.headers.each_of(names, &mut |place, value| {
            if let Some(found) = found.get_mut(place) {
                found.add(value);
            }
        });
        found
    }
}

/// What a `content-type` says, without its parameters.
pub(crate) fn media_type_of(content_type: Single<'_>) -> &[u8] {
    let value = match content_type {
        Single::Value(value) => value,
        Single::Missing | Single::Repeated => &[],
    };
    let media_type = value.split(|byte| *byte == b';').next();
    media_type.unwrap_or_default().trim_ascii()
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
