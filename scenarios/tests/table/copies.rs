//! Copies of one event: after each other, beside each other, altered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    Observed, Observer, Secret,
    providers::facephi::{Facephi, FacephiSimulator, Topic},
};

use crate::{
    everywhere::everywhere,
    scene::{NOW, SECRET},
};

/// How long a copy waits for the first, where the sender's timeout is unknown.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn copies_after_each_other_run_once() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "process");
            let mut answers = Vec::new();
            for _ in 0..3 {
                answers.push(scene.send(&event).await);
            }
            assert!(answers.iter().all(|answer| answer.status == 200));
            assert_eq!(scene.stage.runs(), 1);
            assert_eq!(
                scene.send(&scene.event("msg_2", "process")).await.status,
                200
            );
            assert_eq!(scene.stage.runs(), 2);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_is_signed_anew_is_the_same_event() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            scene.send(&scene.event("msg_1", "process")).await;
            scene.clock.advance(Duration::from_secs(3600));
            let copy = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(copy.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            vec![copy]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_copies_at_once_run_once_and_all_get_200() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let copies: Vec<_> = (0..50).map(|_| scene.start(&event)).collect();
            scene.stage.began(1).await;
            scene.sleeps(LONGEST_WAIT, 49).await;
            scene.stage.open();
            let mut answers = Vec::new();
            for copy in copies {
                answers.push(copy.await.unwrap());
            }
            assert!(answers.iter().all(|answer| answer.status == 200));
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_waited_for_a_failure_is_503_and_the_next_one_runs() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait_and_retry");
            let first = scene.start(&event);
            scene.stage.began(1).await;
            let copy = scene.start(&event);
            scene.sleeps(LONGEST_WAIT, 1).await;
            scene.stage.open();
            let answers = vec![first.await.unwrap(), copy.await.unwrap()];
            assert_eq!(answers[0].status, 503);
            assert_eq!(answers[1].status, 503);
            assert_eq!(answers[1].header("retry-after"), Some("5"));
            assert_eq!(scene.stage.runs(), 1);
            scene.send(&event).await;
            assert_eq!(scene.stage.runs(), 2);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_waits_no_longer_than_it_may() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let first = scene.start(&event);
            scene.stage.began(1).await;
            let copy = scene.start(&event);
            scene.sleeps(LONGEST_WAIT, 1).await;
            scene.clock.advance(LONGEST_WAIT);
            let copy = copy.await.unwrap();
            assert_eq!(copy.status, 503);
            assert!(copy.header("retry-after").is_some());
            scene.stage.open();
            let first = first.await.unwrap();
            assert_eq!(first.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            vec![first, copy]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_content_under_a_known_id_is_no_new_event() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            scene.send(&scene.event("msg_1", "process")).await;
            let changed = scene.send(&scene.event("msg_1", "created")).await;
            assert_eq!((changed.status, &*changed.body), (200, ""));
            assert_eq!(scene.stage.runs(), 1);
            vec![changed]
        },
    )
    .await;
}

/// Counts copies whose content is not that of the event that was handled.
#[derive(Clone, Default)]
struct Changes(Arc<AtomicUsize>);

impl Observer for Changes {
    fn changed_content(&self, _: Observed<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Facephi signs its download links anew for each attempt: another body, the same event.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_with_new_download_links_is_a_copy_and_is_counted() {
    let changes = Changes::default();
    everywhere(
        |tools| {
            changes.0.store(0, Ordering::SeqCst);
            let pack = Facephi::new(Secret::bytes(SECRET).unwrap());
            tools.receiver_of(pack).observer(changes.clone())
        },
        async |scene| {
            let facephi = FacephiSimulator::new(SECRET, NOW).path("/facephi");
            let event = facephi.send(Topic::IdCaptured);
            let retry = facephi.retry().send(Topic::IdCaptured);
            assert_ne!(event.body, retry.body);
            let mut answers = Vec::new();
            for sent in [&event, &event, &retry, &facephi.send(Topic::SelfieCaptured)] {
                answers.push(scene.send(sent).await);
            }
            for answer in &answers {
                assert_eq!((answer.status, &*answer.body), (200, ""), "{answer:?}");
            }
            assert_eq!(scene.stage.runs(), 2);
            assert_eq!(changes.0.load(Ordering::SeqCst), 1);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_with_new_download_links_is_400_by_choice() {
    everywhere(
        |tools| {
            let pack = Facephi::new(Secret::bytes(SECRET).unwrap());
            tools.receiver_of(pack).refuse_changed_content()
        },
        async |scene| {
            let facephi = FacephiSimulator::new(SECRET, NOW).path("/facephi");
            scene.send(&facephi.send(Topic::IdCaptured)).await;
            let changed = scene.send(&facephi.retry().send(Topic::IdCaptured)).await;
            assert_eq!(changed.status, 400, "{changed:?}");
            assert_eq!(scene.stage.runs(), 1);
            vec![changed]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_finds_no_seat_among_those_that_wait_is_503_at_once() {
    const SEATS: usize = 64;
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let first = scene.start(&event);
            scene.stage.began(1).await;
            let copies: Vec<_> = (0..SEATS).map(|_| scene.start(&event)).collect();
            scene.sleeps(LONGEST_WAIT, SEATS).await;
            let one_more = scene.send(&event).await;
            assert_eq!(one_more.status, 503, "{one_more:?}");
            assert_eq!(one_more.header("retry-after"), Some("5"));
            scene.stage.open();
            let mut answers = vec![one_more, first.await.unwrap()];
            for copy in copies {
                answers.push(copy.await.unwrap());
            }
            assert!(answers.iter().skip(1).all(|answer| answer.status == 200));
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}
