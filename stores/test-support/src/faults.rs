//! What goes wrong on the way to a server, on any [`Server`]: each fault ends in an error or in the right answer, and
//! service resumes without a restart. [`test_faults!`](crate::test_faults) makes tests of it.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use hookgate::{
    Ack,
    dedup::{Claim, DedupStore, End, Settled, State, StoreError},
};

use crate::{
    App, Break, LEASE, Load, Proxy, RETAIN, give_up, key, owner, send, send_until_done, wait_for,
    win,
};

/// A server of one test's own. All stores on it share their keys.
pub trait Server: Send + Sync + Sized {
    /// The store.
    type Store: DedupStore + Clone;
    /// Events of a load that is still under way when half of them are handled and somebody has noticed.
    const LOAD: u64;
    /// Statements of a claim before the one that takes over a lapsed lease.
    const BEFORE_A_TAKEOVER: usize;
    /// Calls that may fail after one was given up because its connection went silent.
    const FAIL_AFTER_SILENCE: usize;

    /// A server that writes down what it confirms. `None` where there is none to be had.
    fn start() -> Option<Self>;

    /// Where it listens.
    fn port(&self) -> u16;

    /// Kills it.
    fn crash(&self);

    /// Starts it again.
    fn resume(&self);

    /// Makes it stand still.
    fn pause(&self);

    /// Lets it go on.
    fn unpause(&self);

    /// A store on it.
    fn store(&self, access: Access) -> impl Future<Output = Self::Store> + Send;

    /// Whether a request with this first byte is a statement of a store.
    fn is_statement(first: u8) -> bool;
}

/// How a store reaches its server.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// The server's port, or that of a proxy.
    pub port: u16,
    /// How long a call may take. `None` is the store's default.
    pub call_timeout: Option<Duration>,
    /// Whether claims have one connection alone, so that a test sees which one it breaks.
    pub alone: bool,
    /// Whether a new connection, and a statement that it does not know, cost no messages of their own.
    pub plain: bool,
}

impl Access {
    /// With the store's defaults.
    pub fn at(port: u16) -> Self {
        Self {
            port,
            call_timeout: None,
            alone: false,
            plain: false,
        }
    }

    /// With one connection for claims.
    fn alone_at(port: u16) -> Self {
        Self {
            alone: true,
            ..Self::at(port)
        }
    }

    /// With half a second for a call.
    fn brief(self) -> Self {
        Self {
            call_timeout: Some(BRIEF),
            ..self
        }
    }

    /// Without messages of its own.
    fn plain(self) -> Self {
        Self {
            plain: true,
            ..self
        }
    }
}

const BRIEF: Duration = Duration::from_millis(500);

/// A test of each promise, on a `$server` of its own.
#[macro_export]
macro_rules! test_faults {
    ($server:ty) => {
        $crate::test_faults! { $server:
            a_server_that_crashes_under_load_loses_nothing_that_it_wrote_down,
            no_call_guesses_while_the_server_is_gone,
            a_connection_cut_mid_call_costs_nothing,
            a_claim_whose_answer_was_lost_is_held_by_its_owner,
            what_a_server_that_stood_still_refused_can_be_claimed_by_another_at_once,
            a_release_that_overtakes_either_step_of_its_claim_wins,
            a_connection_that_goes_silent_is_given_up,
            a_claims_silent_connection_costs_neither_lease_nor_mark,
            an_uncontended_delivery_costs_two_round_trips,
        }
    };
    ($server:ty: $($promise:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $promise() {
            if let Some(server) = <$server as $crate::Server>::start() {
                $crate::faults::$promise(server).await;
            }
        }
    )+};
}

/// While it is down every delivery is answered 503, in time.
pub async fn a_server_that_crashes_under_load_loses_nothing_that_it_wrote_down<S: Server>(
    server: S,
) {
    let store = server.store(Access::at(server.port())).await;
    let app = App::start(store.clone(), |_| async { Ok(Ack::processed()) }).await;
    assert_eq!(send(app.address(), "before").await, Some(200));

    let load = Load::start(&store, 8, S::LOAD);
    load.handled(S::LOAD / 4).await;
    server.crash();
    let asked = Instant::now();
    assert_eq!(send(app.address(), "during").await, Some(503));
    assert!(asked.elapsed() < Duration::from_secs(8));
    load.failed(8).await;
    server.resume();
    load.handled(S::LOAD / 2).await;
    server.crash();
    server.resume();
    assert!(load.finish().await > 0, "the load never noticed");

    // What was done before is known, what failed is handled, in the same process.
    assert_eq!(send(app.address(), "before").await, Some(200));
    send_until_done(|| app.address(), "during").await;
    for number in 0..S::LOAD {
        let state = store.look(&key(number)).await;
        assert!(matches!(state, Ok(State::Done)), "{number}: {state:?}");
    }
}

