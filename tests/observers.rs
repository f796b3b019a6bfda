//! What an application's observer is told of its deliveries.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod support;

use std::sync::{Arc, Mutex};

use hookgate::{
    Observed, Observer, Reason, Secret,
    providers::logto::{EventName, Logto},
};
use support::{Stage, Step, logto};

#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<Reason>>>);

impl Observer for Ends {
    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        assert_eq!(delivery.endpoint(), "test");
        self.0.lock().unwrap().push(reason);
    }
}

#[tokio::test]
async fn each_verified_delivery_ends_once_whatever_becomes_of_it() {
    let ends = Ends::default();
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap())
        .interested_in([EventName::OrganizationDeleted]);
    let stage = Stage::of(pack, |builder| builder.observer(ends.clone())).await;
    stage.script.then(Step::Retry);

    let event = logto::event(1);
    let unwanted = logto::body(2).replace("Organization.Deleted", "PostSignIn");
    for call in [
        &event,
        &event,
        &event,
        &logto::signed(unwanted, logto::KEY),
        &logto::signed(logto::body(3), "another key"),
    ] {
        stage.send(call).await;
    }
    assert_eq!(
        *ends.0.lock().unwrap(),
        [
            Reason::HandlerRetry,
            Reason::Handled,
            Reason::Duplicate,
            Reason::NotOfInterest
        ]
    );
}
