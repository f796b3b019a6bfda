//! [`Instance`]: one of the application's processes, with its endpoint and its fallback.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, routing::post};
use hookgate::{
    Ack, Delivery, Nack, Origin, Receiver,
    access::Basic,
    polling::{Fallback, GaveUp},
    providers::idcloud::{
        self, IdCloud,
        client::{Account, Environment, IdCloudClient},
    },
};
use hookgate_axum::{Event, ReceiverExt};
use hookgate_sqlite::{SqliteExpectations, SqliteStore};

use crate::{Result, unico::PAIR};

/// How often each process was handled, as it was sent and as it was asked for.
#[derive(Clone, Default)]
pub(crate) struct Effects(Arc<Mutex<HashMap<String, (usize, usize)>>>);

impl Effects {
    async fn on_event(self, delivery: Delivery<idcloud::Event>) -> std::result::Result<Ack, Nack> {
        // The verdict would be asked for here: `client.process(id)`.
        let mut effects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = delivery.event().id().to_owned();
        let (pushed, polled) = effects.entry(id).or_default();
        match delivery.origin() {
            Origin::Polled => *polled += 1,
            _ => *pushed += 1,
        }
        Ok(Ack::processed())
    }

    /// How many were handled once as sent, once as asked for, and otherwise.
    pub(crate) fn counts(&self, ids: &[String]) -> (usize, usize, usize) {
        let effects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |expected| {
            let of = |id: &&String| effects.get(*id).copied().unwrap_or_default() == expected;
            ids.iter().filter(of).count()
        };
        let (pushed, polled) = (count((1, 0)), count((0, 1)));
        (pushed, polled, ids.len() - pushed - polled)
    }
}

/// One of the application's processes.
pub(crate) struct Instance {
    pub(crate) fallback: Fallback,
    pub(crate) endpoint: Router,
}

impl Instance {
    pub(crate) async fn open(
        file: &Path,
        unico: SocketAddr,
        key: &str,
        effects: &Effects,
    ) -> Result<Self> {
        let url = format!("http://{unico}");
        let account = Account::new("service", "tenant", key)?;
        let client = IdCloudClient::by_unico(Environment::Uat, account)
            .api_url(&url)
            .identity_url(&url)
            .build()?;
        let pack = IdCloud::new();
        let source = pack.status_source(&client)?;
        let receiver = Receiver::new("idcloud", pack)
            .access(Basic::from_text(PAIR))
            .dedup(SqliteStore::builder().fast().open(file).await?)
            .build()?;
        let expectations = SqliteExpectations::open(file).await?;
        let polled = effects.clone();
        let fallback = Fallback::new(&receiver, source, expectations)
            .handle(move |delivery| polled.clone().on_event(delivery))
            .on_gave_up(async |process: GaveUp| {
                println!("given up: {:?}", process.why);
                Ok(Ack::processed())
            })
            .first_after(Duration::from_secs(2))
            .build()?;
        let pushed = effects.clone();
        let handler = move |Event(delivery): Event<idcloud::Event>| pushed.on_event(delivery);
        let endpoint =
            Router::new().route("/webhooks/idcloud", post(handler).layer(receiver.layer()));
        let asks = fallback.clone();
        tokio::spawn(async move { asks.run(std::future::pending()).await });
        Ok(Self { fallback, endpoint })
    }
}
