//! [`Peer`]: the other end of a connection, as records and arguments write it.

use std::{net::SocketAddr, str::FromStr};

use hookgate::pack::Head;
use serde::{Deserialize, Deserializer, de::Error};

use crate::settings::text::Text;

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
        Text::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
