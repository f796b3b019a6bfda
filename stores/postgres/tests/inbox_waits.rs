//! B1: what another instance has not committed holds up neither its neighbours in a batch nor anybody for long.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{sync::mpsc, thread, time::Duration};

use hookgate::inbox::{Accept, Inbox};
use place::scene::{copy, entry, keys, literal, ordered, pid, scene, until};
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::sync::oneshot;

/// An accept waits for a quarter of it, and a transaction may be idle for three.
const LIMIT: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_another_instance_has_not_committed_holds_up_no_other() {
    let Some(scene) = scene().await else { return };
    let settings = scene.settings().call_timeout(LIMIT);
    let inbox = settings.pool(scene.pool().clone()).await.expect("an inbox");
    let key = format!(
        "INSERT INTO {{dedup}} (event_key, owner, attempt, state, expires_at) \
         VALUES ({}, gen_random_uuid(), 1, 4, now() + interval '1 h')",
        literal(7)
    );
    let other = scene.open(&key).await;
    let batch = (0..20).map(entry).collect();
    let accepted = inbox.accept(batch).await.expect("accept");
    for (number, accepted) in accepted.iter().enumerate() {
        let is_as_expected = match number {
            7 => matches!(accepted, Accept::InProgress { .. }),
            _ => *accepted == Accept::Queued,
        };
        assert!(is_as_expected, "{number}: {accepted:?}");
    }
    other.rollback().await.expect("it was open all along");
    let without_it: Vec<_> = (0..20).filter(|number| *number != 7).collect();
    let expected: Vec<_> = without_it.iter().map(|number| entry(*number).key).collect();
    assert_eq!(keys(&scene.ask(0).await), expected, "in their order");
}

/// A handler blocks the runtime of an instance between a statement of its accept and the commit.
#[tokio::test(flavor = "multi_thread")]
async fn an_accept_of_a_blocked_runtime_does_not_keep_its_key() {
    let Some(scene) = scene().await else { return };
    let mut payloads = scene
        .open("LOCK TABLE {payload_0} IN ACCESS EXCLUSIVE MODE")
        .await;
    let pid = pid(&mut payloads).await;
    let settings = scene.settings().call_timeout(LIMIT);
    let options = PgConnectOptions::clone(&scene.pool().connect_options());
    let (block, is_to_block) = oneshot::channel::<()>();
    let (blocks, is_blocked) = oneshot::channel();
    let (go_on, goes_on) = mpsc::channel::<()>();
    let instance = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async move {
            let pool = PgPool::connect_with(options).await.expect("connect");
            let inbox = settings.pool(pool).await.expect("an inbox");
            let handler = tokio::spawn(async move {
                is_to_block.await.expect("the test goes on");
                blocks.send(()).expect("the test goes on");
                goes_on.recv().expect("the test goes on");
            });
            let accepted = inbox.accept(vec![ordered("one", 1)]).await;
            handler.await.expect("no panic");
            accepted
        })
    });
    until("it waits", async || scene.waits_for(pid).await).await;
    block.send(()).expect("it runs");
    is_blocked.await.expect("it runs");
    payloads.rollback().await.expect("let its payload in");
    let accept = async |entry: hookgate::inbox::Entry| scene.accept(entry).await == Accept::Queued;
    until("its key is free", async || accept(copy(1)).await).await;
    until("its order is free", async || {
        accept(ordered("one", 2)).await
    })
    .await;
    go_on.send(()).expect("it runs");
    let accepted = instance.join().expect("no panic");
    assert!(
        !matches!(accepted.as_deref(), Ok([Accept::Queued])),
        "{accepted:?}"
    );
}
