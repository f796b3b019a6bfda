//! [`Scene`]: a Facephi receiver on HTTP, which keeps the events that its handler gets.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, routing::post};
use bytes::Bytes;
use hookgate::{
    Ack, Nack, Observed, Observer, Receiver, Rejection, Secret, UnixTime,
    access::ApiKey,
    dedup::MemoryStore,
    providers::facephi::{API_KEY_HEADER, Facephi, FacephiSimulator, WorkflowEvent},
    schemes::Recipe,
    simulator::Sent,
    testing::FakeClock,
};
use hookgate_axum::{Event, ReceiverExt};

use super::{Call, Server};

pub(crate) const SECRET: &str = "N0tASecretForAnyone0123456789abc";
pub(crate) const API_KEY: &str = "key-of-the-destination";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);

/// What a handler got.
#[derive(Clone)]
pub(crate) struct Handled {
    pub(crate) event: WorkflowEvent,
    pub(crate) event_type: Option<String>,
    pub(crate) operation_id: Option<String>,
    pub(crate) occurred_at: Option<UnixTime>,
    pub(crate) key: String,
    /// The delivery's authenticated bytes. The handler's own body is equal.
    pub(crate) raw: Bytes,
}

#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) handled: Arc<Mutex<Vec<Handled>>>,
    pub(crate) changed: Arc<Mutex<usize>>,
    pub(crate) rejections: Arc<Mutex<Vec<Rejection>>>,
}

impl Observer for Seen {
    fn rejected(&self, _: &str, rejection: &Rejection) {
        self.rejections.lock().unwrap().push(rejection.clone());
    }

    fn changed_content(&self, _: Observed<'_>) {
        *self.changed.lock().unwrap() += 1;
    }
}

pub(crate) struct Scene {
    server: Server,
    pub(crate) seen: Seen,
    pub(crate) clock: FakeClock,
}

pub(crate) fn pack() -> Facephi {
    Facephi::new(Secret::utf8(SECRET).unwrap())
}

pub(crate) fn facephi() -> FacephiSimulator {
    FacephiSimulator::new(SECRET, NOW).header(API_KEY_HEADER, API_KEY)
}

impl Scene {
    pub(crate) async fn of(recipe: Recipe) -> Self {
        Self::with(pack().recipe(recipe)).await
    }

    pub(crate) async fn with(pack: Facephi) -> Self {
        let seen = Seen::default();
        let clock = FakeClock::at(NOW);
        let receiver = Receiver::new("facephi", pack)
            .access(ApiKey::header(API_KEY_HEADER, API_KEY))
            .dedup(MemoryStore::with_clock(10_000, clock.clone()))
            .observer(seen.clone())
            .clock(clock.clone())
            .build()
            .unwrap();
        let app = Router::new()
            .route("/hook", post(on_event).layer(receiver.layer()))
            .with_state(seen.clone());
        Self {
            server: Server::start(app).await,
            seen,
            clock,
        }
    }

    /// Sends one request and gives the answer's status.
    pub(crate) async fn send(&self, sent: Sent) -> u16 {
        Call::of(&sent).send(self.server.addr).await.status
    }

    pub(crate) fn handled(&self) -> Vec<Handled> {
        self.seen.handled.lock().unwrap().clone()
    }

    pub(crate) fn runs(&self) -> usize {
        self.seen.handled.lock().unwrap().len()
    }

    pub(crate) fn changed(&self) -> usize {
        *self.seen.changed.lock().unwrap()
    }

    pub(crate) fn rejection(&self) -> Option<Rejection> {
        self.seen.rejections.lock().unwrap().last().cloned()
    }

    pub(crate) fn advance(&self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * 3600));
    }
}

async fn on_event(
    State(seen): State<Seen>,
    Event(delivery): Event<WorkflowEvent>,
    body: Bytes,
) -> Result<Ack, Nack> {
    assert_eq!(delivery.payload(), &body);
    seen.handled.lock().unwrap().push(Handled {
        event_type: delivery.event_type().map(str::to_owned),
        operation_id: delivery.operation_id().map(str::to_owned),
        occurred_at: delivery.occurred_at(),
        key: delivery.event_key().to_string(),
        raw: delivery.payload().clone(),
        event: delivery.into_event(),
    });
    Ok(Ack::processed())
}
