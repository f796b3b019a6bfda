//! Ports that nobody uses.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

/// A port that was free a moment ago: the system gives out others first before it repeats one.
pub(crate) fn free() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .expect("bind to a free port")
        .local_addr()
        .expect("a bound address")
        .port()
}

pub(crate) fn answers(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
