//! The rules of the inbox that depend on who commits first: each side is stopped between the other's statement and commit.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::{
    Key, Keyring, Secret,
    dedup::{Claim, DedupStore, End, Settled},
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, EncryptedInbox, Entry, FORMAT, Inbox, Pause,
        PauseReason, Quarantine, QuarantineCap, Stands,
    },
    pack::ContentDigest,
};
use hookgate_postgres::{PostgresInbox, PostgresStore, Table};
use hookgate_test_support::{LEASE, RETAIN, key, owner, win};
use place::scene::{
    ENDPOINT, Scene, ask, ask_for, copy, entry, keys, literal, order, ordered, pid, scene, until,
};

/// What `settle_in` does of a line in the application's transaction.
fn ends_the_line(scene: &Scene, number: u64, by: u64) -> String {
    let (key, owner) = (literal(number), owner(by));
    let owner = owner.as_bytes().map(|byte| format!("{byte:02x}")).concat();
    scene.sql(&format!(
        "DELETE FROM {{work}} WHERE event_key = {key}; DELETE FROM {{later}} WHERE event_key = {key}; \
         UPDATE {{dedup}} SET state = 1, owner = '{owner}', expires_at = now() + interval '1 h' \
         WHERE event_key = {key}"
    ))
}

/// B1: rows that a handler's transaction has locked, of every state.
#[tokio::test]
async fn an_accept_waits_for_no_lock_of_a_handlers_transaction() {
    let Some(scene) = scene().await else { return };
    scene.queue([entry(1)]).await;
    let batch = scene.ask(0).await;
    assert_eq!(keys(&batch), [key(1)]);
    let _inline = win(scene.inbox(), 2).await;
    let third = key(3);
    let lapsed = scene.inbox().claim(&third, None, owner(3), Duration::ZERO);
    assert!(matches!(lapsed.await, Ok(Claim::Won(_))));
    let done = win(scene.inbox(), 4).await;
    let settled = scene.inbox().settle(&done, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    let locks = scene.sql("SELECT FROM {dedup} FOR UPDATE; UPDATE {dedup} SET attempt = attempt");
    let mut tx = scene.open(&locks).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(ends_the_line(&scene, 1, 0)))
        .execute(&mut *tx)
        .await
        .expect("settle");
    // One batch: what is locked holds up nobody, itself included.
    let batch = [copy(1), copy(2), copy(3), copy(4), entry(5)].into();
    let accepted = scene.inbox().accept(batch).await.expect("accept");
    assert!(
        matches!(
            accepted[..],
            [
                Accept::Copy,
                Accept::InProgress { .. },
                Accept::InProgress { .. },
                Accept::Done { .. },
                Accept::Queued,
            ]
        ),
        "{accepted:?}"
    );
    tx.rollback()
        .await
        .expect("the transaction was open all along");
}

/// A4: the batches of two instances have the same keys, in opposite orders.
#[tokio::test(flavor = "multi_thread")]
async fn batches_of_two_instances_with_the_same_keys_queue_each_once() {
    let Some(scene) = scene().await else { return };
    let other = scene.another().await;
    for round in 0..20 {
        let numbers = || round * 50..(round + 1) * 50;
        let (one, two) = tokio::join!(
            scene.inbox().accept(numbers().map(entry).collect()),
            other.accept(numbers().rev().map(copy).collect()),
        );
        let accepted = [one.expect("accept"), two.expect("accept")].concat();
        let queued = accepted.iter().filter(|it| **it == Accept::Queued).count();
        assert_eq!(queued, 50, "{accepted:?}");
    }
    assert_eq!(scene.number("SELECT count(*) FROM {work}").await, 1000);
    assert_eq!(scene.ask(0).await.rows.len(), 1000);
}

/// A4: two batches have the same orders, and each has them in another order.
#[tokio::test(flavor = "multi_thread")]
async fn batches_of_two_instances_with_the_same_orders_do_not_wait_for_each_other() {
    let Some(scene) = scene().await else { return };
    scene.queue([ordered("a third", 1)]).await;
    let mut orders = ["one", "two"];
    orders.sort_unstable_by_key(|name| *order(name).as_bytes());
    let [low, high] = orders;
    // The other instance's batch is between its two lines.
    let line = |number: u64, name: &str| {
        let order = order(name);
        let order = order.as_bytes().map(|byte| format!("{byte:02x}")).concat();
        scene.sql(&format!(
            "INSERT INTO {{work}} SELECT (w).* FROM (SELECT jsonb_populate_record(w, jsonb_build_object( \
             'number', -{number}, 'event_key', {}, 'order_key', decode('{order}', 'hex'))) AS w \
             FROM {{work}} AS w WHERE number > 0 LIMIT 1) AS w",
            literal(number)
        ))
    };
    let mut other = scene.open(&line(2, low)).await;
    let pid = pid(&mut other).await;
    let inbox = scene.inbox().clone();
    let batch = vec![ordered(high, 4), ordered(low, 3)];
    let accept = tokio::spawn(async move { inbox.accept(batch).await });
    until("the batch waits", async || scene.waits_for(pid).await).await;
    let next = format!("SET LOCAL lock_timeout = '100ms'; {}", line(5, high));
    let next = sqlx::raw_sql(sqlx::AssertSqlSafe(next))
        .execute(&mut *other)
        .await;
    assert!(next.is_ok(), "{next:?}");
    other.rollback().await.expect("go on");
    let accepted = accept.await.expect("no panic").expect("accept");
    assert_eq!(accepted, [Accept::Queued; 2]);
    assert_eq!(
        keys(&scene.ask(0).await),
        [key(1), key(4), key(3)],
        "they are numbered as they came"
    );
}

