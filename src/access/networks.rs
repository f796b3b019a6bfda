//! [`Networks`]: from where an endpoint may be called.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;

use super::forwarded;
use crate::{request::Head, setup::BuildError, verdict::Rejection};

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
/// The header is read from the right, where the nearest proxy wrote: each address that is a trusted proxy's is passed
/// over, and the first other one is the sender's. What stands left of it came from the sender and is never read, so it
/// may claim anything. An element that is met before that and is no address refuses the request. Empty elements are
/// passed over, since they say nothing (RFC 9110, section 5.6.1.2). From a peer that is no trusted proxy the header
/// means nothing.
#[derive(Clone)]
pub struct Networks {
    allowed: Vec<IpNet>,
    proxies: Option<Proxies>,
}

#[derive(Debug, Clone)]
struct Proxies {
    trusted: Vec<IpNet>,
    forwarding: Forwarding,
}

/// The header in which proxies write for whom they forward. Only one is ever read: a sender could fill in the
/// other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forwarding {
    /// `Forwarded` with its `for` (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`.
    XForwardedFor,
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
            proxies: None,
        })
    }

    /// Proxies from these ranges stand before the receiver, and write in `forwarding` for whom they forward.
    /// Each must append to that header or replace it, and none may pass it on unchanged.
    ///
    /// # Errors
    ///
    /// As [`Networks::new`], and when a range holds every address: then anyone could write the header.
    pub fn behind<R: AsRef<str>>(
        mut self,
        proxies: impl IntoIterator<Item = R>,
        forwarding: Forwarding,
    ) -> Result<Self, BuildError> {
        let trusted = parsed("trusted proxy", proxies)?;
        if let Some(all) = trusted.iter().position(|range| range.prefix_len() == 0) {
            return Err(BuildError::Range {
                what: "trusted proxy",
                place: all.saturating_add(1),
                why: "it trusts every address, so anyone could write the forwarding header",
            });
        }
        self.proxies = Some(Proxies {
            trusted,
            forwarding,
        });
        Ok(self)
    }

    /// Whether the request comes from an allowed network.
    pub(crate) fn check(&self, head: &Head<'_>) -> Result<(), Rejection> {
        let peer = head.peer.ok_or(Rejection::PeerNotWired)?.ip();
        match self.sender(peer, head) {
            Some(sender) if contains(&self.allowed, sender) => Ok(()),
            _ => Err(Rejection::AddressDenied),
        }
    }

    /// The address behind all trusted proxies; `None` when it cannot be told.
    pub(crate) fn sender(&self, peer: IpAddr, head: &Head<'_>) -> Option<IpAddr> {
        let mut nearest = peer;
        let Some(proxies) = &self.proxies else {
            return Some(nearest);
        };
        let lines = forwarded::lines(head, proxies.forwarding);
        let mut hops = forwarded::from_the_right(&lines, proxies.forwarding);
        for _ in 0..MAX_HOPS {
            if !contains(&proxies.trusted, nearest) {
                return Some(nearest);
            }
            match hops.next() {
                Some(hop) => nearest = hop?,
                // A trusted proxy that calls for itself, such as a health check.
                None => return Some(nearest),
            }
        }
        None
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
            .field("proxies", &self.proxies)
            .finish()
    }
}
