//! [`Inspect`]: what `listen` sees, in a browser.

use std::{future::pending, io, net::Ipv4Addr};

use hookgate::Receiver;
use hookgate_inspector::{Inspector, Recent};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{commands::bind::bind, output::screen::note};

/// The inspector beside the receiver, on a port of its own.
pub(super) struct Inspect {
    pub(super) recent: Recent,
    listener: TcpListener,
}

impl Inspect {
    /// Takes this port, before anybody is told that a receiver listens. 0 is a free one.
    pub(super) async fn on(port: u16) -> io::Result<Self> {
        Ok(Self {
            recent: Recent::new(),
            listener: bind((Ipv4Addr::LOCALHOST, port)).await?,
        })
    }

    /// Serves the pages, and says where.
    pub(super) fn serve(self, receiver: &Receiver) -> io::Result<JoinHandle<io::Result<()>>> {
        let inspector = Inspector::builder()
            .receiver(receiver)
            .recent(&self.recent)
            .build()
            .map_err(io::Error::other)?;
        note(format_args!(
            "inspect them at http://{}",
            self.listener.local_addr()?
        ));
        let served = inspector.on_loopback().serve(self.listener, pending());
        Ok(tokio::spawn(served))
    }
}
