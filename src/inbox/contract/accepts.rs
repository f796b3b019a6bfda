//! What an accept does, by the state of its key.

use super::{
    super::{Accept, DeadReason, Entry, Inbox, OrderKey, Quarantine, QuarantineCap},
    Passage,
    scene::{Scene, answered, copy, digest, entry, key, owner, promise},
};
use crate::dedup::{Claim, End, State};

pub(super) async fn what_is_accepted_is_handed_out_as_it_came<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let order = Some(OrderKey::from_bytes(*digest("an order").as_bytes()));
    let accepted = Entry { order, ..entry(0) };
    scene.queue([accepted.clone()]).await;
    let row = scene.take(0).await;
    promise(
        "a line is handed out with the payload that was accepted",
        row.payload == accepted.payload && row.format == accepted.format,
        &row,
    );
    let known = (&*row.endpoint, &*row.event_type, &*row.key_id, row.order);
    promise(
        "and with what is known of it",
        known
            == (
                &*accepted.endpoint,
                accepted.event_type,
                &*accepted.key_id,
                order,
            ),
        &row,
    );
    promise(
        "a lease of work says so, and is of this key and owner",
        row.lease.is_of_work() && row.lease.key() == &key(0) && row.lease.owner() == &owner(0),
        &row,
    );
    promise(
        "a new event has attempt 1 and no bad runs",
        (row.lease.attempt(), row.failures, row.vanished) == (1, 0, 0) && !row.is_quarantined,
        &row,
    );
}

pub(super) async fn a_copy_of_what_waits_runs_or_is_dead_is_a_copy<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let expect_copy = async |state: &str| {
        let accepted = scene.accept(copy(0)).await;
        let what = format!("a copy of an event that {state} is a copy");
        promise(&what, accepted == Accept::Copy, &accepted);
        let claim = scene.claim(&key(0), 50).await;
        let what = format!("an inline claim of an event that {state} finds it done");
        let is_done = matches!(claim, Claim::Done { .. });
        promise(&what, is_done, &claim);
        let state = scene.look(&key(0)).await;
        promise("so does a look", state == State::Done, &state);
    };
    scene.queue([entry(0)]).await;
    expect_copy("waits").await;
    let row = scene.take(0).await;
    expect_copy("runs").await;
    scene.bury(&row.lease, DeadReason::Failed).await;
    expect_copy("is dead").await;
}

pub(super) async fn a_repeated_accept_is_the_same_accept<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0), entry(0)]).await;
    let row = scene.take(0).await;
    let accepted = scene.accept(entry(0)).await;
    promise(
        "an accept that finds its own token was accepted, also when it runs",
        accepted == Accept::Queued,
        &accepted,
    );
    promise("its event runs once", row.lease.attempt() == 1, &row);
}

pub(super) async fn equal_keys_of_one_call_are_one_event<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let entries = vec![copy(1), entry(0), entry(1), copy(0), entry(2)];
    let accepted = scene.accept_all(entries).await;
    let (queued, copy) = (Accept::Queued, Accept::Copy);
    promise(
        "of equal keys in one call the first is queued",
        accepted == [queued, queued, copy, copy, queued],
        &accepted,
    );
    let batch = scene.ask(&[super::scene::ENDPOINT], 100, 0).await;
    let handed_out = super::scene::numbers(&batch);
    promise("each is one line", handed_out == [1, 0, 2], &handed_out);
}

pub(super) async fn an_inline_lease_keeps_an_accept_out_until_it_ends<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let claim = scene.claim(&key(0), 0).await;
    promise(
        "a free key is claimed",
        matches!(claim, Claim::Won(_)),
        &claim,
    );
    let accepted = scene.accept(entry(0)).await;
    let in_progress = matches!(accepted, Accept::InProgress { .. });
    promise("an accept waits for an inline run", in_progress, &accepted);
    scene.expect_nothing_due("it stored nothing", 1).await;
    scene.lapse().await;
    scene.queue([entry(0)]).await;
    let row = scene.take(1).await;
    promise(
        "the attempt goes on from the inline run's",
        row.lease.attempt() == 2,
        &row,
    );
}

pub(super) async fn what_was_handled_is_done_until_its_mark_ends<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let content = |text, entry| Entry {
        content: Some(digest(text)),
        ..entry
    };
    scene.queue([content("one", entry(0))]).await;
    let row = scene.take(0).await;
    scene.settle(&row.lease, End::Processed).await;
    for (text, same_content) in [("one", true), ("another", false)] {
        let accepted = scene.accept(content(text, copy(0))).await;
        promise(
            "a copy of a handled event is done, and its content is compared",
            accepted == Accept::Done { same_content },
            &accepted,
        );
    }
    scene.expect_nothing_due("it is not run again", 1).await;
    scene.forget().await;
    scene.queue([copy(0)]).await;
}

pub(super) async fn what_cannot_be_decoded_is_kept_within_its_cap<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let keep = async |entry, cap| answered("quarantine", scene.store.quarantine(entry, cap).await);
    let two = QuarantineCap::new(2, 1 << 20);
    for entry in [entry(0), copy(0), entry(1)] {
        let kept = keep(entry, two).await;
        promise("it is kept, once", kept == Quarantine::Kept, &kept);
    }
    let kept = keep(entry(2), two).await;
    promise(
        "one more than the cap is not",
        kept == Quarantine::Full,
        &kept,
    );
    let elsewhere = Entry {
        endpoint: "second".into(),
        ..entry(3)
    };
    let kept = keep(elsewhere, two).await;
    promise("each endpoint has its own", kept == Quarantine::Kept, &kept);
    let kept = keep(entry(2), QuarantineCap::new(9, 20)).await;
    promise("its bytes are bounded too", kept == Quarantine::Full, &kept);
    scene.expect_nothing_due("nobody runs it", 0).await;
    let replayed = answered("replay", scene.store.replay(&key(0), "why").await);
    promise("it can be replayed", replayed, &replayed);
    let row = scene.take(0).await;
    promise("its line says what it is", row.is_quarantined, &row);
}
