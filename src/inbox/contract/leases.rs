//! Who is handed out which lines, and for how long.

use std::time::Duration;

use super::{
    super::{Ask, Counts, Entry, FORMAT, Inbox, SUSPECT_AFTER},
    Passage,
    scene::{ENDPOINT, Scene, answered, entry, key, numbers, owner, promise},
};
use crate::dedup::{Lease, Settled};

pub(super) async fn a_lease_lasts_for_its_time_and_then_counts_as_vanished<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    scene.take(0).await;
    let almost = scene.terms.lease.saturating_sub(scene.terms.slack * 2);
    scene.pass(almost).await;
    scene
        .expect_nothing_due("a lease lasts for its time", 1)
        .await;
    scene.pass(scene.terms.slack * 3).await;
    let row = scene.take(1).await;
    promise("a run without a verdict vanished", row.vanished == 1, &row);
}

pub(super) async fn a_kept_lease_lasts_longer<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    scene.queue([entry(0), entry(1)]).await;
    let rows = scene.ask(&[ENDPOINT], 2, 0).await.rows;
    let stranger = Lease::of_work(key(1), owner(9), 1);
    let first = rows.first().map(|row| &row.lease).into_iter();
    let leases: Vec<&Lease> = first.chain([&stranger]).collect();
    let longer = scene.terms.lease * 2;
    let kept = answered("keep", scene.store.keep(&leases, longer).await);
    promise(
        "each lease is answered in its place",
        kept == [Settled::Ok, Settled::LeaseLost],
        &kept,
    );
    scene.lapse().await;
    let batch = scene.ask(&[ENDPOINT], 2, 1).await;
    promise(
        "only a kept lease still holds",
        numbers(&batch) == [1],
        &batch,
    );
    for row in &rows {
        let kept = answered("extend", scene.store.extend(&row.lease, longer).await);
        let is_first = row.lease.key() == &key(0);
        promise(
            "`extend` keeps a lease of work as `keep` does",
            (kept == Settled::Ok) == is_first,
            &kept,
        );
    }
}

pub(super) async fn a_repeated_ask_hands_out_the_same<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0), entry(1), entry(2)]).await;
    for _ in 0..2 {
        let batch = scene.ask(&[ENDPOINT], 2, 0).await;
        promise(
            "an ask whose answer was lost hands out what it did",
            numbers(&batch) == [0, 1] && batch.rows.iter().all(|row| row.lease.attempt() == 1),
            &batch,
        );
    }
    let batch = scene.ask(&[ENDPOINT], 2, 1).await;
    promise("others get the rest", numbers(&batch) == [2], &batch);
}

pub(super) async fn endpoints_take_turns<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    let at = |number, endpoint: &str| Entry {
        endpoint: endpoint.into(),
        ..entry(number)
    };
    let many = (0..5).map(|number| at(number, ENDPOINT));
    scene
        .queue(many.chain([at(5, "second"), at(6, "third"), at(7, "second")]))
        .await;
    let batch = scene.ask(&["second", ENDPOINT, "third"], 4, 0).await;
    promise(
        "a batch holds the first line of each endpoint, then the second",
        numbers(&batch) == [5, 0, 6, 7],
        &batch,
    );
    let batch = scene.ask(&["third", "second", ENDPOINT], 9, 1).await;
    promise(
        "those without a line have no turn",
        numbers(&batch) == [1, 2, 3, 4],
        &batch,
    );
}

pub(super) async fn only_known_endpoints_and_formats_are_handed_out<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let newer = Entry {
        format: FORMAT + 2,
        ..entry(1)
    };
    let elsewhere = Entry {
        endpoint: "second".into(),
        ..entry(2)
    };
    scene.queue([newer, elsewhere, entry(0)]).await;
    let batch = scene.ask(&[ENDPOINT, "third"], 9, 0).await;
    promise("only what a worker knows", numbers(&batch) == [0], &batch);
    let format = FORMAT + 2;
    let batch = scene
        .ask_with(&[ENDPOINT], 1, |ask| Ask { format, ..ask })
        .await;
    promise("a newer worker knows more", numbers(&batch) == [1], &batch);
}

pub(super) async fn suspects_are_handed_out_only_when_asked_for<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    for run in 0..SUSPECT_AFTER as usize {
        scene.take(run).await;
        scene.lapse().await;
    }
    scene.queue([entry(1)]).await;
    let batch = scene.ask(&[ENDPOINT], 9, 50).await;
    promise(
        "a line whose runs vanish is held back, and said to wait",
        numbers(&batch) == [1] && batch.suspects_wait,
        &batch,
    );
    let suspects = true;
    let batch = scene
        .ask_with(&[ENDPOINT], 51, |ask| Ask { suspects, ..ask })
        .await;
    let vanished = batch.rows.first().map(|row| row.vanished);
    promise(
        "it is handed out to whoever asks for suspects",
        numbers(&batch) == [0] && vanished == Some(SUSPECT_AFTER),
        &batch,
    );
}

pub(super) async fn what_was_given_back_waits_for_its_time<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0), entry(1)]).await;
    let rows = scene.ask(&[ENDPOINT], 1, 0).await.rows;
    let delay = scene.terms.lease;
    for row in &rows {
        scene.give_back(&row.lease, delay, Counts::Failure).await;
    }
    let batch = scene.ask(&[ENDPOINT], 9, 1).await;
    promise(
        "a line that waits holds nobody else up",
        numbers(&batch) == [1],
        &batch,
    );
    let next = batch.next_due;
    promise(
        "a store that says when the next line is due says it right",
        next.is_none_or(|next| next > Duration::ZERO && next <= delay + scene.terms.slack),
        &next,
    );
    scene.pass(delay + scene.terms.slack).await;
    // The other lease has lapsed by then.
    let batch = scene.ask(&[ENDPOINT], 9, 2).await;
    promise(
        "it is due again in time",
        numbers(&batch).contains(&0),
        &batch,
    );
}
