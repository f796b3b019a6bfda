//! [`bind`]: a port to listen on.

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

/// Takes a port. The error says which, since a command may have two.
pub(super) async fn bind(address: impl Into<SocketAddr>) -> io::Result<TcpListener> {
    let address = address.into();
    TcpListener::bind(address).await.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })
}