/// A8: the fence of an event goes on over its dead letter.
#[tokio::test]
async fn a_run_after_a_dead_letter_has_a_higher_attempt() {
    let Some(scene) = scene().await else { return };
    let attempt = async |by| {
        let rows = scene.ask(by).await.rows;
        assert_eq!(rows.len(), 1);
        rows.into_iter().next().expect("one").lease
    };
    scene.queue([entry(1)]).await;
    for by in 0..3 {
        let lease = attempt(by).await;
        let given = scene
            .inbox()
            .give_back(&lease, Duration::ZERO, Counts::Failure, None);
        assert!(matches!(given.await, Ok(Settled::Ok)));
    }
    let lease = attempt(3).await;
    assert_eq!(lease.attempt(), 4);
    scene.bury(&lease).await;
    let kept = "SELECT attempt::bigint FROM {dedup}";
    assert_eq!(scene.number(kept).await, 4, "with the dead letter");
    // As an earlier release left it.
    scene.run("UPDATE {dedup} SET attempt = 1").await;
    assert!(scene.inbox().discard(&key(1)).await.expect("discard"));
    assert_eq!(scene.number(kept).await, 4, "with its mark");
    scene.run("UPDATE {dedup} SET expires_at = now()").await;
    scene.queue([copy(1)]).await;
    assert!(attempt(4).await.attempt() > 4);
}

/// B6: what a sender that left has handed in is stored.
#[tokio::test]
async fn an_accept_whose_sender_left_is_stored() {
    let Some(scene) = scene().await else { return };
    let stopped = scene.stop_commits_of("work").await;
    let accept = scene.inbox().accept(vec![entry(1)]);
    let left = tokio::time::timeout(Duration::from_millis(1), accept).await;
    assert!(left.is_err(), "its commit is stopped");
    scene.until_stopped(1).await;
    stopped.rollback().await.expect("go on");
    until("it is stored", async || {
        keys(&scene.ask(0).await) == [key(1)]
    })
    .await;
    assert_eq!(
        scene.accept(entry(1)).await,
        Accept::Queued,
        "A3: under its token"
    );
}

/// A line that becomes visible after a later one was read is found, whoever tells of it or does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_committed_late_is_found() {
    let Some(scene) = scene().await else { return };
    let other = scene.another().await;
    let stopped = scene.stop_commits_of("parked").await;
    // Its number is given, and its commit is stopped by the parked line of the same batch.
    let late = tokio::spawn(async move {
        let batch = vec![entry(1), ordered("one", 2), ordered("one", 3)];
        other.accept(batch).await.expect("accept")
    });
    scene.until_stopped(1).await;
    scene.queue([entry(4)]).await;
    assert_eq!(
        keys(&scene.ask(0).await),
        [key(4)],
        "it has passed the late ones"
    );
    stopped.rollback().await.expect("go on");
    assert_eq!(late.await.expect("no panic"), [Accept::Queued; 3]);
    until("the late ones are found", async || {
        keys(&scene.ask(1).await) == [key(1), key(2)]
    })
    .await;
}

/// A worker is killed while others have a backlog that fills every batch. Ten million numbers have been given since.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_workers_line_is_found_beside_a_backlog() {
    let Some(scene) = scene().await else { return };
    let peer = scene.another().await;
    scene.queue([entry(1)]).await;
    assert_eq!(
        keys(&ask(&peer, 1, 100 * LEASE).await),
        [key(1)],
        "it lives"
    );
    scene.run("SELECT setval('{number}', 5000000)").await;
    scene.queue([entry(2)]).await;
    until("the peer has read so far", async || {
        keys(&ask(&peer, 2, Duration::ZERO).await) == [key(2)]
    })
    .await;
    scene.run("SELECT setval('{number}', 10000000)").await;
    scene.queue((3..100).map(entry)).await;
    let found = async {
        for number in 100.. {
            scene.queue([entry(number)]).await;
            let batch = ask_for(scene.inbox(), 1, number, LEASE).await;
            if keys(&batch) == [key(2)] {
                return batch.rows[0].vanished;
            }
            for row in batch.rows {
                assert_eq!(scene.settle(&row.lease).await, Settled::Ok);
            }
        }
        unreachable!()
    };
    let found = tokio::time::timeout(Duration::from_secs(60), found).await;
    assert_eq!(found, Ok(1));
    assert!(
        scene.number("SELECT count(*) FROM {work}").await > 1,
        "the backlog is there"
    );
}

