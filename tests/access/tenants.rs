//! One endpoint that serves many: whose keys, whose access rules, and whose events.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use axum::Router;
use hookgate::{
    Reason, Receiver, ReceiverBuilder, Secret,
    access::{AllOf, AnyoneMayCall, ApiKey, Networks},
    dedup::MemoryStore,
    pack::{Head, Provider},
    providers::{
        idcloud::{IdCloud, IdCloudSimulator, Status},
        logto::{Event, Logto},
    },
    tenants::{KeySource, KeySourceError, Tenant, TenantName, Tenants},
    testing::FakeClock,
    time::Timer,
};
use hookgate_axum::ReceiverExt;
use tower::Layer;
use tracing::Level;

use crate::props::{
    Call, Fault, Gate, Log, On, Script, ScriptedStore, Server, logto, now, poll, until,
};

const ACME: &str = "acme's signing key";
const BETA: &str = "beta's signing key";

/// Knows `acme` in any letter case, and `beta`.
#[derive(Clone, Default)]
struct Directory(Arc<Known>);

#[derive(Default)]
struct Known {
    asked: AtomicUsize,
    fault: Mutex<Option<Fault>>,
    /// Look-ups of names that nobody has wait at this gate.
    strangers: Mutex<Option<Gate>>,
}

impl Directory {
    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn fault(&self, fault: Option<Fault>) {
        *self.0.fault.lock().unwrap() = fault;
    }
}

impl KeySource for Directory {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        let fault = self.0.fault.lock().unwrap().clone();
        match fault {
            None => {}
            Some(Fault::Waits(gate)) => gate.passed().await,
            Some(Fault::Hangs) => std::future::pending().await,
            Some(_) => return Err(KeySourceError::new("the directory is down")),
        }
        let key = |key| Secret::utf8(key).unwrap();
        let strangers = self.0.strangers.lock().unwrap().clone();
        Ok(match name.to_ascii_lowercase().as_str() {
            "acme" => Some(Tenant::new("acme", key(ACME))),
            "beta" => {
                let access = ApiKey::header("x-api-key", "beta's api key");
                Some(Tenant::new("beta", key(BETA)).access(access))
            }
            "zeroed" => {
                let secret = Secret::hex("00".repeat(32)).map_err(KeySourceError::new)?;
                Some(Tenant::new("zeroed", secret))
            }
            "careless" => {
                let access = ApiKey::header("x-api-key", "");
                Some(Tenant::new("careless", key(ACME)).access(access))
            }
            "open" => Some(Tenant::new("open", key(ACME)).access(AnyoneMayCall)),
            _ => {
                if let Some(gate) = strangers {
                    gate.passed().await;
                }
                None
            }
        })
    }
}

/// A receiver without a server, for more calls than sockets.
struct Desk {
    clock: FakeClock,
    directory: Directory,
    receiver: Receiver,
    timer: Arc<dyn Timer>,
}

impl Desk {
    fn new(set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Self {
        Self::of(Logto::new, set)
    }

    fn of<P: Provider>(
        pack: impl FnOnce(Tenants) -> P,
        set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
    ) -> Self {
        let clock = FakeClock::at(now());
        let directory = Directory::default();
        let header = TenantName::Header(http::HeaderName::from_static("x-tenant"));
        let pack = pack(Tenants::new(header, directory.clone()));
        let builder = Receiver::new("test", pack).dedup(MemoryStore::with_capacity(1));
        let receiver = set(builder.clock(clock.clone())).build().unwrap();
        Self {
            timer: Arc::new(clock.clone()),
            clock,
            directory,
            receiver,
        }
    }

    /// The result of a call for `tenant`: the answer, and why.
    async fn judge(&self, call: &Call, tenant: &str) -> Result<(), (u16, Reason)> {
        let call = call.clone().with("x-tenant", tenant);
        let peer = "203.0.113.7:443".parse().ok();
        let head = Head::new("POST", "/", &call.headers).peer(peer);
        let admitted = self
            .receiver
            .judge()
            .admit(head, Some(call.body.clone()), &self.timer);
        admitted.await.map(drop).map_err(|rejection| {
            let answer = self.receiver.judge().refusal(&rejection);
            (answer.status().as_u16(), rejection.reason())
        })
    }
}

/// This many names that nobody has.
const STRANGERS: usize = 50_000;

struct Hosting {
    clock: FakeClock,
    store: ScriptedStore,
    directory: Directory,
    script: Script,
    receiver: Receiver,
    server: Server,
}

impl Hosting {
    async fn named_at(name: TenantName) -> Self {
        let clock = FakeClock::at(now());
        let store = ScriptedStore::new(&clock);
        let directory = Directory::default();
        let receiver = Receiver::new("test", Logto::new(Tenants::new(name, directory.clone())))
            .dedup(store.clone())
            .clock(clock.clone())
            .timer(clock.clone())
            .build()
            .unwrap();
        let script = Script::default();
        let app = Router::new().route("/of/{tenant}", script.route::<Event>(&receiver));
        Self {
            clock,
            store,
            directory,
            script,
            receiver,
            server: Server::start(app).await,
        }
    }

