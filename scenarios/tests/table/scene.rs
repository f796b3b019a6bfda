//! One server, its clock and its sender.

use std::{
    net::{SocketAddr, TcpListener},
    os::unix::net::UnixListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::dev::ServerHandle;
use hookgate::{
    Receiver, ReceiverBuilder, Secret, UnixTime,
    dedup::MemoryStore,
    framework::Busy,
    pack::Provider,
    providers::preset::{Preset, StandardWebhooksSimulator},
    simulator::Sent,
    tenants::Keys,
    testing::FakeClock,
    time::{Sleep, Timer},
};
use tempfile::TempDir;
use tokio::{
    sync::{oneshot, watch},
    task::{AbortHandle, JoinHandle},
};

use crate::{
    on_actix, on_axum, on_tower,
    stage::{Order, Stage, reaches},
    wire::{Address, Answer, Connection, Http2, send_http1, send_http2},
};

pub(crate) const SECRET: &[u8] = b"the secret that sender and server share";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_764_000_000);

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

/// Whether the server tells who opened a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peers {
    Known,
    /// It was not set up to. actix-web always is, but a Unix socket has no peer.
    Unknown,
    /// It listens on a Unix socket, and says so. Of axum and actix-web.
    OnUnixSocket,
}

/// Where a server listens.
pub(crate) enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// The settings that a scenario makes its receivers with.
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
        // The sleep is made first and told then: a test that is told may move the clock at once.
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
    pub(crate) receiver: Receiver,
    server: Address,
    timer: WatchedTimer,
    running: Running,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    left: watch::Receiver<Option<Busy>>,
    /// Of a Unix socket.
    _folder: Option<TempDir>,
}

enum Running {
    Task(AbortHandle),
    Threads(ServerHandle),
}

/// How long a server may take to stop. Nothing else lasts as long.
pub(crate) const BOUND: Duration = Duration::from_secs(31);

/// A server's end of its stop.
pub(crate) struct Stop {
    told: oneshot::Receiver<()>,
    left: watch::Sender<Option<Busy>>,
}

impl Stop {
    /// Resolves when the server is told to stop: never where its scenario ends without that.
    pub(crate) async fn told(&mut self) {
        if (&mut self.told).await.is_err() {
            std::future::pending().await
        }
    }

    /// The server has stopped.
    pub(crate) fn stopped(self, left: Busy) {
        self.left.send_replace(Some(left));
    }
}

