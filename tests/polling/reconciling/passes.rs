//! What a pass handles, and which part of the log it reads.

use std::{collections::BTreeMap, time::Duration};

use hookgate::{Origin, providers::logto::EventName};

use super::server::{HOOK, Logto, Run, body, entry, lost, send, shown};
use crate::props::{now, soon};

/// A third never comes, some come twice, some entries stand twice, and the log says of each what it likes.
#[tokio::test]
async fn each_event_is_handled_once_whether_it_came_or_was_lost() {
    let logto = Logto::start().await;
    let endpoint = logto.endpoint().await;
    const EVENTS: usize = 90;
    for n in 0..EVENTS {
        let at = now().saturating_sub(Duration::from_secs(3600 - n as u64));
        let body = body(n, at);
        let is_lost = n % 3 == 0;
        if !is_lost {
            assert_eq!(send(&endpoint, &body).await.status, 200);
        }
        if n % 5 == 1 {
            send(&endpoint, &body).await;
        }
        logto.logs(entry(&shown(&body), at, n % 2 == 0));
        if n % 7 == 0 {
            logto.logs(entry(&shown(&body), at, true));
        }
    }
    let reconciler = logto.reconciler();
    let first = soon(reconciler.once()).await.unwrap();
    let pushed = logto
        .runs()
        .iter()
        .filter(|run| run.origin == Origin::Pushed)
        .count();
    assert_eq!(first.handled, EVENTS - pushed);
    assert!(first.handled >= 20 && first.is_whole, "{first:?}");
    assert_eq!(first.read, first.handled + first.known, "{first:?}");
    let mut counts = BTreeMap::<String, usize>::new();
    for run in logto.runs() {
        *counts.entry(run.path).or_default() += 1;
    }
    assert_eq!(counts.len(), EVENTS);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    // What was lost comes after all: it was handled.
    for n in 0..EVENTS {
        let at = now().saturating_sub(Duration::from_secs(3600 - n as u64));
        assert_eq!(send(&endpoint, &body(n, at)).await.status, 200);
    }
    assert_eq!(logto.runs().len(), EVENTS);
    let second = soon(logto.reconciler().once()).await.unwrap();
    assert_eq!((second.handled, second.known), (0, second.read));
}

#[tokio::test]
async fn the_oldest_lost_event_is_handled_first_and_says_where_it_came_from() {
    let logto = Logto::start().await;
    for n in 0..30 {
        logto.logs(lost(n));
    }
    let report = soon(logto.reconciler().once()).await.unwrap();
    assert_eq!(report.handled, 30);
    let expected = (0..30).map(|n| Run {
        path: format!("/roles/{n}"),
        origin: Origin::Reconciled,
    });
    assert_eq!(logto.runs(), Vec::from_iter(expected));
}

#[tokio::test]
async fn pages_are_read_one_after_the_other_to_the_end_of_the_log() {
    let logto = Logto::start().await;
    for n in 0..25 {
        logto.logs(lost(n));
    }
    // One that comes meanwhile moves the others: one of them is on both pages.
    logto
        .script
        .lock()
        .unwrap()
        .comes
        .push_back(lost(99).to_string());
    let reconciler = logto.building(Logto::pack()).page_size(10).build().unwrap();
    let report = soon(reconciler.once()).await.unwrap();
    let target = |page| format!("/api/hooks/{HOOK}/recent-logs?page={page}&page_size=10");
    assert_eq!(logto.pages(), [target(1), target(2), target(3)]);
    assert_eq!((report.read, report.handled, report.known), (26, 25, 1));
}

#[tokio::test]
async fn a_pass_reads_no_more_entries_than_it_may() {
    let logto = Logto::start().await;
    for n in 0..50 {
        logto.logs(lost(n));
    }
    let building = logto.building(Logto::pack()).page_size(10).most_entries(20);
    let report = soon(building.build().unwrap().once()).await.unwrap();
    assert_eq!(
        (report.read, report.handled, report.is_whole),
        (20, 20, false)
    );
    assert_eq!(logto.pages().len(), 2);
}

/// What lies beyond is out of the next pass's reach as well.
#[tokio::test]
async fn a_pass_that_reached_its_most_entries_is_not_read_again() {
    let logto = Logto::start().await;
    for n in 0..50 {
        let at = now().saturating_sub(Duration::from_secs(20_000 - 1000 * n as u64 / 5));
        logto.logs(entry(&shown(&body(n, at)), at, true));
    }
    let building = logto.building(Logto::pack()).page_size(10).most_entries(40);
    let reconciler = building.build().unwrap();
    let first = soon(reconciler.once()).await.unwrap();
    assert_eq!((first.handled, first.is_whole), (40, false));
    let second = soon(reconciler.once()).await.unwrap();
    assert_eq!((second.read, second.is_whole), (10, true));
    assert_eq!(logto.pages().len(), 5);
}

