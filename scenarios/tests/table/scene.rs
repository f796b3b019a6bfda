//! One server, its clock and its sender; and the run of a scenario on every framework.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::dev::ServerHandle;
use hookgate::{
    Provider, Receiver, ReceiverBuilder, Secret, Sleep, Timer, UnixTime,
    dedup::MemoryStore,
    keys::Keys,
    providers::preset::Preset,
    simulator::{Sent, StandardWebhooksSimulator},
    testing::FakeClock,
};
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinHandle},
};

use crate::{
    on_actix, on_axum, on_tower,
    stage::{Order, Stage, reaches},
    wire::{Answer, Connection, send_http1, send_http2},
};

pub(crate) const SECRET: &[u8] = b"the secret that sender and server share";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_764_000_000);
/// Nothing takes that long unless it is stuck.
const STUCK: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framework {
    Axum,
    ActixWeb,
    Tower,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// What receivers of a scenario are made with.
pub(crate) struct Tools {
    pub(crate) clock: FakeClock,
    pub(crate) timer: WatchedTimer,
}

impl Tools {
    /// A receiver of Standard Webhooks, on the scenario's clock.
    pub(crate) fn receiver(&self) -> ReceiverBuilder {
        self.receiver_with(Secret::bytes(SECRET).unwrap())
    }

    pub(crate) fn receiver_with(&self, keys: impl Into<Keys>) -> ReceiverBuilder {
        self.receiver_of(Preset::standard_webhooks(keys).events::<Order>())
    }

    pub(crate) fn receiver_of(&self, pack: impl Provider) -> ReceiverBuilder {
        Receiver::new("scenes", pack)
            .clock(self.clock.clone())
            .timer(self.timer.clone())
            .dedup(MemoryStore::with_clock(1000, self.clock.clone()))
    }
}

/// A timer that tells what was asked of it.
#[derive(Clone)]
pub(crate) struct WatchedTimer {
    clock: FakeClock,
    asked: Arc<watch::Sender<Vec<Duration>>>,
}

impl Timer for WatchedTimer {
    fn sleep(&self, duration: Duration) -> Sleep {
        // First made, then told: whoever is told may move the clock at once.
        let sleep = self.clock.sleep(duration);
        self.asked.send_modify(|asked| asked.push(duration));
        sleep
    }
}

/// One server.
pub(crate) struct Scene {
    pub(crate) framework: Framework,
    pub(crate) protocol: Protocol,
    pub(crate) clock: FakeClock,
    pub(crate) stage: Arc<Stage>,
    pub(crate) sender: StandardWebhooksSimulator,
    pub(crate) server: SocketAddr,
    pub(crate) receiver: Receiver,
    timer: WatchedTimer,
    running: Running,
}

enum Running {
    Task(AbortHandle),
    Threads(ServerHandle),
}

impl Scene {
    fn new(
        framework: Framework,
        protocol: Protocol,
        receiver: &impl Fn(&Tools) -> ReceiverBuilder,
    ) -> Self {
        let clock = FakeClock::at(NOW);
        let timer = WatchedTimer {
            clock: clock.clone(),
            asked: Arc::new(watch::Sender::new(Vec::new())),
        };
        let tools = Tools { clock, timer };
        let receiver = receiver(&tools).build().unwrap();
        let stage = Arc::new(Stage::new());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let server = listener.local_addr().unwrap();
        let running = match framework {
            Framework::Axum => {
                let task = on_axum::serve(listener, &receiver, stage.clone());
                Running::Task(task.abort_handle())
            }
            Framework::Tower => {
                let task = on_tower::serve(listener, &receiver, stage.clone());
                Running::Task(task.abort_handle())
            }
            Framework::ActixWeb => {
                let receiver = receiver.clone();
                Running::Threads(on_actix::serve(listener, receiver, stage.clone()))
            }
        };
        Self {
            framework,
            protocol,
            clock: tools.clock,
            timer: tools.timer,
            stage,
            sender: StandardWebhooksSimulator::new(SECRET).path("/hook"),
            server,
            receiver,
            running,
        }
    }

    /// The event `id`, signed now, that tells the handler what to do.
    pub(crate) fn event(&self, id: &str, act: &str) -> Sent {
        let now = hookgate::Clock::now(&self.clock);
        self.sender.send(id, now, format!(r#"{{"act":"{act}"}}"#))
    }

    /// Sends on a connection of its own.
    pub(crate) async fn send(&self, sent: &Sent) -> Answer {
        send(self.server, self.protocol, sent.clone()).await
    }

    /// Sends beside what follows.
    pub(crate) fn start(&self, sent: &Sent) -> JoinHandle<Answer> {
        tokio::spawn(send(self.server, self.protocol, sent.clone()))
    }

    /// Stops the server in the order that its framework's documentation asks for. What `meanwhile`
    /// does happens once nothing new arrives.
    pub(crate) async fn shut_down(&self, meanwhile: impl Future<Output = ()>) {
        match &self.running {
            Running::Task(task) => {
                task.abort();
                tokio::join!(self.receiver.drained(), meanwhile);
            }
            Running::Threads(server) => {
                let stopped = hookgate_actix::shut_down(server, [self.receiver.clone()]);
                tokio::join!(stopped, meanwhile);
            }
        }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.server).await
    }

    /// A connection whose sender has hardly any room for an answer.
    pub(crate) async fn connect_with_little_room(&self) -> Connection {
        Connection::open_with_little_room(self.server).await
    }

    /// Returns when the road has asked `times` times for a sleep of `duration`.
    pub(crate) async fn sleeps(&self, duration: Duration, times: usize) {
        let count = |asked: &Vec<Duration>| asked.iter().filter(|it| **it == duration).count();
        reaches(&self.timer.asked, |asked| count(asked) >= times).await;
    }
}

async fn send(server: SocketAddr, protocol: Protocol, sent: Sent) -> Answer {
    match protocol {
        Protocol::Http1 => send_http1(server, &sent).await,
        Protocol::Http2 => send_http2(server, &sent).await,
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        match &self.running {
            Running::Task(task) => task.abort(),
            // Told at once; its threads end by themselves.
            Running::Threads(server) => drop(server.stop(false)),
        }
    }
}

/// Runs `scenario` on every framework over every protocol, and compares what they answer.
pub(crate) async fn everywhere(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let all = [Framework::Axum, Framework::ActixWeb, Framework::Tower];
    for protocol in [Protocol::Http1, Protocol::Http2] {
        compare(&all, protocol, &receiver, &scenario).await;
    }
}

/// [`everywhere`], for scenarios that write to an HTTP/1.1 connection byte by byte.
pub(crate) async fn on_raw_connections(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let all = [Framework::Axum, Framework::ActixWeb, Framework::Tower];
    compare(&all, Protocol::Http1, &receiver, &scenario).await;
}

/// [`everywhere`] that has extractors.
pub(crate) async fn with_extractors(
    receiver: impl Fn(&Tools) -> ReceiverBuilder,
    scenario: impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let some = [Framework::Axum, Framework::ActixWeb];
    for protocol in [Protocol::Http1, Protocol::Http2] {
        compare(&some, protocol, &receiver, &scenario).await;
    }
}

async fn compare(
    frameworks: &[Framework],
    protocol: Protocol,
    receiver: &impl Fn(&Tools) -> ReceiverBuilder,
    scenario: &impl AsyncFn(&Scene) -> Vec<Answer>,
) {
    let mut first: Option<Vec<Answer>> = None;
    for framework in frameworks {
        let scene = Scene::new(*framework, protocol, receiver);
        let answers = tokio::time::timeout(STUCK, scenario(&scene))
            .await
            .unwrap_or_else(|_| panic!("stuck on {framework:?} over {protocol:?}"));
        match &first {
            None => first = Some(answers),
            Some(first) => {
                assert_eq!(&answers, first, "{framework:?} over {protocol:?}");
            }
        }
    }
}
