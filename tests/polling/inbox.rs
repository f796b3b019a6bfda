//! Behind an inbox, what is asked for is accepted as what is sent is, and a worker handles it once.

use std::{sync::Arc, time::Duration};

use hookgate::{
    Delivery, Origin,
    dedup::OwnerToken,
    inbox::{Ask, FORMAT, Inbox, MemoryInbox, ProvedBy, StoredDelivery},
    providers::idcloud::{Event, IdCloud},
    time::Timer,
    worker::Worker,
};

use super::world::{World, notification, on_event};
use crate::props::at_once;

const ID: &str = "8263a268-5388-492a-bca2-28e1ff4a69f0";

#[test]
fn what_is_asked_for_is_accepted_and_a_worker_handles_it_once() {
    let mut world = World::new(1);
    let process = world.tasks.process();
    let inbox = MemoryInbox::with_clock(100, world.clock.clone());
    let builder = world.builder(&process, IdCloud::new());
    let receiver = builder.inbox_for_tests(inbox.clone()).build().unwrap();
    let fallback = world.fallback(&receiver).path("/webhooks/idcloud").build();
    let fallback = fallback.unwrap();
    world.ends(ID, 1);
    let (asks, timer) = (fallback.clone(), process.clone());
    process.spawn(Box::pin(async move {
        asks.expect(None, ID).await.unwrap();
        asks.run_on(timer, std::future::pending()).await;
    }));
    world.pass(15);
    // It is durable, so it is awaited no more.
    assert!(world.expectations.is_empty());
    assert_eq!((inbox.len(), world.asked()), (1, 1));
    let stored = stored(&inbox);
    assert_eq!(stored.verdict.proved_by, ProvedBy::OwnCall);
    assert_eq!(&*stored.request.path, "/webhooks/idcloud");
    let ends = world.log.ends.lock().unwrap()[ID].1.clone();
    assert_eq!(stored.request.body, notification(ID, &ends));

    let (log, clock) = (world.log.clone(), world.clock.clone());
    let handler = move |delivery: Delivery<Event>| on_event(log.clone(), clock.clone(), delivery);
    let worker = Worker::new(inbox.clone()).handle(&receiver, handler);
    let worker = worker.clock(world.clock.clone());
    let timer = process.clone();
    process.spawn(Box::pin(async move {
        let stopped = worker.run_on(timer, std::future::pending()).await;
        stopped.unwrap();
    }));
    world.pass(60);
    let runs = world.runs();
    assert_eq!(runs.len(), 1);
    assert_eq!((&*runs[0].id, runs[0].origin), (ID, Origin::Polled));
    assert!(inbox.is_empty());

    // It is awaited again by mistake: it has been handled.
    process.spawn(Box::pin(async move {
        fallback.expect(None, ID).await.unwrap();
    }));
    world.pass(60);
    assert!(world.expectations.is_empty());
    assert_eq!((world.runs().len(), world.asked()), (1, 1));
}

/// What the inbox keeps of its one line. Its lease is of no time.
fn stored(inbox: &MemoryInbox) -> StoredDelivery {
    let ask = Ask {
        endpoints: &[Arc::from(super::world::ENDPOINT)],
        format: FORMAT,
        limit: 1,
        lasts: Duration::ZERO,
        owner: OwnerToken::from_bytes([7; 16]),
        suspects: false,
    };
    let batch = at_once(inbox.lease(ask)).unwrap();
    StoredDelivery::from_bytes(batch.rows[0].payload.clone()).unwrap()
}