    async fn by_route() -> Self {
        Self::named_at(TenantName::RouteParam("tenant".into())).await
    }

    async fn send(&self, call: &Call) -> u16 {
        call.send(self.server.addr).await.status
    }
}

fn acme(target: &str) -> Call {
    logto::signed(logto::body(1), ACME).target(target)
}

#[tokio::test]
async fn two_spellings_of_a_tenants_route_are_one_run() {
    let hosting = Hosting::by_route().await;
    for target in ["/of/acme", "/of/ACME", "/of/%61cme", "/of/Acme?x=1"] {
        assert_eq!(hosting.send(&acme(target)).await, 200, "{target}");
    }
    assert_eq!(hosting.script.runs(), 1);
    assert_eq!(hosting.script.last().tenant.as_deref(), Some("acme"));
}

#[tokio::test]
async fn one_body_sent_to_two_tenants_is_two_events() {
    let hosting = Hosting::by_route().await;
    let beta = logto::signed(logto::body(1), BETA)
        .target("/of/beta")
        .with("x-api-key", "beta's api key");
    assert_eq!(hosting.send(&acme("/of/acme")).await, 200);
    assert_eq!(hosting.send(&beta).await, 200);
    let seen = hosting.script.seen();
    assert_eq!(seen.len(), 2);
    assert_ne!(seen[0].key, seen[1].key);
}

#[tokio::test]
async fn a_tenants_key_is_no_key_of_another() {
    let hosting = Hosting::by_route().await;
    let cross = acme("/of/beta").with("x-api-key", "beta's api key");
    assert_eq!(hosting.send(&cross).await, 401);
    assert_eq!(hosting.script.runs(), 0);
}

#[tokio::test]
async fn an_unknown_tenant_is_answered_as_wrong_credentials_are() {
    let hosting = Hosting::by_route().await;
    let to = hosting.server.addr;
    let unknown = acme("/of/nobody").send(to).await.dateless();
    let denied = acme("/of/beta").send(to).await.dateless();
    assert_eq!(unknown.status, 401);
    assert_eq!(unknown, denied);
    let endless = acme(&format!("/of/{}", "a".repeat(300)));
    assert_eq!(endless.send(to).await.dateless(), denied);
}

#[tokio::test]
async fn every_401_of_an_endpoint_for_many_is_the_same() {
    let hosting = Hosting::by_route().await;
    let to = hosting.server.addr;
    let unsigned = acme("/of/acme").without(logto::SIGNATURE);
    // The connection still shows whether the body was read.
    let answer = async |call: Call| {
        let mut reply = call.send(to).await.dateless();
        reply.headers.remove("connection");
        reply
    };
    let unknown = answer(acme("/of/nobody")).await;
    let challenges: Vec<_> = unknown.headers.get_all("www-authenticate").iter().collect();
    let both = ["ApiKey realm=\"webhook\"", "Signature realm=\"webhook\""];
    assert_eq!(challenges, both);
    let old = logto::body_at(1, "2026-11-19T00:00:00Z");
    for call in [
        acme("/of/beta"),
        acme("/of/beta").with("x-api-key", "beta's api key"),
        unsigned.clone(),
        unsigned.clone().with(logto::SIGNATURE, "zz"),
        unsigned.with(logto::SIGNATURE, "00".repeat(32)),
        logto::signed(old, ACME).target("/of/acme"),
    ] {
        assert_eq!(answer(call.clone()).await, unknown, "{call:?}");
    }
    assert_eq!(hosting.script.runs(), 0);
}

#[tokio::test]
async fn strangers_never_reach_the_key_source_of_a_receiver_with_a_rule_of_its_own() {
    let right = logto::event(1).with("x-api-key", "shared by all tenants");
    let signed = logto::signed(logto::body(1), ACME).with("x-api-key", "shared by all tenants");
    let wrong = right.clone().with("x-api-key", "wrong");
    let elsewhere = Networks::new(["198.51.100.0/24"]).unwrap();
    type Set = Box<dyn FnOnce(ReceiverBuilder) -> ReceiverBuilder>;
    let key = || ApiKey::header("x-api-key", "shared by all tenants");
    let rules: [(Set, &Call, (u16, Reason)); 4] = [
        (
            Box::new(move |it| it.access(key())),
            &wrong,
            (401, Reason::AccessDenied),
        ),
        (
            Box::new(move |it| it.access(AllOf::of(key()).and(AnyoneMayCall))),
            &wrong,
            (401, Reason::AccessDenied),
        ),
        (
            Box::new(|it| it.networks(elsewhere)),
            &right,
            (403, Reason::AddressDenied),
        ),
        (
            Box::new(|it| it.body_limit(1)),
            &right,
            (413, Reason::BodyTooLarge),
        ),
    ];
    for (rule, (set, call, refused)) in rules.into_iter().enumerate() {
        let desk = Desk::new(set);
        let call = call.clone().with("content-length", "296");
        let strangers = if rule == 0 { STRANGERS } else { 100 };
        for number in 0..strangers {
            let judged = desk.judge(&call, &format!("made-up-{number}")).await;
            assert_eq!(judged, Err(refused));
        }
        assert_eq!(desk.directory.asked(), 0);
    }
    let desk = Desk::new(|it| it.access(ApiKey::header("x-api-key", "shared by all tenants")));
    assert_eq!(
        desk.judge(&wrong, "acme").await,
        Err((401, Reason::AccessDenied))
    );
    assert_eq!(desk.directory.asked(), 0);
    assert_eq!(desk.judge(&signed, "acme").await, Ok(()));
    assert_eq!(desk.directory.asked(), 1);
}

#[tokio::test]
async fn made_up_names_hold_a_bounded_part_of_the_key_source_and_keep_no_known_tenant_out() {
    // Only tenants have rules here, so that the look-up decides whose rule counts.
    let desk = Desk::new(|builder| builder);
    let signed = logto::signed(logto::body(1), ACME);
    assert_eq!(desk.judge(&signed, "acme").await, Ok(()));
    let gate = Gate::shut();
    *desk.directory.0.strangers.lock().unwrap() = Some(gate.clone());
    let names: Vec<_> = (0..STRANGERS).map(|n| format!("made-up-{n}")).collect();
    let mut waiting = Vec::new();
    for name in &names {
        let mut judged = Box::pin(desk.judge(&signed, name));
        match poll(judged.as_mut()) {
            Poll::Pending => waiting.push(judged),
            Poll::Ready(judged) => assert_eq!(judged, Err((503, Reason::Overloaded))),
        }
    }
    let at_once = waiting.len();
    assert!((1..1000).contains(&at_once), "{at_once} at once");
    assert_eq!(desk.directory.asked(), 1 + at_once);

    assert_eq!(desk.judge(&signed, "acme").await, Ok(()), "remembered");
    assert_eq!(desk.directory.asked(), 1 + at_once);
    desk.clock.advance(Duration::from_secs(60));
    assert_eq!(desk.judge(&signed, "acme").await, Ok(()), "looked up again");
    assert_eq!(desk.directory.asked(), 2 + at_once);

    // The waiting ones are over their limit, and gave back what they held.
    for judged in waiting {
        assert_eq!(judged.await, Err((503, Reason::KeysUnavailable)));
    }
    gate.open();
    let unknown = Err((401, Reason::UnknownTenant));
    assert_eq!(desk.judge(&signed, "another").await, unknown);
    assert_eq!(
        desk.judge(&signed, "beta").await,
        Err((401, Reason::AccessMissing))
    );
}

#[tokio::test]
async fn a_known_tenant_needs_no_place_of_strangers_after_its_look_up_has_failed() {
    let desk = Desk::new(|builder| builder);
    let signed = logto::signed(logto::body(1), ACME);
    assert_eq!(desk.judge(&signed, "acme").await, Ok(()));
    *desk.directory.0.strangers.lock().unwrap() = Some(Gate::shut());
    let names: Vec<_> = (0..STRANGERS).map(|n| format!("made-up-{n}")).collect();
    let mut held = Vec::new();
    for name in &names {
        let mut judged = Box::pin(desk.judge(&signed, name));
        if poll(judged.as_mut()).is_pending() {
            held.push(judged);
        }
    }
    desk.clock.advance(Duration::from_secs(60));

    desk.directory.fault(Some(Fault::Down));
    for _ in 0..2 {
        let judged = desk.judge(&signed, "acme").await;
        assert_eq!(judged, Err((503, Reason::KeysUnavailable)));
    }
    desk.directory.fault(Some(Fault::Hangs));
    let mut dropped = Box::pin(desk.judge(&signed, "acme"));
    assert!(poll(dropped.as_mut()).is_pending());
    drop(dropped);

    desk.directory.fault(None);
    assert_eq!(desk.judge(&signed, "acme").await, Ok(()));
    let stranger = desk.judge(&signed, "one-more").await;
    assert_eq!(stranger, Err((503, Reason::Overloaded)));
    drop(held);
}

#[tokio::test]
async fn a_tenant_that_anyone_may_call_is_told_once_when_it_is_looked_up() {
    let log = Log::begin();
    let told = |log: &Log| log.with("code=\"anyone_may_call\"");
    let signed = logto::signed(logto::body(1), ACME);
    let desk = Desk::new(|builder| builder);
    assert_eq!(desk.judge(&signed, "acme").await, Ok(()));
    assert_eq!(told(&log), []);
    for _ in 0..3 {
        for spelling in ["open", "OPEN"] {
            assert_eq!(desk.judge(&signed, spelling).await, Ok(()));
        }
        desk.clock.advance(Duration::from_secs(60));
    }
    let lines = told(&log);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0].0, Level::INFO, "the signature decides");
    assert!(!lines[0].1.contains("open"), "tenants are not shown");

    // It is a danger where nothing else proves who calls.
    let body = IdCloudSimulator::new()
        .transaction("a", Status::Concluded)
        .body;
    let event = Call::post("/", body);
    let unsigned = |tenants| IdCloud::numeric().tenants(tenants);
    let desk = Desk::of(unsigned, |builder| builder);
    assert_eq!(desk.judge(&event, "open").await, Ok(()));
    let lines = told(&log);
    assert_eq!((lines.len(), lines[1].0), (2, Level::ERROR), "{lines:?}");

    // Beside a rule of the receiver it opens nothing.
    let desk = Desk::of(unsigned, |it| {
        it.access(ApiKey::header("x-api-key", "0f3c"))
    });
    let right = event.with("x-api-key", "0f3c");
    assert_eq!(desk.judge(&right, "open").await, Ok(()));
    assert_eq!(told(&log).len(), 2);
}

