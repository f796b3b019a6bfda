//! Applications that are right but for their receiver.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, extract::Request, response::Response};
use hookgate::{
    ReceiverBuilder, UnixTime,
    access::{Access, Denied},
    dedup::MemoryStore,
    pack::Head,
    testing::{Bench, Scenario},
};
use hookgate_axum::testing::kit;
use http::{HeaderName, HeaderValue};
use tower::{ServiceExt, service_fn};

use crate::{
    application::{LogtoEvent, logto, logto_sender, on_axum},
    stores::Boastful,
    wrong_on_axum::{fails, has_words},
};

fn received(bench: &Bench, set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Router {
    on_axum::<LogtoEvent>(bench, set(logto(bench)))
}

#[tokio::test]
async fn a_store_that_forgets_is_found() {
    let app = async |bench: &Bench| received(bench, |it| it.dedup(Boastful::at_once()));
    let words = ["first copy", "happened 2 times", "a store that forgets"];
    fails(app, Scenario::SequentialCopies, &words).await;
}

#[tokio::test]
async fn a_store_that_forgets_at_a_restart_and_says_otherwise_is_found() {
    let app = async |bench: &Bench| received(bench, |it| it.dedup(Boastful::until_restart()));
    let words = [
        "after a restart",
        "happened 2 times",
        "a store that forgets",
    ];
    fails(app, Scenario::Restart, &words).await;
}

#[tokio::test]
async fn a_receiver_without_a_window_is_found() {
    let app = async |bench: &Bench| received(bench, ReceiverBuilder::without_time_check);
    for scenario in [Scenario::TooOld, Scenario::FromTheFuture] {
        let words = ["expected: 401", "got:      200", "without_time_check"];
        fails(app, scenario, &words).await;
    }
}

/// Each of two instances remembers what it handled itself. Requests go to one and the other in turn.
#[tokio::test]
async fn instances_with_a_store_of_their_own_are_found() {
    let app = async |bench: &Bench| {
        let own = || MemoryStore::with_clock(100, bench.clock());
        let instances = [(); 2].map(|()| received(bench, |it| it.dedup(own())));
        let turn = Arc::new(AtomicUsize::new(0));
        Router::new().fallback_service(service_fn(move |request: Request| {
            let turn = turn.fetch_add(1, Ordering::SeqCst);
            let instance = instances[turn % 2].clone();
            async move { Ok::<Response, Infallible>(instance.oneshot(request).await.unwrap()) }
        }))
    };
    for scenario in [Scenario::ConcurrentCopies, Scenario::SequentialCopies] {
        fails(app, scenario, &["happened 2 times", "a store that forgets"]).await;
    }
    let words = ["two handlers ran at once", "one for each instance"];
    fails(app, Scenario::CopyWhileRunning, &words).await;
}

/// Looks whether there is a key, or not even that.
struct Careless {
    wants_one: bool,
}

impl Access for Careless {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        let mut found = !self.wants_one;
        let name = HeaderName::from_static("x-api-key");
        head.headers.each(&name, &mut |_| found = true);
        match found {
            true => Ok(()),
            false => Err(Denied::Missing),
        }
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static("ApiKey realm=\"webhook\"")]
    }
}

#[tokio::test]
async fn a_rule_that_looks_at_no_credentials_is_found() {
    let words = ["expected: 401", "got:      200", "the endpoint is open"];
    for (wants_one, scenarios) in [
        (true, &[Scenario::WrongCredentials][..]),
        (
            false,
            &[Scenario::WithoutCredentials, Scenario::WrongCredentials],
        ),
    ] {
        let app = async |bench: &Bench| received(bench, |it| it.access(Careless { wants_one }));
        let kit = kit(app, logto_sender()).credentials("x-api-key", "the-key");
        let report = kit.run(scenarios).await;
        for scenario in scenarios {
            has_words(&report, *scenario, &words);
        }
    }
}