/// Each worker is killed soon after its start.
#[tokio::test]
async fn a_worker_that_has_just_started_takes_what_a_dead_one_held() {
    let Some(scene) = scene().await else { return };
    scene.queue([entry(1)]).await;
    let dead = scene.another().await;
    assert_eq!(keys(&ask(&dead, 0, Duration::ZERO).await), [key(1)]);
    let new = scene.another().await;
    let batch = ask(&new, 1, LEASE).await;
    assert_eq!(keys(&batch), [key(1)]);
    assert_eq!(batch.rows[0].vanished, 1);
}

/// An inbox has seen a million million events, and an instance is new.
#[tokio::test]
async fn a_new_instance_begins_where_the_lines_are() {
    let Some(scene) = scene().await else { return };
    scene.run("SELECT setval('{number}', 1000000000000)").await;
    scene.queue([entry(1)]).await;
    let new = scene.another().await;
    assert_eq!(keys(&ask(&new, 0, LEASE).await), [key(1)]);
    scene.queue([entry(2)]).await;
    assert_eq!(keys(&ask(&new, 1, LEASE).await), [key(2)]);
}

/// A5: the accept has read the head, and the head ends before the accept commits.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_parked_while_its_head_ended_goes_on() {
    let Some(scene) = scene().await else { return };
    scene.queue([ordered("one", 1)]).await;
    let batch = scene.ask(0).await;
    let stopped = scene.stop_commits_of("parked").await;
    let inbox = scene.inbox().clone();
    let accept = tokio::spawn(async move { inbox.accept(vec![ordered("one", 2)]).await });
    scene.until_stopped(1).await;
    assert_eq!(scene.settle(&batch.rows[0].lease).await, Settled::Ok);
    assert!(keys(&scene.ask(1).await).is_empty());
    stopped.rollback().await.expect("go on");
    assert!(accept.await.expect("no panic").is_ok());
    assert_eq!(keys(&scene.ask(2).await), [key(2)]);
}

/// A5: the head's end is not committed yet when the accept parks, commits and promotes.
#[tokio::test]
async fn what_was_parked_before_its_heads_end_was_committed_goes_on() {
    let Some(scene) = scene().await else { return };
    scene.queue([ordered("one", 1)]).await;
    assert_eq!(keys(&scene.ask(0).await), [key(1)]);
    let tx = scene.open(&ends_the_line(&scene, 1, 0)).await;
    scene.queue([ordered("one", 2)]).await;
    assert!(
        keys(&scene.ask(1).await).is_empty(),
        "its head may still go on"
    );
    tx.commit().await.expect("commit");
    let promoted = scene.inbox().promote(&order("one")).await;
    assert!(promoted.is_ok(), "{promoted:?}");
    assert_eq!(keys(&scene.ask(2).await), [key(2)]);
}

/// A5: the process died after the commit, and before the promotion.
#[tokio::test]
async fn what_nobody_promoted_is_found_by_the_next_worker() {
    let Some(scene) = scene().await else { return };
    let one = [ordered("one", 1), ordered("one", 2), ordered("two", 3)];
    scene.queue(one).await;
    assert_eq!(keys(&scene.ask(0).await), [key(1), key(3)]);
    let ended = ends_the_line(&scene, 1, 0);
    scene.open(&ended).await.commit().await.expect("commit");
    let next = ask(&scene.another().await, 1, LEASE).await;
    assert_eq!(keys(&next), [key(2)]);
}

/// A5: a promotion is not committed yet when another one finds a line of a lower number, whose accept was late.
#[tokio::test(flavor = "multi_thread")]
async fn promotions_at_once_let_one_line_go_on() {
    let Some(scene) = scene().await else { return };
    scene.queue([ordered("one", 1), ordered("one", 3)]).await;
    assert_eq!(keys(&scene.ask(0).await), [key(1)]);
    let ended = ends_the_line(&scene, 1, 0);
    scene.open(&ended).await.commit().await.expect("commit");
    let promote = || {
        let inbox = scene.inbox().clone();
        tokio::spawn(async move { inbox.promote(&order("one")).await })
    };
    let stopped = scene.stop_commits_of("later").await;
    let first = promote();
    scene.until_stopped(1).await;
    let late = format!(
        "INSERT INTO {{parked}} SELECT (p).* FROM (SELECT jsonb_populate_record(p, \
         jsonb_build_object('number', 0, 'event_key', {})) AS p FROM {{parked}} AS p) AS p",
        literal(2)
    );
    scene.run(&late).await;
    let second = promote();
    scene.until_stopped(2).await;
    stopped.rollback().await.expect("go on");
    for promoted in [first, second] {
        promoted.await.expect("no panic").expect("promote");
    }
    assert_eq!(scene.number("SELECT count(*) FROM {later}").await, 1);
    assert_eq!(keys(&scene.ask(1).await), [key(3)]);
}