#[tokio::test]
async fn a_tenants_own_access_rule_is_checked_beside_the_signature() {
    let hosting = Hosting::by_route().await;
    let right = logto::signed(logto::body(1), BETA)
        .target("/of/beta")
        .with("x-api-key", "beta's api key");
    assert_eq!(hosting.send(&right.clone().without("x-api-key")).await, 401);
    assert_eq!(
        hosting.send(&right.clone().with("x-api-key", "x")).await,
        401
    );
    let twice = right.clone().and("x-api-key", "beta's api key");
    assert_eq!(hosting.send(&twice).await, 401);
    assert_eq!(hosting.send(&right).await, 200);
}

#[tokio::test]
async fn a_tenants_empty_api_key_lets_nobody_in() {
    let hosting = Hosting::by_route().await;
    let careless = acme("/of/careless");
    // The mistake is ours, so the sender is asked to come again.
    assert_eq!(hosting.send(&careless).await, 503);
    assert_eq!(hosting.send(&careless.with("x-api-key", "")).await, 503);
    assert_eq!(hosting.script.runs(), 0);
}

#[tokio::test]
async fn a_tenants_secret_of_zeros_is_refused_at_its_look_up_and_harms_nobody_else() {
    let hosting = Hosting::by_route().await;
    // HMAC pads keys with zeros: this one needs no secret.
    let forged = logto::signed(logto::body(1), "").target("/of/zeroed");
    assert_eq!(hosting.send(&forged).await, 503);
    assert_eq!(hosting.script.runs(), 0);
    assert_eq!(hosting.send(&acme("/of/acme")).await, 200);
    assert_eq!(hosting.send(&forged).await, 503);
    assert_eq!(hosting.script.runs(), 1);
}