#[tokio::test]
async fn a_later_pass_reads_what_was_written_since() {
    let logto = Logto::start().await;
    let at = |secs: u64| now().saturating_sub(Duration::from_secs(secs));
    for n in 0..40 {
        let at = at(20_000 - n as u64);
        logto.logs(entry(&shown(&body(n, at)), at, true));
    }
    let reconciler = logto.building(Logto::pack()).page_size(10).build().unwrap();
    assert_eq!(soon(reconciler.once()).await.unwrap().handled, 40);
    assert_eq!(logto.pages().len(), 5);
    for n in 40..45 {
        logto.logs(entry(&shown(&body(n, at(1))), at(1), true));
    }
    let report = soon(reconciler.once()).await.unwrap();
    assert_eq!((report.handled, logto.runs().len()), (5, 45));
    // Five minutes before the last known one, and no further.
    assert_eq!(logto.pages().len(), 10);
    logto.clock.advance(Duration::from_secs(600));
    logto.logs(entry(&shown(&body(50, now())), now(), true));
    let before = logto.pages().len();
    assert_eq!(soon(reconciler.once()).await.unwrap().handled, 1);
    assert_eq!(logto.pages().len(), before + 1);
}

#[tokio::test]
async fn what_has_no_end_yet_is_read_again_however_old_it_is() {
    let logto = Logto::start().await;
    let old = now().saturating_sub(Duration::from_secs(10_000));
    logto.logs(entry(&shown(&body(1, old)), old, true));
    for n in 2..30 {
        logto.logs(lost(n));
    }
    *logto.handler.fails.lock().unwrap() = 1;
    let reconciler = logto.reconciler();
    let first = soon(reconciler.once()).await.unwrap();
    assert_eq!((first.handled, first.unresolved), (28, 1));
    let second = soon(reconciler.once()).await.unwrap();
    assert_eq!((second.handled, second.known), (1, 28));
    assert_eq!(logto.runs().len(), 29);
}

/// The database of the application is down, say.
#[tokio::test]
async fn a_pass_ends_once_ten_events_in_a_row_have_failed() {
    let logto = Logto::start().await;
    for n in 0..30 {
        logto.logs(lost(n));
    }
    *logto.handler.fails.lock().unwrap() = 1000;
    let reconciler = logto.reconciler();
    let report = soon(reconciler.once()).await.unwrap();
    assert_eq!(*logto.handler.fails.lock().unwrap(), 990);
    assert_eq!((report.unresolved, report.is_whole), (30, false));
    *logto.handler.fails.lock().unwrap() = 0;
    assert_eq!(soon(reconciler.once()).await.unwrap().handled, 30);
}

/// Before it, they kept all later ones from their turn until these had left the log.
#[tokio::test]
async fn events_that_always_fail_come_last_in_the_next_pass() {
    let logto = Logto::start().await;
    for n in 0..30 {
        logto.logs(lost(n));
    }
    let always = (0..25).map(|n| format!("/roles/{n}"));
    *logto.handler.always_fails.lock().unwrap() = always.collect();
    let reconciler = logto.reconciler();
    let mut tried = Vec::new();
    for _ in 0..3 {
        let report = soon(reconciler.once()).await.unwrap();
        tried.push((report.handled, report.unresolved, report.is_whole));
    }
    // 0 to 9; 10 to 19; 20 to 24, the five good ones, and 0 to 9 again.
    assert_eq!(tried, [(0, 30, false), (0, 30, false), (5, 25, false)]);
    // What is new has its turn, though as many fail as before.
    logto.logs(lost(30));
    for _ in 0..2 {
        soon(reconciler.once()).await.unwrap();
    }
    assert_eq!(logto.runs().len(), 6);
    logto.handler.always_fails.lock().unwrap().clear();
    let report = soon(reconciler.once()).await.unwrap();
    assert_eq!((report.handled, report.is_whole), (25, true));
}

/// With a few more than ten that fail there is nothing left to try: new ones come first all the same.
#[tokio::test]
async fn a_new_event_comes_before_the_ten_that_fail_in_each_pass() {
    let logto = Logto::start().await;
    for n in 0..10 {
        logto.logs(lost(n));
    }
    let always = (0..10).map(|n| format!("/roles/{n}"));
    *logto.handler.always_fails.lock().unwrap() = always.collect();
    let reconciler = logto.reconciler();
    for n in 10..15 {
        soon(reconciler.once()).await.unwrap();
        logto.logs(lost(n));
    }
    assert_eq!(logto.runs().len(), 4);
}

#[tokio::test]
async fn an_event_that_is_not_wanted_runs_no_handler() {
    let logto = Logto::start().await;
    logto.logs(lost(1));
    let pack = Logto::pack().interested_in([EventName::PostSignIn]);
    let report = soon(logto.building(pack).build().unwrap().once())
        .await
        .unwrap();
    assert_eq!((report.not_wanted, logto.runs().len()), (1, 0));
}

#[tokio::test]
async fn an_event_of_several_hooks_is_handled_once_where_they_are_merged() {
    let logto = Logto::start().await;
    let at = now().saturating_sub(Duration::from_secs(5));
    let pack = || Logto::pack().merge_hooks();
    let other = body(1, at).replace(HOOK, "another");
    let mut of_other = entry(&shown(&other), at, true);
    of_other["payload"]["hookId"] = "another".into();
    for (hook, entry) in [
        (HOOK, entry(&shown(&body(1, at)), at, true)),
        ("another", of_other),
    ] {
        logto.script.lock().unwrap().entries = vec![entry.to_string()];
        let handler = logto.handler.clone();
        let reconciler = logto.client().reconciler(&logto.receiver(pack()), hook);
        let reconciler = reconciler
            .handle(move |it| handler.clone().on_event(it))
            .build();
        soon(reconciler.unwrap().once()).await.unwrap();
    }
    assert_eq!(logto.runs().len(), 1);
}