/// Each call is an error.
pub async fn no_call_guesses_while_the_server_is_gone<S: Server>(server: S) {
    let store = server.store(Access::at(server.port())).await;
    let lease = win(&store, 1).await;
    server.crash();
    let claim = store.claim(&key(2), None, owner(2), LEASE).await;
    let look = store.look(&key(1)).await;
    let extended = store.extend(&lease, LEASE).await;
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    for told in [claim.err(), look.err(), extended.err(), settled.err()] {
        assert!(
            matches!(told, Some(StoreError::Unavailable(_) | StoreError::Timeout)),
            "{told:?}"
        );
    }
}

/// The store repeats the call with the same token.
pub async fn a_connection_cut_mid_call_costs_nothing<S: Server>(server: S) {
    let proxy = Proxy::start(server.port()).await;
    let store = server.store(Access::at(proxy.port())).await;
    for (number, breaks) in [(1, Break::BeforeRequest), (2, Break::BeforeAnswer)] {
        proxy.break_next(&[breaks]);
        let lease = win(&store, number).await;
        assert_eq!((proxy.breaks_left(), lease.attempt()), (0, 1));
        proxy.break_next(&[breaks]);
        let settled = store.settle(&lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
        assert_eq!(proxy.breaks_left(), 0);
    }
}

/// Where the answer of the repeat is lost as well, the caller repeats it with its token.
pub async fn a_claim_whose_answer_was_lost_is_held_by_its_owner<S: Server>(server: S) {
    let proxy = Proxy::start(server.port()).await;
    let store = server.store(Access::alone_at(proxy.port())).await;
    let lost = [Break::BeforeAnswer, Break::BeforeAnswer];

    proxy.break_next(&lost);
    let claim = store.claim(&key(2), None, owner(2), LEASE).await;
    assert!(
        matches!(claim, Err(StoreError::Unavailable(_))),
        "{claim:?}"
    );
    let stranger = store.claim(&key(2), None, owner(3), LEASE).await;
    assert!(
        matches!(stranger, Ok(Claim::InProgress { .. })),
        "{stranger:?}"
    );
    let lease = win(&store, 2).await;
    assert_eq!(lease.attempt(), 1);

    // The same for its settle: written once, and known to its owner.
    proxy.break_next(&lost);
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(
        matches!(settled, Err(StoreError::Unavailable(_))),
        "{settled:?}"
    );
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// Claims that are still on their way when it goes on are not granted, in whatever order it runs them.
pub async fn what_a_server_that_stood_still_refused_can_be_claimed_by_another_at_once<S: Server>(
    server: S,
) {
    let store = server.store(Access::at(server.port()).brief()).await;
    // Connections are there, and the server knows the statements.
    win(&store, 100).await;
    give_up(&store, 101).await;
    server.pause();
    let claims = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.claim(&key(number), None, owner(number), LEASE).await })
    });
    for claim in claims.collect::<Vec<_>>() {
        let claim = claim.await.expect("no panic");
        assert!(claim.is_err(), "{claim:?}");
    }
    let releases = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { give_up(&store, number).await })
    });
    let releases: Vec<_> = releases.collect();
    server.unpause();
    for release in releases {
        release.await.expect("confirmed");
    }
    for number in 0..20 {
        let other = store
            .claim(&key(number), None, owner(number + 50), LEASE)
            .await;
        assert!(matches!(other, Ok(Claim::Won(_))), "{number}: {other:?}");
    }
}