#[tokio::test]
async fn a_key_source_that_is_down_is_503_and_is_asked_again() {
    let hosting = Hosting::by_route().await;
    hosting.directory.fault(Some(Fault::Down));
    let down = acme("/of/acme").send(hosting.server.addr).await;
    assert_eq!(down.status, 503);
    assert_eq!(down.header("retry-after"), Some("5"));
    hosting.directory.fault(None);
    assert_eq!(hosting.send(&acme("/of/acme")).await, 200);
}

#[tokio::test]
async fn a_key_source_that_hangs_is_503_at_the_time_limit() {
    let hosting = Hosting::by_route().await;
    hosting.directory.fault(Some(Fault::Hangs));
    let to = hosting.server.addr;
    let sent = tokio::spawn(async move { acme("/of/acme").send(to).await });
    until("the look-up", || hosting.directory.asked() == 1).await;
    until("the limit", || hosting.clock.sleepers() > 0).await;
    hosting.clock.advance(Duration::from_secs(2));
    assert_eq!(sent.await.unwrap().status, 503);
    hosting.directory.fault(None);
    assert_eq!(hosting.send(&acme("/of/acme")).await, 200);
}

#[tokio::test]
async fn tenants_found_and_unknown_are_remembered_for_a_while() {
    let hosting = Hosting::by_route().await;
    for _ in 0..5 {
        assert_eq!(hosting.send(&acme("/of/nobody")).await, 401);
    }
    assert_eq!(hosting.directory.asked(), 1);
    hosting.clock.advance(Duration::from_secs(10));
    assert_eq!(hosting.send(&acme("/of/nobody")).await, 401);
    assert_eq!(hosting.directory.asked(), 2);

    for _ in 0..5 {
        assert_eq!(hosting.send(&acme("/of/acme")).await, 200);
    }
    assert_eq!(hosting.directory.asked(), 3);
    hosting.clock.advance(Duration::from_secs(60));
    assert_eq!(hosting.send(&acme("/of/acme")).await, 200);
    assert_eq!(hosting.directory.asked(), 4);
}

