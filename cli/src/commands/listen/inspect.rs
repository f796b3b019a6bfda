//! [`Inspect`]: what `listen` sees, in a browser.

use std::{future::pending, io, net::Ipv4Addr};

use hookgate::Receiver;
use hookgate_inspector::{Inspector, Recent};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::output::screen::note;

/// The inspector beside the receiver, on a port of its own.
pub(super) struct Inspect {
    pub(super) recent: Recent,
    port: u16,
}

impl Inspect {
    /// On this port. 0 is a free one.
    pub(super) fn new(port: u16) -> Self {
        Self {
            recent: Recent::new(),
            port,
        }
    }

    /// Serves the pages, and says where.
    pub(super) async fn serve(self, receiver: &Receiver) -> io::Result<JoinHandle<io::Result<()>>> {
        let inspector = Inspector::builder()
            .receiver(receiver)
            .recent(&self.recent)
            .build()
            .map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
            .await
            .map_err(|error| {
                let text = format!(
                    "--inspect: cannot listen on 127.0.0.1:{}: {error}",
                    self.port
                );
                io::Error::new(error.kind(), text)
            })?;
        note(format_args!(
            "inspect them at http://{}",
            listener.local_addr()?
        ));
        Ok(tokio::spawn(
            inspector.on_loopback().serve(listener, pending()),
        ))
    }
}