/// A claim that arrives after its release is not granted, in neither of its steps.
pub async fn a_release_that_overtakes_either_step_of_its_claim_wins<S: Server>(server: S) {
    let proxy = Proxy::start(server.port()).await;
    let direct = Access::alone_at(server.port()).plain();
    let proxied = Access::alone_at(proxy.port()).plain().brief();
    let (direct, proxied) = (server.store(direct).await, server.store(proxied).await);

    proxy.break_next(&[Break::Late]);
    is_not_granted_late(&proxied, &direct, &proxy, 1).await;

    // Of a lapsed lease, the statement that takes it over. The server knows all of them.
    for number in [2, 3] {
        let lapsed = direct
            .claim(&key(number), None, owner(99), Duration::ZERO)
            .await;
        assert!(matches!(lapsed, Ok(Claim::Won(_))), "{lapsed:?}");
        // The shortest lease is a millisecond on some servers, and a claim may come sooner.
        while !matches!(direct.look(&key(number)).await, Ok(State::Free)) {}
    }
    win(&direct, 2).await;
    win_after_silence::<S>(&proxied, 4).await;
    let mut breaks = vec![Break::Through; S::BEFORE_A_TAKEOVER];
    breaks.push(Break::Late);
    proxy.break_next(&breaks);
    is_not_granted_late(&proxied, &direct, &proxy, 3).await;
}

/// Claims of a store behind a proxy arrive when their callers have released them.
async fn is_not_granted_late(
    proxied: &impl DedupStore,
    direct: &impl DedupStore,
    proxy: &Proxy,
    number: u64,
) {
    let claim = proxied
        .claim(&key(number), None, owner(number), LEASE)
        .await;
    assert!(matches!(claim, Err(StoreError::Timeout)), "{claim:?}");
    assert_eq!(proxy.breaks_left(), 0);
    give_up(direct, number).await;
    proxy.let_go().await;
    let state = direct.look(&key(number)).await;
    assert!(matches!(state, Ok(State::Free)), "{state:?}");
    let other = direct.claim(&key(number), None, owner(100), LEASE).await;
    assert!(matches!(other, Ok(Claim::Won(_))), "{other:?}");
}

/// A connection that has just gone silent is replaced.
async fn win_after_silence<S: Server>(store: &S::Store, number: u64) {
    for _ in 0..S::FAIL_AFTER_SILENCE {
        let claim = store.claim(&key(number), None, owner(number), LEASE).await;
        if matches!(claim, Ok(Claim::Won(_))) {
            return;
        }
    }
    win(store, number).await;
}

/// Its place is free again for the next.
pub async fn a_connection_that_goes_silent_is_given_up<S: Server>(server: S) {
    let proxy = Proxy::start(server.port()).await;
    let store = server.store(Access::alone_at(proxy.port()).brief()).await;
    proxy.break_next(&[Break::Silence]);
    let asked = Instant::now();
    let claim = store.claim(&key(1), None, owner(1), LEASE).await;
    assert!(matches!(claim, Err(StoreError::Timeout)), "{claim:?}");
    assert!(asked.elapsed() < BRIEF * 3);
    win_after_silence::<S>(&store, 1).await;
}

/// Whoever holds an event does not wait for whoever claims one.
pub async fn a_claims_silent_connection_costs_neither_lease_nor_mark<S: Server>(server: S) {
    let proxy = Proxy::start(server.port()).await;
    let store = server.store(Access::alone_at(proxy.port())).await;
    let lease = win(&store, 1).await;
    proxy.break_next(&[Break::Silence]);
    let claiming = tokio::spawn({
        let store = store.clone();
        async move { store.claim(&key(2), None, owner(2), LEASE).await }
    });
    wait_for("the claim is under way", || proxy.breaks_left() == 0).await;
    let extended = store.extend(&lease, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    let claim = claiming.await.expect("a claim");
    assert!(matches!(claim, Err(StoreError::Timeout)), "{claim:?}");
}

/// The first of all may tell the server the statements.
pub async fn an_uncontended_delivery_costs_two_round_trips<S: Server>(server: S) {
    let proxy = Proxy::start(server.port()).await;
    let store = server.store(Access::alone_at(proxy.port())).await;
    for event in 0..4 {
        proxy.requests();
        let lease = win(&store, event).await;
        let settled = store.settle(&lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
        let requests = proxy.requests();
        let statements = requests.iter().filter(|first| S::is_statement(**first));
        let statements = statements.count();
        assert!(statements == 2 || event == 0, "{event}: {statements}");
    }
}