/// Turns the ring on by one slot, whose predecessor is emptied by the next `prune`.
async fn turn_the_ring(scene: &Scene) {
    scene
        .run("UPDATE {ring} SET since = now() - interval '7 h'")
        .await;
    scene.inbox().prune().await.expect("prune");
    scene
        .run("UPDATE {ring} SET since = now() - interval '3 min'")
        .await;
}

/// A6: lines in each table, one of them leased, outlive the emptying of their payloads' table.
#[tokio::test]
async fn payloads_of_what_waits_are_moved_before_their_table_is_emptied() {
    let Some(scene) = scene().await else { return };
    scene
        .queue([
            entry(1),
            entry(2),
            entry(3),
            ordered("one", 4),
            ordered("one", 5),
        ])
        .await;
    for (number, row) in (1_u64..).zip(scene.ask(0).await.rows) {
        match number {
            1 => assert_eq!(scene.settle(&row.lease).await, Settled::Ok),
            2 => {
                let again = Duration::ZERO;
                let given = scene
                    .inbox()
                    .give_back(&row.lease, again, Counts::Failure, None)
                    .await;
                assert!(matches!(given, Ok(Settled::Ok)), "{given:?}");
            }
            3 => scene.bury(&row.lease).await,
            _ => {}
        }
    }
    turn_the_ring(&scene).await;
    scene.inbox().prune().await.expect("prune");
    assert_eq!(scene.number("SELECT count(*) FROM {payload_0}").await, 0);
    assert_eq!(
        scene.number("SELECT count(*) FROM {payload_1}").await,
        3,
        "neither what is done nor what is dead"
    );
    assert!(scene.inbox().replay(&key(3), "why").await.expect("replay"));
    let batch = scene.ask(1).await;
    let payload = |number: u64| format!("payload {number}");
    let payloads: Vec<_> = batch.rows.iter().map(|row| row.payload.clone()).collect();
    assert_eq!(payloads, [payload(2), payload(3)]);
    for number in [4, 5] {
        let kept = scene.inbox().read(&key(number)).await.expect("read");
        assert_eq!(kept.expect("it waits").payload, payload(number));
    }
}

/// A6: an accept that began before the slot moved on, and commits after the copying, loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_accept_that_commits_late_into_an_old_slot_keeps_its_payload() {
    let Some(scene) = scene().await else { return };
    let stopped = scene.stop_commits_of("payload_0").await;
    let inbox = scene.inbox().clone();
    let accept = tokio::spawn(async move { inbox.accept(vec![entry(1)]).await });
    scene.until_stopped(1).await;
    let other = scene.another().await;
    scene
        .run("UPDATE {ring} SET turn = 1, since = now() - interval '3 min'")
        .await;
    // It is not seen, and keeps the table from being emptied.
    other.prune().await.expect("prune");
    stopped.rollback().await.expect("go on");
    assert!(accept.await.expect("no panic").is_ok());
    other.prune().await.expect("prune");
    assert_eq!(scene.number("SELECT count(*) FROM {payload_0}").await, 0);
    let batch = ask(&other, 0, LEASE).await;
    assert_eq!(batch.rows[0].payload, "payload 1");
}

/// A6: a worker that has the old address looks at the line again.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_finds_a_payload_that_is_moved_under_its_eyes() {
    let Some(scene) = scene().await else { return };
    scene.queue([entry(1)]).await;
    // The lines are leased, and their payloads cannot be read yet.
    let mut tx = scene
        .open("LOCK TABLE {payload_0} IN ACCESS EXCLUSIVE MODE")
        .await;
    let inbox = scene.inbox().clone();
    let lease = tokio::spawn(async move { ask(&inbox, 0, LEASE).await });
    until("it is leased", async || {
        scene
            .number("SELECT count(*) FROM {work} WHERE owner IS NOT NULL")
            .await
            == 1
    })
    .await;
    let moved = scene.sql(
        "INSERT INTO {payload_1} SELECT * FROM {payload_0}; UPDATE {work} SET slot = 1; TRUNCATE {payload_0}",
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(moved))
        .execute(&mut *tx)
        .await
        .expect("move");
    tx.commit().await.expect("commit");
    let batch = lease.await.expect("no panic");
    assert_eq!(batch.rows[0].payload, "payload 1");
}