impl Scene {
    pub(crate) fn new(
        framework: Framework,
        protocol: Protocol,
        peers: Peers,
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
        let mut folder = None;
        let (tell, told) = oneshot::channel();
        let (ended, left) = watch::channel(None);
        let stop = Stop { told, left: ended };
        let (server, running) = match (framework, peers) {
            (Framework::Axum, Peers::OnUnixSocket) => {
                let (socket, server) = listen_on_file(&mut folder);
                let task = on_axum::serve(socket, peers, &receiver, stage.clone(), stop);
                (server, Running::Task(task.abort_handle()))
            }
            (Framework::Axum, _) => {
                let (listener, server) = listen();
                let socket = Socket::Tcp(listener);
                let task = on_axum::serve(socket, peers, &receiver, stage.clone(), stop);
                (server, Running::Task(task.abort_handle()))
            }
            (Framework::Tower, _) => {
                let (listener, server) = listen();
                let task = on_tower::serve(listener, peers, &receiver, stage.clone(), stop);
                (server, Running::Task(task.abort_handle()))
            }
            (Framework::ActixWeb, Peers::Known) => {
                let (listener, server) = listen();
                let socket = Socket::Tcp(listener);
                let threads = on_actix::serve(socket, peers, &receiver, stage.clone(), stop);
                (server, Running::Threads(threads))
            }
            (Framework::ActixWeb, Peers::Unknown | Peers::OnUnixSocket) => {
                let (socket, server) = listen_on_file(&mut folder);
                let threads = on_actix::serve(socket, peers, &receiver, stage.clone(), stop);
                (server, Running::Threads(threads))
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
            stop: Mutex::new(Some(tell)),
            left,
            _folder: folder,
        }
    }

    /// The event `id`, signed now, that tells the handler what to do.
    pub(crate) fn event(&self, id: &str, act: &str) -> Sent {
        let now = hookgate::time::Clock::now(&self.clock);
        self.sender.send(id, now, format!(r#"{{"act":"{act}"}}"#))
    }

    /// Sends on a connection of its own.
    pub(crate) async fn send(&self, sent: &Sent) -> Answer {
        send(self.server.clone(), self.protocol, sent.clone()).await
    }

    /// Sends in the background of what follows.
    pub(crate) fn start(&self, sent: &Sent) -> JoinHandle<Answer> {
        tokio::spawn(send(self.server.clone(), self.protocol, sent.clone()))
    }

    /// Tells the server to stop, as its framework's documentation asks for, and returns once it begins to.
    pub(crate) async fn begin_to_stop(&self) {
        let stop = self.stop.lock().unwrap().take();
        stop.unwrap().send(()).unwrap();
        self.sleeps(BOUND, 1).await;
    }

    /// Whether the server has stopped.
    pub(crate) fn has_stopped(&self) -> bool {
        self.left.borrow().is_some()
    }

    /// What the server left when it stopped.
    pub(crate) async fn stopped(&self) -> Busy {
        let mut left = self.left.clone();
        let left = left.wait_for(Option::is_some).await.unwrap();
        left.unwrap()
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.tcp()).await
    }

    /// A connection whose sender has hardly any room for an answer.
    pub(crate) async fn connect_with_little_room(&self) -> Connection {
        Connection::open_with_little_room(self.tcp()).await
    }

    pub(crate) async fn connect_http2(&self) -> Http2 {
        Http2::open(self.tcp()).await
    }

    /// A connection, and the socket to break it off.
    pub(crate) async fn connect_http2_with_socket(&self) -> (Http2, std::net::TcpStream) {
        Http2::open_with_socket(self.tcp()).await
    }

    /// A connection whose sender has room for so many bytes of each answer.
    pub(crate) async fn connect_http2_with_little_room(&self, room: u32) -> Http2 {
        Http2::open_with_little_room(self.tcp(), room).await
    }

    pub(crate) fn tcp(&self) -> SocketAddr {
        match &self.server {
            Address::Tcp(server) => *server,
            Address::Unix(path) => panic!("it listens on {path:?}"),
        }
    }

    /// Returns when the road has asked `times` times for a sleep of `duration`.
    pub(crate) async fn sleeps(&self, duration: Duration, times: usize) {
        reaches(&self.timer.asked, |asked| count(asked, duration) >= times).await;
    }

    /// Returns when the road has asked for a sleep from `least` to `most`.
    pub(crate) async fn sleeps_between(&self, least: Duration, most: Duration) {
        let asked = &self.timer.asked;
        reaches(asked, |asked| {
            asked.iter().any(|it| (least..=most).contains(it))
        })
        .await;
    }

    /// How often the road has asked for a sleep of `duration`.
    pub(crate) fn slept(&self, duration: Duration) -> usize {
        count(&self.timer.asked.borrow(), duration)
    }
}

fn count(asked: &[Duration], duration: Duration) -> usize {
    asked.iter().filter(|it| **it == duration).count()
}

/// On a file in `folder`.
fn listen_on_file(folder: &mut Option<TempDir>) -> (Socket, Address) {
    let path = folder.insert(TempDir::new().unwrap()).path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    listener.set_nonblocking(true).unwrap();
    (Socket::Unix(listener), Address::Unix(path))
}

fn listen() -> (TcpListener, Address) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let server = listener.local_addr().unwrap();
    (listener, Address::Tcp(server))
}

async fn send(server: Address, protocol: Protocol, sent: Sent) -> Answer {
    match protocol {
        Protocol::Http1 => send_http1(&server, &sent).await,
        Protocol::Http2 => send_http2(&server, &sent).await,
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        match &self.running {
            Running::Task(task) => task.abort(),
            // It is told at once. Its threads end by themselves.
            Running::Threads(server) => drop(server.stop(false)),
        }
    }
}
