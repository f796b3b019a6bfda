//! A store that is down, full or silent.

use std::time::Duration;

use hookgate::dedup::MemoryStore;

use crate::{
    everywhere::everywhere,
    handlers::{is_ok, is_unavailable, sent},
    stores::Failing,
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
                .settle_budget(budget)
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
                .store_limit(limit)
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
