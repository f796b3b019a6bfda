//! [`Stage`]: a receiver with a fake clock, a scripted store and a scripted handler, on HTTP.

use std::time::Duration;

use axum::Router;
use hookgate::{
    Receiver, ReceiverBuilder, Secret, UnixTime,
    pack::Provider,
    providers::{logto::Logto, preset::Preset},
    testing::FakeClock,
};

use super::{Call, Reply, Script, ScriptedStore, Server, standard_webhooks};

/// When the tests take place.
pub(crate) const NOW: &str = "2026-11-21T23:35:15.000Z";

pub(crate) fn now() -> UnixTime {
    UnixTime::from_rfc3339(NOW).unwrap()
}

/// All that one test needs, served at `/hook`.
pub(crate) struct Stage {
    pub(crate) clock: FakeClock,
    pub(crate) store: ScriptedStore,
    pub(crate) script: Script,
    pub(crate) receiver: Receiver,
    pub(crate) server: Server,
}

impl Stage {
    /// A Logto receiver with the defaults.
    pub(crate) async fn logto() -> Self {
        Self::logto_with(|builder| builder).await
    }

    /// A Logto receiver with other settings.
    pub(crate) async fn logto_with(set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Self {
        Self::of(Logto::new(Secret::utf8(super::logto::KEY).unwrap()), set).await
    }

    /// A Standard Webhooks receiver with the defaults.
    pub(crate) async fn standard_webhooks() -> Self {
        let secret = Secret::whsec(standard_webhooks::KEY).unwrap();
        Self::of(Preset::standard_webhooks(secret), |builder| builder).await
    }

    pub(crate) async fn of<P>(pack: P, set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Self
    where
        P: Provider<Event: Sync>,
    {
        let clock = FakeClock::at(now());
        let store = ScriptedStore::new(&clock);
        Self::on(pack, clock, store, set).await
    }

    pub(crate) async fn on<P>(
        pack: P,
        clock: FakeClock,
        store: ScriptedStore,
        set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
    ) -> Self
    where
        P: Provider<Event: Sync>,
    {
        let builder = Receiver::new("test", pack)
            .dedup(store.clone())
            .clock(clock.clone())
            .timer(clock.clone());
        let receiver = set(builder).build().unwrap();
        let script = Script::default();
        let app = Router::new().route("/hook", script.route::<P::Event>(&receiver));
        Self {
            clock,
            store,
            receiver,
            server: Server::start(app).await,
            script,
        }
    }

    pub(crate) async fn send(&self, call: &Call) -> Reply {
        call.send(self.server.addr).await
    }

    /// Sends in the background.
    pub(crate) fn sending(&self, call: &Call) -> tokio::task::JoinHandle<Reply> {
        let (call, addr) = (call.clone(), self.server.addr);
        tokio::spawn(async move { call.send(addr).await })
    }

    /// Whether a handler goes on without its sender.
    pub(crate) fn has_detached(&self) -> bool {
        self.receiver.busy().detached > 0
    }

    /// Moves time in small steps, as it passes, letting everything run in between.
    pub(crate) async fn pass(&self, time: Duration) {
        let step = Duration::from_millis(50);
        let end = hookgate::time::Clock::monotonic(&self.clock) + time;
        while hookgate::time::Clock::monotonic(&self.clock) < end {
            self.clock.advance(step);
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
        }
    }
}