/// B2: somebody reads an old table and stays. Accepting goes on, and the table is emptied later.
#[tokio::test]
async fn a_reader_of_an_old_table_stops_nobody() {
    let Some(scene) = scene().await else { return };
    scene.queue([entry(1)]).await;
    for row in scene.ask(0).await.rows {
        assert_eq!(scene.settle(&row.lease).await, Settled::Ok);
    }
    let reader = scene.open("SELECT count(*) FROM {payload_0}").await;
    turn_the_ring(&scene).await;
    scene.inbox().prune().await.expect("prune");
    assert_eq!(scene.number("SELECT count(*) FROM {payload_0}").await, 1);
    scene.queue([entry(2)]).await;
    assert_eq!(scene.ask(1).await.rows[0].payload, "payload 2");
    reader.rollback().await.expect("it was open all along");
    scene.inbox().prune().await.expect("prune");
    assert_eq!(scene.number("SELECT count(*) FROM {payload_0}").await, 0);
}

/// A9: of two workers whose pause is over one tries, though its try is not committed yet when the other asks.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_workers_one_probes() {
    let Some(scene) = scene().await else { return };
    assert!(
        scene.ask(0).await.rows.is_empty(),
        "it is noted that it asks"
    );
    scene.queue((1..=20).map(entry)).await;
    let pause = Pause {
        reason: PauseReason::Unavailable,
        lasts: Duration::ZERO,
        strikes: 2,
    };
    let paused = scene.inbox().pause(place::scene::ENDPOINT, pause).await;
    assert!(paused.is_ok(), "{paused:?}");
    let stopped = scene.stop_commits_of("endpoint").await;
    let inbox = scene.inbox().clone();
    let first = tokio::spawn(async move { ask(&inbox, 1, LEASE).await });
    scene.until_stopped(1).await;
    assert!(scene.ask(2).await.rows.is_empty());
    stopped.rollback().await.expect("go on");
    let first = first.await.expect("no panic");
    let told: Vec<_> = first.rows.iter().map(|row| row.probe).collect();
    assert_eq!(told, [Some(2)]);
}

const BUSY: &str = "busy";

/// A pause of the endpoint is over, and another endpoint's backlog has left it no room in a batch.
async fn without_room(scene: &Scene) {
    scene.queue((1..=3).map(entry)).await;
    let busy = |number| Entry {
        endpoint: BUSY.into(),
        ..entry(number)
    };
    scene.queue((11..=30).map(busy)).await;
    let pause = Pause {
        reason: PauseReason::Unavailable,
        lasts: Duration::ZERO,
        strikes: 2,
    };
    let paused = scene.inbox().pause(ENDPOINT, pause).await;
    assert!(paused.is_ok(), "{paused:?}");
    let batch = ask_both(scene.inbox(), 2, 0).await;
    assert_eq!(keys(&batch), [key(11), key(12)]);
}

async fn ask_both(inbox: &PostgresInbox, limit: usize, by: u64) -> Batch {
    let endpoints = [BUSY.into(), ENDPOINT.into()];
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit,
        lasts: LEASE,
        owner: owner(by),
        suspects: false,
    };
    inbox.lease(ask).await.expect("lease")
}

/// A9: another worker opens the endpoint right after a line was handed out to try it.
#[tokio::test]
async fn what_tries_an_endpoint_is_handed_out_once() {
    let Some(scene) = scene().await else { return };
    without_room(&scene).await;
    let name = scene.at.table("endpoint");
    scene
        .run(&format!(
            "CREATE FUNCTION {name}_opens() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 UPDATE {name} SET paused_until = NULL, reason = NULL, strikes = 0, probe = NULL \
                 WHERE name = NEW.name; RETURN NULL; END $$; \
             CREATE TRIGGER opens AFTER UPDATE ON {name} FOR EACH ROW WHEN (NEW.probe IS NOT NULL) \
                 EXECUTE FUNCTION {name}_opens()"
        ))
        .await;
    let batch = ask_both(scene.inbox(), 4, 1).await;
    assert_eq!(keys(&batch), [key(13), key(14), key(15), key(1)]);
    assert!(batch.rows.iter().all(|row| !row.payload.is_empty()));
}

/// Asks while `lock` stands. Nobody waits for the answer, and the server comes to its end.
async fn ask_in_vain(scene: &Scene, lock: &str, number: u64) {
    let mut lock = scene.open(lock).await;
    let pid = pid(&mut lock).await;
    tokio::select! {
        batch = ask_both(scene.inbox(), 4, 1) => panic!("{batch:?}"),
        () = until("the ask waits", async || scene.waits_for(pid).await) => {}
    }
    lock.rollback().await.expect("go on");
    let leased = format!(
        "SELECT count(*) FROM {{work}} WHERE event_key = {} AND owner IS NOT NULL",
        literal(number)
    );
    until("it is leased", async || scene.number(&leased).await == 1).await;
}

