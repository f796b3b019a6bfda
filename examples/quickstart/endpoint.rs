//! An application that receives Logto's webhooks, and notes down what its handler does.

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
    Ack, Delivery, Keyring, Nack, Receiver, Window,
    dedup::MemoryStore,
    providers::logto::{self, Logto},
    testing::FakeClock,
};
use hookgate_axum::{Event, ReceiverExt};
use http::Request;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::{
    Result,
    sender::{self, Answered},
};

/// Where the receiver stands.
pub(crate) const PATH: &str = "/webhooks/logto";

/// A receiver on a free port, and the senders' side of it.
pub(crate) struct Endpoint {
    receiver: Receiver,
    server: JoinHandle<io::Result<()>>,
    address: SocketAddr,
    clock: FakeClock,
    desk: Arc<Desk>,
}

impl Endpoint {
    pub(crate) async fn open(name: &str, keys: Keyring, clock: FakeClock) -> Result<Self> {
        let desk = Arc::new(Desk::default());
        let receiver = Receiver::new(name, Logto::new(keys))
            .dedup(MemoryStore::new())
            .clock(clock.clone())
            .build()?;
        let app = Router::new()
            .route(PATH, post(on_event).layer(receiver.layer()))
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

    /// What the handler does in its next runs; afterwards it works.
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

/// The handler: it can only be reached with a delivery that passed every check.
async fn on_event(
    State(desk): State<Arc<Desk>>,
    Event(delivery): Event<logto::Event>,
) -> Result<Ack, Nack> {
    let plan = desk.plans().pop_front().unwrap_or(Plan::Work);
    if let Plan::Take(time) = plan {
        desk.begun.notify_one();
        tokio::time::sleep(time).await;
    }
    desk.runs().push(Run {
        saw: describe(&delivery),
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

fn describe(delivery: &Delivery<logto::Event>) -> String {
    match delivery.event() {
        logto::Event::Unrecognized(event) => format!("{} (unrecognized)", event.name),
        event => event.name().to_owned(),
    }
}
