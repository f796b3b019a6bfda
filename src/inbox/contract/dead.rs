//! Dead letters.

use std::time::Duration;

use super::{
    super::{Accept, Counts, DeadReason, Entry, Inbox},
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
    for (endpoint, expected) in [(Some(ENDPOINT), 1), (Some("third"), 0), (None, 2)] {
        let dead = scene.store.dead_letters(endpoint, 9).await;
        let dead = answered("dead_letters", dead);
        promise("they are listed by endpoint", dead.len() == expected, &dead);
    }
    let dead = scene.store.dead_letters(Some(ENDPOINT), 9).await;
    for letter in answered("dead_letters", dead) {
        let told = (letter.key, letter.reason, letter.failures, letter.replays);
        promise(
            "one tells its key, reason and failures",
            told == (key(0), DeadReason::Failed, 1, 0)
                && (&*letter.event_type, &*letter.key_id) == ("known", "key"),
            &letter,
        );
    }
    scene.expect_nothing_due("nobody runs it", 3).await;
}

pub(super) async fn a_replay_runs_again_under_a_higher_attempt<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let row = scene.take(0).await;
    scene
        .give_back(&row.lease, Duration::ZERO, Counts::Failure)
        .await;
    let row = scene.take(1).await;
    scene.bury(&row.lease, DeadReason::Failed).await;
    for expected in [true, false] {
        let replayed = answered("replay", scene.store.replay(&key(0)).await);
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
    let row = scene.take(2).await;
    promise(
        "its failures begin anew, its attempt goes on, its payload is there",
        (row.failures, row.lease.attempt()) == (0, 3) && row.payload == entry(0).payload,
        &row,
    );
    let settled = scene.settle(&row.lease, End::Processed).await;
    promise("it ends as any other", settled == Settled::Ok, &settled);
    let unknown = answered("replay", scene.store.replay(&key(5)).await);
    promise("what is no dead letter is not replayed", !unknown, &unknown);
}

pub(super) async fn what_is_discarded_is_remembered_as_rejected<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let row = scene.take(0).await;
    let discard = async || {
        let discarded = scene.store.discard(&key(0), scene.terms.retain).await;
        answered("discard", discarded)
    };
    promise("what runs is not discarded", !discard().await, &row);
    scene.bury(&row.lease, DeadReason::Failed).await;
    promise("a dead letter is discarded", discard().await, &row);
    let dead = answered("dead_letters", scene.store.dead_letters(None, 9).await);
    promise("it is gone", dead.is_empty(), &dead);
    let accepted = scene.accept(copy(0)).await;
    let is_done = matches!(accepted, Accept::Done { .. });
    promise("its key is remembered", is_done, &accepted);
    scene.forget().await;
    scene.queue([copy(0)]).await;
}
