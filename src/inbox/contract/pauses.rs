//! Pauses of an endpoint.

use std::time::Duration;

use super::{
    super::{Counts, Entry, Inbox, Leased, Pause, PauseReason},
    Passage,
    scene::{ENDPOINT, Scene, answered, entry, key, numbers, promise},
};

async fn pause<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>, lasts: Duration, strikes: u32) {
    let pause = Pause {
        reason: PauseReason::Unavailable,
        lasts,
        strikes,
    };
    answered("pause", scene.store.pause(ENDPOINT, pause).await);
}

pub(super) async fn a_paused_endpoint_keeps_its_lines_and_accepts_more<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    pause(scene, scene.terms.retain, 1).await;
    let elsewhere = Entry {
        endpoint: "second".into(),
        ..entry(2)
    };
    scene.queue([entry(1), elsewhere]).await;
    let batch = scene.ask(&[ENDPOINT, "second"], 9, 0).await;
    promise("only its own lines wait", numbers(&batch) == [2], &batch);
    let told = async || {
        let totals = answered("totals", scene.store.totals().await);
        let of_it = totals.into_iter().find(|it| *it.endpoint == *ENDPOINT);
        let pause = of_it.and_then(|it| it.pause)?;
        Some((
            pause.reason,
            pause.strikes,
            pause.left <= scene.terms.retain,
        ))
    };
    let pause = told().await;
    let is_told = pause == Some((PauseReason::Unavailable, 1, true));
    promise("totals tell its pause", is_told, &pause);
    answered("resume", scene.store.resume(ENDPOINT).await);
    let pause = told().await;
    promise("and its end", pause.is_none(), &pause);
    let batch = scene.ask(&[ENDPOINT], 9, 1).await;
    let is_probe = |row: &Leased| row.probe.is_some();
    promise(
        "they go on when it is resumed",
        numbers(&batch) == [0, 1] && !batch.rows.iter().any(is_probe),
        &batch,
    );
}

pub(super) async fn a_pause_ends_with_one_probe_and_another_one_next_time<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0), entry(1)]).await;
    let short = scene.terms.slack * 2;
    let mut probed = Vec::new();
    for strikes in 1..=2 {
        pause(scene, short, strikes).await;
        scene.pass(short + scene.terms.slack).await;
        let by = strikes as usize;
        let row = scene.take(by).await;
        promise(
            "one line tries, and is told how many pauses there were",
            row.probe == Some(strikes),
            &row,
        );
        scene
            .expect_nothing_due("the others wait for its end", by + 10)
            .await;
        probed.push(*row.lease.key());
        scene
            .give_back(&row.lease, Duration::ZERO, Counts::Nothing)
            .await;
    }
    let differ = probed.first() != probed.last();
    promise("the next probe is another line", differ, &probed);
    // Its pause still stands: no worker has said how the probe ended.
    scene.expect_nothing_due("the pause goes on", 20).await;
    scene.lapse().await;
    let row = scene.take(21).await;
    promise(
        "a probe that nobody hears of is followed by another",
        row.probe == Some(2) && [key(0), key(1)].contains(row.lease.key()),
        &row,
    );
}

pub(super) async fn a_weaker_pause_changes_nothing<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    scene.queue([entry(0)]).await;
    pause(scene, scene.terms.lease, 3).await;
    pause(scene, Duration::ZERO, 1).await;
    scene
        .expect_nothing_due("a run that began before ends no pause", 0)
        .await;
    scene.lapse().await;
    let row = scene.take(1).await;
    promise("nor its strikes", row.probe == Some(3), &row);
}

pub(super) async fn a_backlog_elsewhere_keeps_no_endpoint_from_its_probe<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let elsewhere = |number| Entry {
        endpoint: "second".into(),
        ..entry(number)
    };
    scene.queue([entry(0)]).await;
    scene.queue((1..=9).map(elsewhere)).await;
    let short = scene.terms.slack * 2;
    pause(scene, short, 1).await;
    scene.pass(short + scene.terms.slack).await;
    let mut rows = Vec::new();
    for by in 0..3 {
        let batch = scene.ask(&["second", ENDPOINT], 2, by).await;
        promise("a batch has its bound", batch.rows.len() <= 2, &batch);
        rows.extend(batch.rows);
    }
    let probes = rows.iter().filter(|row| row.probe == Some(1));
    let probes: Vec<_> = probes.map(|row| *row.lease.key()).collect();
    promise(
        "its line tries within a few asks",
        probes == [key(0)],
        &rows,
    );
    promise("the backlog goes on", rows.len() > 4, &rows);
}
