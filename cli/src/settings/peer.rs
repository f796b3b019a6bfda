//! [`Peer`]: the other end of a connection, as records and arguments write it.

use std::{fmt, net::SocketAddr, str::FromStr};

use hookgate::pack::Head;
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// The other end of a connection.
#[derive(Clone, Copy)]
pub(crate) enum Peer {
    Address(SocketAddr),
    /// On a Unix socket, where it has no address: `unix`.
    UnixSocket,
}

impl Peer {
    /// `head` from this peer.
    pub(crate) fn of(peer: Option<Self>, head: Head<'_>) -> Head<'_> {
        match peer {
            Some(Self::Address(address)) => head.peer(Some(address)),
            Some(Self::UnixSocket) => head.unix_socket(true),
            None => head,
        }
    }
}

impl FromStr for Peer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "unix" {
            return Ok(Self::UnixSocket);
        }
        let address = text.parse().map(Self::Address);
        address.map_err(|_| "it is neither an address with its port nor `unix`")
    }
}

impl<'de> Deserialize<'de> for Peer {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(OfText)
    }
}

/// Reads a peer as an address alone is read: what is wrong has the same words and the same place.
struct OfText;

impl Visitor<'_> for OfText {
    type Value = Peer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("socket address")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Peer, E> {
        text.parse().map_err(E::custom)
    }
}
