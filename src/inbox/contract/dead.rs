//! Dead letters.

use std::time::Duration;

use bytes::Bytes;

use super::{
    super::{Accept, Counts, DeadReason, Entry, Filter, Happening, Inbox, Listed, Stands},
    Passage,
    scene::{ENDPOINT, Scene, answered, copy, entry, key, promise},
};
use crate::dedup::{End, Settled, State};

pub(super) async fn a_dead_letter_tells_what_became_of_it<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let elsewhere = Entry {
        endpoint: "second".into(),
        ..entry(1)
    };
    scene.queue([entry(0), elsewhere]).await;
    let row = scene.take(0).await;
    scene
        .give_back(&row.lease, Duration::ZERO, Counts::Failure)
        .await;
    let row = scene.take(1).await;
    scene.bury(&row.lease, DeadReason::Failed).await;
    for row in scene.ask(&["second"], 9, 2).await.rows {
        scene.bury(&row.lease, DeadReason::Rejected).await;
    }
    let dead = Filter::dead;
    for (filter, expected) in [
        (dead().of_endpoint(ENDPOINT), 1),
        (dead().of_endpoint("third"), 0),
        (dead(), 2),
        (dead().dead_by(DeadReason::Rejected), 1),
        (Filter::queued(), 0),
    ] {
        let found = scene.list(&filter, 9).await;
        promise("they are listed as asked", found.len() == expected, &found);
    }
    for letter in scene.list(&dead().of_endpoint(ENDPOINT), 9).await {
        let is_so = |letter: &Listed| {
            let reason = DeadReason::Failed;
            matches!(letter.stands, Stands::Dead { reason: it, .. } if it == reason)
                && (letter.key, letter.attempt, letter.failures, letter.replays)
                    == (key(0), 2, 1, 0)
                && (&*letter.event_type, &*letter.key_id) == ("known", "key")
        };
        let told = "one tells its key, reason, runs and failures";
        promise(told, is_so(&letter), &letter);
    }
    scene.expect_nothing_due("nobody runs it", 3).await;
}

pub(super) async fn what_a_run_said_is_kept_beside_the_payload<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let said = async |expected: &Option<Bytes>| {
        let kept = answered("read", scene.store.read(&key(0)).await);
        let Some(kept) = kept else {
            panic!("inbox contract: what is kept can be read");
        };
        let is_whole = kept.payload == entry(0).payload && kept.format == entry(0).format;
        promise("the payload can be read", is_whole, &kept);
        let error = &kept.error;
        promise("the last error is kept", error == expected, error);
        kept.history
    };
    said(&None).await;
    let error = Some(Bytes::from_static(b"no such \0 table"));
    let row = scene.take(0).await;
    let (store, at_once) = (&scene.store, Duration::ZERO);
    let given = store.give_back(&row.lease, at_once, Counts::Failure, error.clone());
    answered("give_back", given.await);
    said(&error).await;
    let row = scene.take(1).await;
    scene.give_back(&row.lease, at_once, Counts::Nothing).await;
    said(&error).await;
    let row = scene.take(2).await;
    let last = Some(Bytes::from_static(b"another"));
    let buried = store.bury(&row.lease, DeadReason::Failed, last.clone());
    answered("bury", buried.await);
    let history = said(&last).await;
    answered("replay", store.replay(&key(0), "the table is there").await);
    let row = scene.take(3).await;
    scene.bury(&row.lease, DeadReason::WorkerLost).await;
    let after = said(&last).await;
    let died = |reason| Happening::Died {
        reason: Some(reason),
    };
    let why = "the table is there".into();
    let all = [
        died(DeadReason::Failed),
        Happening::Replayed { why },
        died(DeadReason::WorkerLost),
    ];
    let told = |history: &super::super::History| -> Vec<Happening> {
        history.iter().map(|(_, what)| what.clone()).collect()
    };
    let is_so = told(&history) == all[..1] && told(&after) == all;
    promise("the history goes on", is_so, &after);
    let unknown = answered("read", store.read(&key(5)).await);
    promise(
        "nothing is read of what is unknown",
        unknown.is_none(),
        &unknown,
    );
}

pub(super) async fn a_replay_runs_again_under_a_higher_attempt<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let row = scene.take(0).await;
    scene
        .give_back(&row.lease, Duration::ZERO, Counts::Failure)
        .await;
    scene.take(5).await;
    scene.lapse().await;
    let row = scene.take(1).await;
    scene.bury(&row.lease, DeadReason::Failed).await;
    for expected in [true, false] {
        let replayed = answered("replay", scene.store.replay(&key(0), "why").await);
        promise(
            "a dead letter is replayed once",
            replayed == expected,
            &replayed,
        );
    }
    let state = scene.look(&key(0)).await;
    promise("its key is free for nobody", state == State::Done, &state);
    let accepted = scene.accept(copy(0)).await;
    promise("a copy of it is one", accepted == Accept::Copy, &accepted);
    let listed = scene.list(&Filter::queued(), 9).await;
    let is_counted = listed.iter().all(|it| it.key == key(0) && it.replays == 1);
    promise("its replay is counted", is_counted, &listed);
    let row = scene.take(2).await;
    promise(
        "its failures begin anew, its attempt goes on, its payload is there",
        (row.failures, row.vanished, row.lease.attempt()) == (0, 0, 4)
            && row.payload == entry(0).payload,
        &row,
    );
    let settled = scene.settle(&row.lease, End::Processed).await;
    promise("it ends as any other", settled == Settled::Ok, &settled);
    let unknown = answered("replay", scene.store.replay(&key(5), "why").await);
    promise("what is no dead letter is not replayed", !unknown, &unknown);
}

pub(super) async fn what_is_discarded_is_remembered_as_rejected<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let row = scene.take(0).await;
    let discard = async || answered("discard", scene.store.discard(&key(0)).await);
    promise("what runs is not discarded", !discard().await, &row);
    scene.bury(&row.lease, DeadReason::Failed).await;
    promise("a dead letter is discarded", discard().await, &row);
    expect_it_is_remembered(scene).await;
}

pub(super) async fn what_was_dead_for_long_is_erased<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let row = scene.take(0).await;
    scene.bury(&row.lease, DeadReason::Failed).await;
    let erase = async |age, limit| answered("erase", scene.store.erase(age, limit).await);
    let age = scene.terms.retain;
    promise("what died just now stays", erase(age, 9).await == 0, &age);
    scene.forget().await;
    promise("no more than asked for", erase(age, 0).await == 0, &age);
    promise("then it is erased", erase(age, 9).await == 1, &age);
    expect_it_is_remembered(scene).await;
}

/// Its mark begins when it is erased.
async fn expect_it_is_remembered<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    let dead = scene.list(&Filter::dead(), 9).await;
    promise("it is gone", dead.is_empty(), &dead);
    let kept = answered("read", scene.store.read(&key(0)).await);
    promise("and its payload with it", kept.is_none(), &kept);
    let accepted = scene.accept(copy(0)).await;
    let is_done = matches!(accepted, Accept::Done { .. });
    promise("its key is remembered", is_done, &accepted);
    scene.forget().await;
    scene.queue([copy(0)]).await;
}
