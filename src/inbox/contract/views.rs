//! What an operator sees and does.

use std::time::Duration;

use super::{
    super::{DeadReason, Entry, Filter, Inbox, Stands, Totals},
    Passage,
    scene::{ENDPOINT, Scene, answered, digest, entry, key, promise},
};
use crate::{
    dedup::End,
    identity::{EventKey, OrderKey},
};

pub(super) async fn a_list_has_each_event_once<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    scene.queue((0..7).map(entry)).await;
    for row in scene.ask(&[ENDPOINT], 3, 0).await.rows {
        scene.bury(&row.lease, DeadReason::Rejected).await;
    }
    for limit in [1, 2, 3, 100] {
        let all = scene.list(&Filter::all(), limit).await;
        let keys: Vec<EventKey> = all.iter().map(|it| it.key).collect();
        let expected: Vec<EventKey> = [3, 4, 5, 6, 0, 1, 2].map(key).into();
        promise(
            "a list is in order, whatever the size of its pages",
            keys == expected,
            &all,
        );
    }
    let none = answered("list", scene.store.list(&Filter::all(), None, 0).await);
    promise("a page of nothing is empty", none.rows.is_empty(), &none);
}

pub(super) async fn a_list_can_begin_with_the_newest<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue((0..7).map(entry)).await;
    for row in scene.ask(&[ENDPOINT], 3, 0).await.rows {
        scene.bury(&row.lease, DeadReason::Rejected).await;
    }
    for (filter, expected) in [
        (Filter::all(), vec![6, 5, 4, 3, 2, 1, 0]),
        (Filter::dead(), vec![2, 1, 0]),
        (Filter::queued(), vec![6, 5, 4, 3]),
        (Filter::all().dead_by(DeadReason::Rejected), vec![2, 1, 0]),
        (Filter::all().dead_by(DeadReason::Failed), vec![]),
        (
            Filter::all().of_endpoint(ENDPOINT).of_type("known"),
            vec![6, 5, 4, 3, 2, 1, 0],
        ),
        (Filter::all().of_type("other"), vec![]),
    ] {
        for limit in [1, 2, 3, 100] {
            let found = scene.list(&filter.clone().newest_first(), limit).await;
            let keys: Vec<EventKey> = found.iter().map(|it| it.key).collect();
            let expected: Vec<EventKey> = expected.iter().copied().map(key).collect();
            promise(
                "a list that begins with the newest is in order, whatever the size of its pages",
                keys == expected,
                &found,
            );
        }
    }
}

pub(super) async fn a_list_has_what_its_filter_means<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let other_type = Entry {
        event_type: "other",
        ..entry(1)
    };
    let other_key = Entry {
        key_id: "leaked".into(),
        ..entry(2)
    };
    let elsewhere = Entry {
        endpoint: "second".into(),
        ..entry(3)
    };
    scene
        .queue([entry(0), other_type, other_key, elsewhere])
        .await;
    let all = scene.list(&Filter::all(), 9).await;
    let Some(first) = all.first() else {
        panic!("inbox contract: what was accepted is listed");
    };
    let (at, second) = (first.accepted_at, Duration::from_secs(3600));
    for (filter, expected) in [
        (Filter::all().of_type("other"), vec![1]),
        (Filter::all().of_key("leaked"), vec![2]),
        (Filter::all().of_endpoint("second"), vec![3]),
        (
            Filter::all().of_endpoint(ENDPOINT).of_type("known"),
            vec![0, 2],
        ),
        (
            Filter::all().accepted_from(at.saturating_add(second)),
            vec![],
        ),
        (
            Filter::all().accepted_before(at.saturating_sub(second)),
            vec![],
        ),
        (Filter::all().accepted_from(at).of_type("other"), vec![1]),
        (Filter::dead(), vec![]),
    ] {
        let found = scene.list(&filter, 9).await;
        let keys: Vec<EventKey> = found.iter().map(|it| it.key).collect();
        let expected: Vec<EventKey> = expected.into_iter().map(key).collect();
        promise("a filter finds what it means", keys == expected, &found);
    }
}

