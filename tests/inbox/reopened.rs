//! What a worker reads again: the verdict is the accept's, whatever has changed since.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    Ack, Delivery, Nack, Receiver, Secret,
    dedup::{DedupStore, State},
    inbox::{Filter, Inbox},
    providers::logto::{Event, EventName, Logto},
    worker::Worker,
};

use super::works::Works;
use crate::props::{Log, logto};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Its key was replaced, its time is outside the window, nobody is interested in its type any more, and its pack identifies
/// it by other parts.
#[tokio::test]
async fn what_was_accepted_is_handled_under_its_key_whatever_has_changed() {
    let log = Log::begin();
    let works = Works::new().await;
    assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
    let listed = works.inbox.list(&Filter::all(), None, 2).await.unwrap();
    let key = listed.rows[0].key;
    works.stage.clock.advance(10 * DAY);

    let other = Secret::utf8("another key of some length").unwrap();
    let pack = Logto::new(other)
        .merge_hooks()
        .interested_in([EventName::PostSignIn]);
    let clock = works.stage.clock.clone();
    let receiver = Receiver::new("test", pack)
        .inbox_for_tests(works.inbox.clone())
        .clock(clock.clone())
        .timer(clock.clone())
        .build()
        .unwrap();
    let handled = Arc::<Mutex<Vec<_>>>::default();
    let seen = handled.clone();
    let handler = move |delivery: Delivery<Event>| {
        let was = (*delivery.event_key(), delivery.payload().to_vec());
        seen.lock().unwrap().push(was);
        async { Ok::<_, Nack>(Ack::processed()) }
    };
    let worker = Worker::new(works.inbox.clone()).clock(clock);
    works.start(worker.handle(&receiver, handler));
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(
        *handled.lock().unwrap(),
        [(key, logto::body(1).into_bytes())]
    );
    assert!(log.text().contains("gives this stored event another key"));
    let mark = works.inbox.look(&key).await.unwrap();
    assert!(matches!(mark, State::Done), "{mark:?}");
}
