//! [`Processes`]: those of one row.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::{
    Result,
    dying::Dies,
    row::Row,
    supervised::{Deaths, Supervised},
};

/// A receiver and a worker, and what else a row has.
pub(crate) struct Processes {
    all: Vec<Supervised>,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Processes {
    pub(crate) async fn start(row: &Row, url: &str) -> Result<Self> {
        let address = free_address().await?;
        let (at, mut addresses) = (address.to_string(), vec![address]);
        let clocks = row.clocks.map(|it| it.to_string());
        let receiver = ["receiver", url, row.receiver.name(), &clocks[0], &at];
        // Short where workers die, so that the row is. Elsewhere a busy machine must not make one lapse.
        let lease = if row.may_repeat { "1" } else { "30" };
        let worker = ["worker", url, row.worker.name(), &clocks[1], lease];
        let mut all = vec![
            Supervised::start(&receiver, row.receiver, row.receiver_killed).await?,
            Supervised::start(&worker, row.worker, row.worker_killed).await?,
        ];
        if row.beside_inline {
            let address = free_address().await?;
            let inline = ["inline", url, &address.to_string()];
            all.push(Supervised::start(&inline, Dies::Never, None).await?);
            addresses.push(address);
        }
        Ok(Self { all, addresses })
    }

    pub(crate) fn kill_at_last(&self) {
        for process in &self.all {
            process.kill_at_last();
        }
    }

    pub(crate) async fn stop(self) -> Result<Deaths> {
        let mut deaths = Deaths::default();
        for process in self.all {
            deaths.add(process.stop().await?);
        }
        Ok(deaths)
    }
}

/// A port that is free now. A receiver that was killed takes it again.
pub(crate) async fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}
