//! A store that is down, full or silent.

use std::{sync::Mutex, time::Duration};

use hookgate::dedup::MemoryStore;

use crate::{
    everywhere::everywhere,
    handlers::{is_ok, is_unavailable, sent},
    stores::{Failing, Order, Stopping},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_down_is_503_and_runs_nothing() {
    everywhere(
        |tools| tools.receiver().dedup(Failing::always()),
        async |scene| {
            let answer = sent(scene, "process").await;
            is_unavailable(&answer, Some("5"));
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_full_is_503_and_runs_nothing() {
    everywhere(
        |tools| {
            let store = MemoryStore::with_clock(1, tools.clock.clone());
            tools.receiver().dedup(store)
        },
        async |scene| {
            is_ok(&sent(scene, "process").await);
            let full = scene.send(&scene.event("msg_2", "process")).await;
            is_unavailable(&full, Some("5"));
            is_ok(&sent(scene, "process").await);
            assert_eq!(scene.stage.runs(), 1);
            vec![full]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_cannot_be_written_is_503_though_the_handler_is_done() {
    let budget = Duration::from_millis(777);
    everywhere(
        |tools| {
            tools
                .receiver()
                .dedup(Failing::to_settle())
                .settle_timeout(budget)
        },
        async |scene| {
            let sender = scene.start(&scene.event("msg_1", "created"));
            scene.sleeps(budget, 1).await;
            scene.clock.advance(budget);
            let answer = sender.await.unwrap();
            is_unavailable(&answer, Some("5"));
            assert_eq!(scene.stage.runs(), 1);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_never_answers_is_503_and_runs_nothing() {
    let limit = Duration::from_millis(777);
    everywhere(
        |tools| {
            tools
                .receiver()
                .dedup(Failing::silently())
                .store_timeout(limit)
        },
        async |scene| {
            let sender = scene.start(&scene.event("msg_1", "process"));
            scene.sleeps(limit, 1).await;
            scene.clock.advance(limit);
            let answer = sender.await.unwrap();
            is_unavailable(&answer, Some("5"));
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

/// The first claim reaches the store when nobody waits for it any more, before its release or after. This sender
/// repeats within seconds, as senders do that give up soon.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_store_that_stopped_for_longer_than_a_call_the_next_copy_is_handled() {
    let limit = Duration::from_millis(777);
    let first_pause = Duration::from_millis(250);
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let made = Mutex::new(None);
        everywhere(
            |tools| {
                let store = MemoryStore::with_clock(10, tools.clock.clone());
                let store = Stopping::over(store);
                *made.lock().unwrap() = Some(store.clone());
                tools.receiver().dedup(store).store_timeout(limit)
            },
            async |scene| {
                let store = made.lock().unwrap().take().unwrap();
                let event = scene.event("msg_1", "created");
                let sender = scene.start(&event);
                scene.sleeps(limit, 1).await;
                scene.clock.advance(limit);
                let refused = sender.await.unwrap();
                is_unavailable(&refused, Some("5"));

                // Up to a quarter shorter, so that leases that were given up at once are not told at once.
                scene.sleeps_between(first_pause * 3 / 4, first_pause).await;
                scene.clock.advance(first_pause);
                scene.sleeps(limit, 2).await;
                store.goes_on(order).await;
                let handled = scene.send(&event).await;
                assert_eq!(handled.status, 201);
                assert_eq!(scene.send(&event).await.status, 200);
                assert_eq!(scene.stage.runs(), 1);
                vec![refused, handled]
            },
        )
        .await;
    }
}