#[tokio::test]
async fn a_name_is_looked_up_once_at_a_time() {
    let hosting = Hosting::by_route().await;
    let gate = Gate::shut();
    hosting.directory.fault(Some(Fault::Waits(gate.clone())));
    let to = hosting.server.addr;
    let sent: Vec<_> = (0..20)
        .map(|_| tokio::spawn(async move { acme("/of/acme").send(to).await.status }))
        .collect();
    until("the look-up", || hosting.directory.asked() == 1).await;
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }
    gate.open();
    for one in sent {
        assert_eq!(one.await.unwrap(), 200);
    }
    assert_eq!(hosting.directory.asked(), 1);
    assert_eq!(hosting.script.runs(), 1);
}

#[tokio::test]
async fn a_tenant_can_be_named_by_a_header_or_the_host() {
    let header = TenantName::Header(http::HeaderName::from_static("x-tenant"));
    let hosting = Hosting::named_at(header).await;
    let call = acme("/of/x");
    assert_eq!(hosting.send(&call).await, 401);
    assert_eq!(
        hosting.send(&call.clone().with("x-tenant", "Acme")).await,
        200
    );
    let two = call
        .clone()
        .with("x-tenant", "acme")
        .and("x-tenant", "beta");
    assert_eq!(
        hosting.send(&two).await,
        401,
        "which one counts cannot be told"
    );

    let hosting = Hosting::named_at(TenantName::Host).await;
    assert_eq!(hosting.send(&call.clone().with("host", "acme")).await, 200);
    assert_eq!(hosting.send(&call.clone().with("host", "other")).await, 401);
    let http2 = call.target("http://acme/of/x");
    assert_eq!(http2.send_http2(hosting.server.addr).await.status, 200);
    assert_eq!(hosting.script.runs(), 1);
}

#[tokio::test]
async fn a_route_without_the_parameter_is_500() {
    let hosting = Hosting::by_route().await;
    let bare = Router::new()
        .route("/fixed", hosting.script.route::<Event>(&hosting.receiver))
        .route(
            "/misnamed/{tenannt}",
            hosting.script.route::<Event>(&hosting.receiver),
        );
    let server = Server::start(bare).await;
    for target in ["/fixed", "/misnamed/acme"] {
        let reply = acme(target).send(server.addr).await;
        assert_eq!(reply.status, 500, "{target}");
    }
    // Around the whole router nothing is routed yet.
    let routes = || Router::new().route("/of/{tenant}", hosting.script.bare::<Event>());
    let around = hosting.receiver.layer().layer(routes());
    let server = Server::start(Router::new().fallback_service(around)).await;
    assert_eq!(acme("/of/acme").send(server.addr).await.status, 500);
    assert_eq!(hosting.store.count(On::Claim), 0);
    // Axum layers the routes of a router one by one.
    for inside in [
        routes().layer(hosting.receiver.layer()),
        routes().route_layer(hosting.receiver.layer()),
    ] {
        let server = Server::start(inside).await;
        assert_eq!(acme("/of/acme").send(server.addr).await.status, 200);
    }
    assert_eq!(hosting.script.runs(), 1);
}
