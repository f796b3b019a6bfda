//! [`Networks`]: from where an endpoint may be called.

use std::{fmt, net::IpAddr};

use http::HeaderName;
use ipnet::IpNet;

use super::forwarded;
use crate::{
    request::{Head, Single},
    setup::BuildError,
    verdict::Rejection,
};

/// Proxies that one request may have come through: whoever writes a longer list wants it read.
const MAX_HOPS: usize = 16;

/// An allow-list of networks, as ranges (`203.0.113.0/24`, `2001:db8::/32`) or single addresses.
///
/// A gate of its own, with 403, beside the access rule: credentials never open it, and it opens nothing by
/// itself. A receiver's networks are judged with the head, a tenant's once the tenant is known.
///
/// The address is that of the peer that opened the connection. An IPv4 address that a dual-stack socket shows as IPv6
/// (`::ffff:203.0.113.7`) counts as the IPv4 one. `0.0.0.0` and `::` count as none. Where the framework was not set up
/// to tell the peer, the answer is 500 and the log says what to add: never a skipped check.
///
/// Behind proxies the peer is a proxy: then say which ones write the sender's address, and in which header
/// ([`behind`](Self::behind)).
///
/// ```
/// use hookgate::access::{Forwarding, Networks};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let networks = Networks::new(["203.0.113.0/24", "2001:db8::/32"])?
///     .behind(["10.0.0.0/8"], Forwarding::XForwardedFor)?;
/// # let _ = networks;
/// # Ok(())
/// # }
/// ```
///
/// # Security
///
/// A list is read from the right, where the nearest proxy wrote: each address that is a trusted proxy's is passed
/// over, and the first other one is the sender's. With [`hops`](Self::hops) the proxies are counted instead. What stands
/// left of the sender's address came from the sender and is never read, so it
/// may claim anything. An element that is met before that and is no address refuses the request. Empty elements are
/// passed over, since they say nothing (RFC 9110, section 5.6.1.2). From a peer that is no trusted proxy the header
/// means nothing.
///
/// A header with a single address says no more than that its writer put it there. A proxy that passes on what a sender
/// wrote lets every sender choose an address.
#[derive(Clone)]
pub struct Networks {
    allowed: Vec<IpNet>,
    refused: Vec<IpNet>,
    proxies: Option<Proxies>,
    socket: Socket,
}

#[derive(Debug, Clone)]
struct Proxies {
    trusted: Vec<IpNet>,
    forwarding: Forwarding,
    /// How many proxies each request came through; `None` where their addresses say it.
    hops: Option<usize>,
}

/// What a peer on a Unix socket is, which has no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Socket {
    Refused,
    Allowed,
    Proxy,
}

/// The header in which proxies write for whom they forward. Only one is ever read: a sender could fill in the
/// others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forwarding {
    /// `Forwarded` with its `for` (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// A header with the sender's address alone, such as `x-real-ip` (nginx) or `cf-connecting-ip` (Cloudflare). It stands
    /// once, or the request is refused.
    SingleAddress(HeaderName),
}

impl Networks {
    /// Calls from these ranges are let in.
    ///
    /// # Errors
    ///
    /// When there is none, or one is no range: its host bits must be zero, and IPv4 must be written as IPv4.
    pub fn new<R: AsRef<str>>(ranges: impl IntoIterator<Item = R>) -> Result<Self, BuildError> {
        Ok(Self {
            allowed: parsed("allowed network", ranges)?,
            refused: Vec::new(),
            proxies: None,
            socket: Socket::Refused,
        })
    }

    /// Calls from these ranges are refused, although an allowed range holds them. Call again for more.
    ///
    /// # Errors
    ///
    /// As [`Networks::new`], and when a range holds every address: then nobody could call.
    pub fn except<R: AsRef<str>>(
        mut self,
        ranges: impl IntoIterator<Item = R>,
    ) -> Result<Self, BuildError> {
        let ranges = parsed("refused network", ranges)?;
        none_holds_all(&ranges, "refused network", "it refuses every address")?;
        self.refused.extend(ranges);
        Ok(self)
    }

