//! An application that receives webhooks of Logto and Facephi, and notes down what its handlers do.

use std::{
    collections::VecDeque,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{Router, extract::State, routing::post};
use bytes::Bytes;
use hookgate::{
    Ack, Keyring, Nack, Receiver, Secret,
    access::ApiKey,
    dedup::MemoryStore,
    providers::{
        facephi::{API_KEY_HEADER, Facephi, WorkflowEvent},
        logto::{self, Logto},
    },
    testing::FakeClock,
    time::Window,
};
use hookgate_axum::{Event, ReceiverExt};
use http::Request;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::{
    Result,
    sender::{self, Answered},
};

/// Where the receiver stands.
pub(crate) const PATH: &str = "/webhooks";

/// A receiver on a free port, and the senders' side of it.
pub(crate) struct Endpoint {
    receiver: Receiver,
    server: JoinHandle<io::Result<()>>,
    address: SocketAddr,
    clock: FakeClock,
    desk: Arc<Desk>,
}

impl Endpoint {
    pub(crate) async fn logto(name: &str, keys: Keyring, clock: FakeClock) -> Result<Self> {
        let receiver = Receiver::new(name, Logto::new(keys))
            .dedup(MemoryStore::new())
            .clock(clock.clone())
            .build()?;
        Self::open::<logto::Event>(receiver, clock).await
    }

    pub(crate) async fn facephi(key: Secret, api_key: &str, clock: FakeClock) -> Result<Self> {
        let receiver = Receiver::new("facephi", Facephi::new(key))
            .access(ApiKey::header(API_KEY_HEADER, api_key))
            .dedup(MemoryStore::new())
            .clock(clock.clone())
            .build()?;
        Self::open::<WorkflowEvent>(receiver, clock).await
    }

    async fn open<E: Described>(receiver: Receiver, clock: FakeClock) -> Result<Self> {
        let desk = Arc::new(Desk::default());
        let app = Router::new()
            .route(PATH, post(on_event::<E>).layer(receiver.layer()))
            .with_state(desk.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self {
            receiver,
            server: tokio::spawn(async { axum::serve(listener, app).await }),
            address,
            clock,
            desk,
        })
    }

    /// Waits for handlers that go on without their senders, then stops.
    pub(crate) async fn close(self) {
        self.receiver.drained().await;
        self.server.abort();
    }

    pub(crate) fn clock(&self) -> &FakeClock {
        &self.clock
    }

    pub(crate) fn window(&self) -> Result<Window> {
        Ok(self.receiver.window().ok_or("time is not checked")?)
    }

    /// What the handler does in its next runs. Afterwards it succeeds.
    pub(crate) fn plan(&self, plans: impl IntoIterator<Item = Plan>) {
        self.desk.plans().extend(plans);
    }

    /// Sends copies, one after the other.
    pub(crate) async fn in_a_row(
        &self,
        copies: usize,
        request: Request<Bytes>,
    ) -> Result<Observed> {
        let mut answers = Vec::new();
        for _ in 0..copies {
            answers.push(sender::send(self.address, request.clone()).await?);
        }
        Ok(self.observed(answers))
    }

    /// Sends copies, all at the same time.
    pub(crate) async fn at_once(&self, copies: usize, request: Request<Bytes>) -> Result<Observed> {
        let mut sending = Vec::new();
        for _ in 0..copies {
            sending.push(tokio::spawn(sender::send(self.address, request.clone())));
        }
        let mut answers = Vec::new();
        for sent in sending {
            answers.push(sent.await??);
        }
        Ok(self.observed(answers))
    }

    /// Sends a request, and hangs up once its handler has begun.
    pub(crate) async fn hang_up_on(&self, request: Request<Bytes>) -> Result<()> {
        let sending = tokio::spawn(sender::send(self.address, request.clone()));
        self.desk.begun.notified().await;
        sending.abort();
        Ok(())
    }

    fn observed(&self, answers: Vec<Answered>) -> Observed {
        Observed {
            answers,
            runs: std::mem::take(&mut *self.desk.runs()),
        }
    }
}

/// What came back, and what the handler did meanwhile.
pub(crate) struct Observed {
    pub(crate) answers: Vec<Answered>,
    pub(crate) runs: Vec<Run>,
}

/// One run of the handler, noted down at its end.
pub(crate) struct Run {
    pub(crate) saw: String,
    pub(crate) ended: Instant,
}

/// What one run of the handler does.
#[derive(Clone, Copy)]
pub(crate) enum Plan {
    Work,
    Take(Duration),
    Fail,
    Reject,
    Ignore,
}

/// What the handler shares with the story that is told.
#[derive(Default)]
struct Desk {
    plans: Mutex<VecDeque<Plan>>,
    runs: Mutex<Vec<Run>>,
    begun: Notify,
}

impl Desk {
    fn plans(&self) -> MutexGuard<'_, VecDeque<Plan>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runs(&self) -> MutexGuard<'_, Vec<Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handler. Only a delivery that passed every check can reach it.
async fn on_event<E: Described>(
    State(desk): State<Arc<Desk>>,
    Event(delivery): Event<E>,
) -> Result<Ack, Nack> {
    let plan = desk.plans().pop_front().unwrap_or(Plan::Work);
    if let Plan::Take(time) = plan {
        desk.begun.notify_one();
        tokio::time::sleep(time).await;
    }
    desk.runs().push(Run {
        saw: delivery.event().describe(),
        ended: Instant::now(),
    });
    match plan {
        Plan::Work | Plan::Take(_) => Ok(Ack::processed()),
        Plan::Ignore => Ok(Ack::ignored("not for this application")),
        Plan::Reject => Err(Nack::rejected("no such customer")),
        // `?` on any error asks the sender to try again.
        Plan::Fail => Err(io::Error::other("the database is away"))?,
    }
}

/// What the table says of an event.
trait Described: Send + Sync + 'static {
    fn describe(&self) -> String;
}

impl Described for logto::Event {
    fn describe(&self) -> String {
        match self {
            Self::Unrecognized(event) => format!("{} (unrecognized)", event.name),
            event => event.name().to_owned(),
        }
    }
}

impl Described for WorkflowEvent {
    fn describe(&self) -> String {
        match self.topic() {
            Some(topic) => topic.to_string(),
            None => "unrecognized".to_owned(),
        }
    }
}