/// What `owner(1)` holds, by number.
async fn held(scene: &Scene) -> i64 {
    let owner = owner(1);
    let owner = owner.as_bytes().map(|byte| format!("{byte:02x}")).concat();
    let held = format!("SELECT count(*) FROM {{work}} WHERE owner = '{owner}'");
    scene.number(&held).await
}

#[tokio::test]
async fn an_ask_whose_lines_were_lost_hands_out_all_of_them_again() {
    let Some(scene) = scene().await else { return };
    without_room(&scene).await;
    ask_in_vain(&scene, "ALTER SEQUENCE {number} CACHE 1", 13).await;
    let batch = ask_both(scene.inbox(), 4, 1).await;
    assert_eq!(keys(&batch)[..3], [key(13), key(14), key(15)]);
    assert_eq!(batch.rows.len() as i64, held(&scene).await);
}

#[tokio::test]
async fn an_ask_whose_try_of_an_endpoint_was_lost_hands_it_out_again() {
    let Some(scene) = scene().await else { return };
    without_room(&scene).await;
    ask_in_vain(&scene, "LOCK TABLE {endpoint} IN SHARE MODE", 1).await;
    let batch = ask_both(scene.inbox(), 4, 1).await;
    let told: Vec<_> = batch.rows.iter().map(|row| row.probe).collect();
    assert_eq!(keys(&batch), [key(1), key(13), key(14), key(15)]);
    assert_eq!(told, [Some(2), None, None, None]);
    assert_eq!(held(&scene).await, 4);
}

/// A killed worker's line is far behind a line that runs, and an operator holds the endpoint.
#[tokio::test]
async fn a_killed_workers_line_is_found_while_its_endpoint_is_held() {
    let Some(scene) = scene().await else { return };
    for (number, by) in [(1, 1), (2, 2)] {
        scene.queue([entry(number)]).await;
        let batch = ask(scene.inbox(), by, 100 * LEASE).await;
        assert_eq!(keys(&batch), [key(number)]);
        scene.run("SELECT setval('{number}', 100000)").await;
    }
    let held = scene.inbox().hold(ENDPOINT, true).await;
    assert!(held.is_ok(), "{held:?}");
    let lapse = format!(
        "UPDATE {{work}} SET lease_until = now() WHERE event_key = {}",
        literal(2)
    );
    scene.run(&lapse).await;
    until("it is due again", async || {
        assert!(scene.ask(3).await.rows.is_empty());
        scene.number("SELECT count(*) FROM {later}").await == 1
    })
    .await;
}

/// Its worker was killed, and no other one has read as far.
#[tokio::test]
async fn what_has_tried_an_endpoint_in_vain_tries_it_again() {
    let Some(scene) = scene().await else { return };
    let other = scene.another().await;
    assert!(scene.ask(0).await.rows.is_empty());
    scene.queue([entry(1)]).await;
    let pause = Pause {
        reason: PauseReason::Unavailable,
        lasts: Duration::ZERO,
        strikes: 2,
    };
    let paused = scene.inbox().pause(ENDPOINT, pause).await;
    assert!(paused.is_ok(), "{paused:?}");
    assert_eq!(keys(&ask(&other, 1, Duration::ZERO).await), [key(1)]);
    let batch = scene.ask(2).await;
    let told: Vec<_> = batch
        .rows
        .iter()
        .map(|row| (row.probe, row.vanished))
        .collect();
    assert_eq!(told, [(Some(2), 1)]);
}

/// Other endpoints have had a hundred thousand numbers since.
#[tokio::test]
async fn a_line_far_ahead_tries_its_endpoint() {
    let Some(scene) = scene().await else { return };
    assert!(scene.ask(0).await.rows.is_empty());
    scene.run("SELECT setval('{number}', 120000)").await;
    scene.queue([entry(1)]).await;
    let pause = Pause {
        reason: PauseReason::Misrouted,
        lasts: Duration::ZERO,
        strikes: 1,
    };
    let paused = scene.inbox().pause(ENDPOINT, pause).await;
    assert!(paused.is_ok(), "{paused:?}");
    assert_eq!(keys(&scene.ask(1).await), [key(1)]);
}

/// A8: nothing else of its endpoint is left, whose pause is over.
#[tokio::test]
async fn a_suspect_tries_its_endpoint() {
    let Some(scene) = scene().await else { return };
    scene.queue([entry(1)]).await;
    let lease = scene.ask(0).await.rows.remove(0).lease;
    let inbox = scene.inbox();
    let given = inbox.give_back(&lease, Duration::ZERO, Counts::Nothing, None);
    assert!(matches!(given.await, Ok(Settled::Ok)));
    scene.run("UPDATE {later} SET vanished = 3").await;
    let pause = Pause {
        reason: PauseReason::Unavailable,
        lasts: Duration::ZERO,
        strikes: 2,
    };
    let paused = inbox.pause(ENDPOINT, pause).await;
    assert!(paused.is_ok(), "{paused:?}");
    let batch = scene.ask(1).await;
    assert!(batch.rows.is_empty() && batch.suspects_wait);
    let endpoints = [ENDPOINT.into()];
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit: 1,
        lasts: LEASE,
        owner: owner(2),
        suspects: true,
    };
    let batch = inbox.lease(ask).await.expect("lease");
    assert_eq!(keys(&batch), [key(1)]);
    assert_eq!(batch.rows[0].probe, Some(2));
}