    /// Proxies from these ranges stand before the receiver, and write in `forwarding` for whom they forward.
    /// Each must append to a list or replace it, and none may pass it on unchanged. A header with a
    /// [single address](Forwarding::SingleAddress) must be set by the outermost of them.
    ///
    /// ```
    /// use hookgate::access::{Forwarding, Networks};
    /// use http::HeaderName;
    ///
    /// # fn main() -> Result<(), hookgate::BuildError> {
    /// let real_ip = HeaderName::from_static("x-real-ip");
    /// let networks = Networks::new(["203.0.113.0/24"])?
    ///     .behind(["10.0.0.0/8"], Forwarding::SingleAddress(real_ip))?;
    /// # let _ = networks;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Networks::new`], and when a range holds every address: then anyone could write the header. When another
    /// header was named before.
    pub fn behind<R: AsRef<str>>(
        mut self,
        proxies: impl IntoIterator<Item = R>,
        forwarding: Forwarding,
    ) -> Result<Self, BuildError> {
        let trusted = parsed("trusted proxy", proxies)?;
        let why = "it trusts every address, so anyone could write the forwarding header";
        none_holds_all(&trusted, "trusted proxy", why)?;
        self.proxies_writing(forwarding)?.trusted = trusted;
        Ok(self)
    }

    /// The peer on a Unix socket is a trusted proxy, and writes in `forwarding` for whom it forwards. Without that header
    /// nobody knows who calls, and the request is refused. Default: each request on a Unix socket is refused.
    ///
    /// The framework must say that a request came over one: see `hookgate_axum::UnixPeer` and
    /// `hookgate_actix::note_unix_peer`.
    ///
    /// ```
    /// use hookgate::access::{Forwarding, Networks};
    ///
    /// # fn main() -> Result<(), hookgate::BuildError> {
    /// let networks = Networks::new(["203.0.113.0/24"])?.behind_unix_socket(Forwarding::XForwardedFor)?;
    /// # let _ = networks;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When another header was named before, or whoever can open the socket may call.
    pub fn behind_unix_socket(mut self, forwarding: Forwarding) -> Result<Self, BuildError> {
        if self.socket == Socket::Allowed {
            return Err(TWO_MEANINGS);
        }
        self.socket = Socket::Proxy;
        self.proxies_writing(forwarding)?;
        Ok(self)
    }

    /// Whoever can open the Unix socket may call: the permissions of its file decide. No forwarding header is read there.
    /// Default: each request on a Unix socket is refused.
    ///
    /// # Errors
    ///
    /// When the peer on the socket is a proxy ([`behind_unix_socket`](Self::behind_unix_socket)): then all of its callers
    /// would be let in.
    pub fn allow_unix_socket(mut self) -> Result<Self, BuildError> {
        if self.socket == Socket::Proxy {
            return Err(TWO_MEANINGS);
        }
        self.socket = Socket::Allowed;
        Ok(self)
    }

    /// Each request came through exactly this many proxies: the peer, which is one of the trusted ones, and those before it,
    /// whatever their addresses are. So the sender's address is this one of the list, counted from the right. A shorter
    /// list refuses the request.
    ///
    /// It is for proxies whose addresses change. Where they are known, leave this out. A count is wrong as soon as a request
    /// comes on a shorter way: a sender's own text is then taken for an address.
    ///
    /// # Errors
    ///
    /// When no proxies were named before, when their header has a single address, and for 0 or more than 16.
    pub fn hops(mut self, count: usize) -> Result<Self, BuildError> {
        if !(1..=MAX_HOPS).contains(&count) {
            return Err(BuildError::Access(
                "a request comes through 1 to 16 trusted proxies: for none, leave `behind` out",
            ));
        }
        match &mut self.proxies {
            Some(proxies) if !matches!(proxies.forwarding, Forwarding::SingleAddress(_)) => {
                proxies.hops = Some(count);
                Ok(self)
            }
            _ => Err(BuildError::Access(
                "`hops` counts in a list of proxies: name them first, with a header that has a list",
            )),
        }
    }

    /// The proxies, which write this header.
    fn proxies_writing(&mut self, forwarding: Forwarding) -> Result<&mut Proxies, BuildError> {
        let proxies = self.proxies.get_or_insert_with(|| Proxies {
            trusted: Vec::new(),
            forwarding: forwarding.clone(),
            hops: None,
        });
        if proxies.forwarding != forwarding {
            return Err(BuildError::Access(
                "two forwarding headers are named, and a sender could fill in one of them: name one",
            ));
        }
        Ok(proxies)
    }