pub(super) async fn a_list_tells_where_each_stands<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    let ordered = |number| Entry {
        order: Some(OrderKey::from_bytes(*digest("an order").as_bytes())),
        ..entry(number)
    };
    scene.queue([ordered(0), ordered(1), entry(2)]).await;
    let stands = async |number| {
        let listed = scene.list(&Filter::all(), 9).await;
        let of_it = listed.iter().find(|it| it.key == key(number));
        of_it.map(|it| it.stands)
    };
    let waits = |stands: Option<Stands>| matches!(stands, Some(Stands::Waits { .. }));
    let (first, second) = (stands(0).await, stands(1).await);
    promise("the first of an order waits", waits(first), &first);
    let is_behind = second == Some(Stands::Behind);
    promise("the second waits behind it", is_behind, &second);
    let row = scene.ask(&[ENDPOINT], 1, 0).await.rows;
    let runs = stands(0).await;
    promise("what is leased runs", runs == Some(Stands::Runs), &runs);
    for row in row {
        scene.settle(&row.lease, End::Processed).await;
    }
    let second = stands(1).await;
    promise("then the second one waits", waits(second), &second);
    let listed = scene.list(&Filter::all(), 9).await;
    let orders: Vec<_> = listed.iter().map(|it| it.order).collect();
    let is_told = orders == [ordered(1).order, None];
    promise("each tells its order", is_told, &orders);
}

pub(super) async fn totals_follow_what_happens<S: Inbox, P: Passage>(scene: &Scene<'_, S, P>) {
    let of = async |endpoint: &str| {
        let totals = answered("totals", scene.store.totals().await);
        let mut of_it = totals.into_iter().filter(|it| *it.endpoint == *endpoint);
        let found = of_it.next().unwrap_or_else(|| Totals::new(endpoint.into()));
        promise("an endpoint is told once", of_it.next().is_none(), &found);
        found
    };
    let counted = async |what: &str, expected: (u64, u64, u64)| {
        let it = of(ENDPOINT).await;
        let counted = (it.queued, it.dead, it.quarantined);
        promise(what, counted == expected, &it);
        let ages = (it.oldest_queued.is_some(), it.oldest_dead.is_some());
        let expected = (it.queued > 0, it.dead > 0);
        promise("each kind has its oldest", ages == expected, &it);
    };
    counted("at first there is nothing", (0, 0, 0)).await;
    let elsewhere = Entry {
        endpoint: "second".into(),
        ..entry(9)
    };
    scene.queue((0..3).map(entry).chain([elsewhere])).await;
    counted("what is accepted is queued", (3, 0, 0)).await;
    scene.accept(super::scene::copy(0)).await;
    counted("a copy is not counted", (3, 0, 0)).await;
    let mut rows = scene.ask(&[ENDPOINT], 2, 0).await.rows;
    counted("what runs is queued", (3, 0, 0)).await;
    if let Some(row) = rows.pop() {
        scene.settle(&row.lease, End::Processed).await;
    }
    counted("what is done is gone", (2, 0, 0)).await;
    if let Some(row) = rows.pop() {
        scene.bury(&row.lease, DeadReason::Failed).await;
        counted("what is buried is dead", (1, 1, 0)).await;
        answered("replay", scene.store.replay(row.lease.key(), "why").await);
        counted("what is replayed is queued", (2, 0, 0)).await;
    }
    let cap = super::super::QuarantineCap::default();
    let kept = scene.store.quarantine(scene.timed(entry(5)), cap).await;
    answered("quarantine", kept);
    counted("a quarantined one is dead", (2, 1, 1)).await;
    let listed = scene.list(&Filter::all(), 9).await;
    for it in listed.iter() {
        let is_so = it.is_quarantined == (it.key == key(5));
        promise("a quarantined one says what it is", is_so, it);
    }
    let bytes = of(ENDPOINT).await.quarantined_bytes;
    let expected = entry(5).payload.len() as u64;
    promise("with its bytes at least", bytes >= expected, &bytes);
    answered("discard", scene.store.discard(&key(5)).await);
    counted("what is discarded is gone", (2, 0, 0)).await;
    let second = of("second").await;
    promise("each endpoint has its own", second.queued == 1, &second);
}

pub(super) async fn an_operator_stops_an_endpoint_until_it_goes_on<S: Inbox, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    scene.queue([entry(0)]).await;
    let hold = async |is_held| answered("hold", scene.store.hold(ENDPOINT, is_held).await);
    hold(true).await;
    scene.queue([entry(1)]).await;
    scene.expect_nothing_due("it is held", 0).await;
    answered("resume", scene.store.resume(ENDPOINT).await);
    scene
        .expect_nothing_due("the end of a pause ends no hold", 1)
        .await;
    let totals = answered("totals", scene.store.totals().await);
    let told = |it: &Totals| *it.endpoint == *ENDPOINT && it.is_held && it.queued == 2;
    promise("totals tell it", totals.iter().any(told), &totals);
    hold(false).await;
    let batch = scene.ask(&[ENDPOINT], 9, 2).await;
    promise("then it goes on", batch.rows.len() == 2, &batch);
    let totals = answered("totals", scene.store.totals().await);
    let told = |it: &Totals| *it.endpoint == *ENDPOINT && !it.is_held && it.asked.is_some();
    let what = "totals tell that a worker asks";
    promise(what, totals.iter().any(told), &totals);
}