/// A10: requests at once keep the cap to the row.
#[tokio::test(flavor = "multi_thread")]
async fn quarantines_at_once_keep_within_the_cap() {
    let Some(scene) = scene().await else { return };
    let keep = |number| {
        let inbox = scene.inbox().clone();
        let cap = QuarantineCap::new(5, 1 << 20);
        tokio::spawn(async move { inbox.quarantine(entry(number), cap).await })
    };
    let mut kept = 0;
    for it in (0..20).map(keep).collect::<Vec<_>>() {
        let answer = it.await.expect("no panic").expect("quarantine");
        kept += u32::from(answer == Quarantine::Kept);
    }
    assert_eq!(kept, 5);
    assert_eq!(scene.number("SELECT count(*) FROM {dead}").await, 5);
}

/// A12: an instance of a release without an inbox, on the same table.
#[tokio::test]
async fn an_inline_store_beside_an_inbox_sees_its_keys_and_leaves_its_table_alone() {
    let Some(scene) = scene().await else { return };
    let dedup: Table = scene.at.tables[1].clone();
    let comment = async || {
        let sql = scene.sql("SELECT obj_description('{dedup}'::regclass, 'pg_class')");
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .fetch_one(scene.pool())
            .await;
        sqlx::Row::get::<String, _>(&row.expect("a comment"), 0)
    };
    assert_eq!(comment().await, "hookgate dedup, schema 1");
    let old = PostgresStore::builder()
        .table(dedup)
        .pool(scene.pool().clone());
    old.migrate().await.expect("nothing is to be done");
    scene.queue([entry(1), entry(2)]).await;
    let batch = scene.ask(0).await;
    scene.bury(&batch.rows[1].lease).await;
    for number in [1, 2] {
        let claim = old.claim(&key(number), None, owner(9), LEASE).await;
        assert!(matches!(claim, Ok(Claim::Done { .. })), "{claim:?}");
    }
    assert_eq!(old.prune().await.expect("prune"), 0);
    assert_eq!(scene.settle(&batch.rows[0].lease).await, Settled::Ok);
    let _inline = win(&old, 3).await;
    let accepted = scene.accept(copy(3)).await;
    assert!(
        matches!(accepted, Accept::InProgress { .. }),
        "{accepted:?}"
    );
    scene
        .inbox()
        .migrate()
        .await
        .expect("nothing is to be done");
    assert_eq!(comment().await, "hookgate dedup, schema 1");
}

/// B5: one row that the server refuses harms no other. It is kept as it came, and is work once it is replayed.
#[tokio::test]
async fn what_the_server_refuses_is_kept_and_harms_nobody() {
    let Some(scene) = scene().await else { return };
    let refused = format!("CHECK (event_key <> {})", literal(2));
    let refuse = format!("ALTER TABLE {{work}} ADD CONSTRAINT refuses {refused}");
    scene.run(&refuse).await;
    let content = Some(ContentDigest::of(b"content"));
    let poisonous = Entry {
        content,
        ..entry(2)
    };
    let accepted = scene
        .inbox()
        .accept(vec![entry(1), poisonous.clone(), entry(3)])
        .await;
    assert_eq!(accepted.expect("each is durable"), [Accept::Queued; 3]);
    let batch = scene.ask(0).await;
    assert_eq!(keys(&batch), [key(1), key(3)]);
    let kept = scene.inbox().read(&key(2)).await.expect("read");
    let kept = kept.expect("it is kept");
    assert!(!kept.listed.is_quarantined, "{kept:?}");
    let is_damaged = matches!(
        kept.listed.stands,
        Stands::Dead {
            reason: DeadReason::Damaged,
            ..
        }
    );
    assert!(is_damaged, "{kept:?}");
    assert_eq!(scene.accept(copy(2)).await, Accept::Copy);
    for row in &batch.rows {
        assert_eq!(scene.settle(&row.lease).await, Settled::Ok);
    }
    let kept = scene.inbox().totals().await.expect("totals");
    assert_eq!(
        (kept[0].queued, kept[0].dead, kept[0].quarantined),
        (0, 1, 0)
    );

    assert!(scene.inbox().replay(&key(2), "why").await.expect("replay"));
    let batch = scene.ask(1).await;
    assert_eq!(keys(&batch), [key(2)]);
    let row = &batch.rows[0];
    assert!(!row.is_quarantined, "its handler runs: {row:?}");
    assert_eq!(
        (&*row.event_type, &*row.key_id, &row.payload),
        ("known", "key", &poisonous.payload)
    );
    assert_eq!(scene.settle(&row.lease).await, Settled::Ok);
    for (content, same_content) in [(content, true), (Some(ContentDigest::of(b"other")), false)] {
        let again = Entry { content, ..copy(2) };
        assert_eq!(scene.accept(again).await, Accept::Done { same_content });
    }
}