    /// Whether the request comes from an allowed network.
    pub(crate) fn check(&self, head: &Head<'_>) -> Result<(), Rejection> {
        if head.is_on_unix_socket() {
            if self.socket == Socket::Allowed {
                return Ok(());
            }
        } else if head.peer_addr().is_none() {
            return Err(Rejection::PeerNotWired);
        }
        match self.sender(head) {
            Some(sender) if contains(&self.allowed, sender) && !contains(&self.refused, sender) => {
                Ok(())
            }
            _ => Err(Rejection::AddressDenied),
        }
    }

    /// The address behind all trusted proxies; `None` when it cannot be told.
    pub(crate) fn sender(&self, head: &Head<'_>) -> Option<IpAddr> {
        let peer = head.peer_addr().map(|peer| peer.ip());
        let proxies = self.proxies.as_ref();
        let is_proxy = |proxies: &&Proxies| match peer {
            Some(peer) => contains(&proxies.trusted, peer),
            None => head.is_on_unix_socket() && self.socket == Socket::Proxy,
        };
        match proxies.filter(is_proxy) {
            Some(proxies) => proxies.sender(peer, head),
            None => peer,
        }
    }
}

impl Proxies {
    /// For whom the trusted `peer` forwards. One that says nothing, such as a health check, calls for itself; one on a Unix
    /// socket has no address.
    fn sender(&self, peer: Option<IpAddr>, head: &Head<'_>) -> Option<IpAddr> {
        if let Forwarding::SingleAddress(name) = &self.forwarding {
            return match head.single(name) {
                Single::Missing => peer,
                Single::Repeated => None,
                Single::Value(value) => forwarded::single_address(value),
            };
        }
        let lines = forwarded::lines(head, &self.forwarding);
        let mut hops = forwarded::from_the_right(&lines, &self.forwarding);
        if let Some(count) = self.hops {
            let mut sender = None;
            for _ in 0..count {
                sender = hops.next()?;
                sender?;
            }
            return sender;
        }
        let mut nearest = peer;
        for _ in 0..MAX_HOPS {
            // A proxy on a socket is one without an address.
            if nearest.is_some_and(|it| !contains(&self.trusted, it)) {
                return nearest;
            }
            match hops.next() {
                Some(hop) => nearest = Some(hop?),
                None => return nearest,
            }
        }
        None
    }
}

const TWO_MEANINGS: BuildError = BuildError::Access(
    "the peer on a Unix socket is a proxy, or whoever can open the socket may call: choose one",
);

/// # Errors
///
/// When one of the ranges holds every address.
fn none_holds_all(
    ranges: &[IpNet],
    what: &'static str,
    why: &'static str,
) -> Result<(), BuildError> {
    match ranges.iter().position(|range| range.prefix_len() == 0) {
        None => Ok(()),
        Some(all) => Err(BuildError::Range {
            what,
            place: all.saturating_add(1),
            why,
        }),
    }
}

fn contains(ranges: &[IpNet], address: IpAddr) -> bool {
    ranges.iter().any(|range| range.contains(&address))
}

fn parsed<R: AsRef<str>>(
    what: &'static str,
    ranges: impl IntoIterator<Item = R>,
) -> Result<Vec<IpNet>, BuildError> {
    let ranges: Vec<_> = (1..)
        .zip(ranges)
        .map(|(place, text)| {
            range(text.as_ref()).map_err(|why| BuildError::Range { what, place, why })
        })
        .collect::<Result<_, _>>()?;
    if ranges.is_empty() {
        return Err(BuildError::Access(
            "a list of networks is empty: name the ranges, or leave the setting out",
        ));
    }
    Ok(ranges)
}

/// Reads one range, or says what to change.
fn range(text: &str) -> Result<IpNet, &'static str> {
    let range: IpNet = text
        .parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "it is neither an address nor a range such as `203.0.113.0/24`")?;
    if range.trunc() != range {
        return Err("it has bits beyond its prefix: write the range's first address");
    }
    if range.addr().to_canonical() != range.addr() {
        return Err("it is IPv4 written as IPv6, which never matches: write it as IPv4");
    }
    Ok(range)
}

impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Networks")
            .field("allowed", &self.allowed)
            .field("refused", &self.refused)
            .field("proxies", &self.proxies)
            .field("unix_socket", &self.socket)
            .finish()
    }
}