/// B5: what a payload may be bound to is kept with it, an order included.
#[tokio::test]
async fn what_the_server_refuses_can_be_decrypted_and_keeps_its_order() {
    let Some(scene) = scene().await else { return };
    let refused = format!("CHECK (event_key <> {})", literal(2));
    let refuse = format!("ALTER TABLE {{work}} ADD CONSTRAINT refuses {refused}");
    scene.run(&refuse).await;
    let secret = Secret::utf8("a secret of 32 bytes or a few more").expect("a secret");
    let keys_of_it = Keyring::new([Key::new("one", secret)]).expect("a ring");
    let inbox = EncryptedInbox::new(scene.inbox().clone(), keys_of_it).expect("an inbox");
    let inbox = inbox.only_encrypted();
    let entries = vec![ordered("one", 2), ordered("one", 3)];
    assert_eq!(
        inbox.accept(entries).await.expect("accept"),
        [Accept::Queued; 2]
    );
    let kept = inbox.read(&key(2)).await.expect("read");
    assert_eq!(kept.expect("it is kept").payload, entry(2).payload);
    // The next of its order has gone on without it, and it stands behind that one.
    let lease = async |by| ask(&inbox, by, LEASE).await;
    let batch = lease(0).await;
    assert_eq!(keys(&batch), [key(3)]);
    assert!(inbox.replay(&key(2), "why").await.expect("replay"));
    assert!(keys(&lease(1).await).is_empty(), "one of its order runs");
    assert_eq!(scene.settle(&batch.rows[0].lease).await, Settled::Ok);
    let batch = lease(1).await;
    assert_eq!(keys(&batch), [key(2)]);
    assert_eq!(batch.rows[0].payload, entry(2).payload);
    assert_eq!(scene.settle(&batch.rows[0].lease).await, Settled::Ok);
}

/// B5: what the server takes in no place is answered with an error, and harms no other. It is never kept as another event.
#[tokio::test]
async fn what_the_server_takes_in_no_place_is_not_accepted() {
    let Some(scene) = scene().await else { return };
    let poisonous = Entry {
        event_type: "\0",
        ..entry(2)
    };
    let batch = vec![entry(1), poisonous, entry(3)];
    let refused = scene.inbox().accept(batch).await;
    let refused = refused.expect_err("its sender sends it again");
    assert!(format!("{refused:?}").contains("22021"), "{refused:?}");
    until("the others are queued", async || {
        scene.number("SELECT count(*) FROM {work}").await == 2
    })
    .await;
    assert!(scene.inbox().read(&key(2)).await.expect("read").is_none());
    assert_eq!(scene.accept(copy(2)).await, Accept::Queued);
}

/// B5: what may come from outside is refused by nobody.
#[tokio::test]
async fn whatever_comes_from_outside_is_taken() {
    let Some(scene) = scene().await else { return };
    let odd = Entry {
        key_id: "\0 \u{fffd}".into(),
        payload: vec![0, 255, 1].into(),
        ..entry(4)
    };
    scene.queue([odd]).await;
    let row = &scene.ask(1).await.rows[0];
    assert_eq!(
        (&*row.key_id, &row.payload[..]),
        ("\0 \u{fffd}", &[0, 255, 1][..])
    );
}

/// B7: the heartbeat's connection belongs to the runtime that asks, one after the other.
#[test]
fn a_heartbeat_beats_in_a_runtime_of_its_own() {
    let runtime = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().expect("a runtime")
    };
    let main = runtime();
    let Some(scene) = main.block_on(scene()) else {
        return;
    };
    let batch = main.block_on(async {
        scene.queue([entry(1)]).await;
        scene.ask(0).await
    });
    let lease = &batch.rows[0].lease;
    let kept = main.block_on(scene.inbox().keep(&[lease], LEASE));
    assert!(matches!(kept.as_deref(), Ok([Settled::Ok])), "{kept:?}");
    for _ in 0..3 {
        // The main runtime stands still meanwhile, as under a handler that blocks.
        let kept = std::thread::scope(|scope| {
            let beat = || runtime().block_on(scene.inbox().keep(&[lease], LEASE));
            scope.spawn(beat).join().expect("no panic")
        });
        assert!(matches!(kept.as_deref(), Ok([Settled::Ok])), "{kept:?}");
    }
    assert_eq!(main.block_on(scene.settle(lease)), Settled::Ok);
    drop(main);
}
