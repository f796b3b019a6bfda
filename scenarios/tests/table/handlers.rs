//! What handlers say, and what their senders get.

use std::time::Duration;

use hookgate::Secret;

use crate::{
    everywhere::{everywhere, with_extractors},
    packs::Pack,
    scene::{SECRET, Scene},
    stores::Failing,
    wire::Answer,
};

const UNAVAILABLE: &str =
    r#"{"title":"Service Unavailable","status":503,"detail":"Send the request again later."}"#;
const SET_UP_WRONGLY: &str =
    r#"{"title":"Internal Server Error","status":500,"detail":"The receiver is set up wrongly."}"#;

pub(crate) async fn sent(scene: &Scene, act: &str) -> Answer {
    scene.send(&scene.event("msg_1", act)).await
}

/// 503 with the fixed text.
pub(crate) fn is_unavailable(answer: &Answer, retry_after: Option<&str>) {
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.body, UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), retry_after);
}

pub(crate) fn is_ok(answer: &Answer) {
    assert_eq!((answer.status, &*answer.body), (200, ""), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn processed_and_ignored_are_200_without_a_body() {
    for act in ["process", "ignore"] {
        everywhere(
            |tools| tools.receiver(),
            async |scene| {
                let answer = sent(scene, act).await;
                is_ok(&answer);
                is_ok(&sent(scene, act).await);
                assert_eq!(scene.stage.runs(), 1);
                vec![answer]
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_2xx_of_the_handler_is_passed_on() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let own = sent(scene, "created").await;
            assert_eq!((own.status, &*own.body), (201, "the handler's own"));
            let copy = sent(scene, "created").await;
            is_ok(&copy);
            assert_eq!(scene.stage.runs(), 1);
            vec![own, copy]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_for_good_is_200_and_not_run_again() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let answers = vec![sent(scene, "reject").await, sent(scene, "reject").await];
            answers.iter().for_each(is_ok);
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_a_handler_does_is_503_and_the_next_copy_runs() {
    for act in ["retry", "error", "panic", "not_found", "found"] {
        everywhere(
            |tools| tools.receiver(),
            async |scene| {
                let answers = vec![sent(scene, act).await, sent(scene, act).await];
                answers
                    .iter()
                    .for_each(|answer| is_unavailable(answer, None));
                assert_eq!(scene.stage.runs(), 2);
                answers
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_the_handler_asks_for_is_rounded_up() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let answer = sent(scene, "retry_after").await;
            is_unavailable(&answer, Some("42"));
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_after_a_failure_or_panic_is_handled() {
    for act in ["retry_first", "panic_first"] {
        everywhere(
            |tools| tools.receiver(),
            async |scene| {
                let first = sent(scene, act).await;
                is_unavailable(&first, None);
                let second = sent(scene, act).await;
                is_ok(&second);
                is_ok(&sent(scene, act).await);
                assert_eq!(scene.stage.runs(), 2);
                vec![first, second]
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_past_its_deadline_is_503_and_goes_on() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let event = scene.event("msg_1", "wait");
            let first = scene.start(&event);
            scene.stage.began(1).await;
            scene.sleeps(Duration::from_secs(8), 1).await;
            scene.clock.advance(Duration::from_secs(8));
            let late = first.await.unwrap();
            is_unavailable(&late, Some("5"));

            scene.stage.moved().await;
            scene.stage.open();
            scene.stage.ended(1).await;
            scene.receiver.drained().await;
            let copy = scene.send(&event).await;
            is_ok(&copy);
            assert_eq!(scene.stage.runs(), 1);
            vec![late, copy]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_application_did_not_ask_for_is_200_without_store_or_handler() {
    everywhere(
        |tools| {
            let pack = Pack::unwanted(Secret::bytes(SECRET).unwrap());
            tools.receiver_of(pack).dedup(Failing::always())
        },
        async |scene| {
            let answer = sent(scene, "process").await;
            is_ok(&answer);
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_handlers_than_allowed_are_503() {
    everywhere(
        |tools| tools.receiver().handlers(1),
        async |scene| {
            let first = scene.start(&scene.event("msg_1", "wait"));
            scene.stage.began(1).await;
            let second = scene.send(&scene.event("msg_2", "process")).await;
            is_unavailable(&second, Some("5"));
            scene.stage.open();
            let first = first.await.unwrap();
            is_ok(&first);
            assert_eq!(scene.stage.runs(), 1);
            is_ok(&scene.send(&scene.event("msg_2", "process")).await);
            vec![first, second]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_another_type_than_the_packs_is_500_and_frees_its_key() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let mut event = scene.event("msg_1", "process");
            event.path = "/wrong".to_owned();
            let answers = vec![scene.send(&event).await, scene.send(&event).await];
            for answer in &answers {
                assert_eq!((answer.status, &*answer.body), (500, SET_UP_WRONGLY));
            }
            is_ok(&sent(scene, "process").await);
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_inside_of_another_is_500_at_once_and_frees_the_key() {
    for path in ["/twice", "/nested"] {
        everywhere(
            |tools| tools.receiver(),
            async |scene| {
                let mut event = scene.event("msg_1", "process");
                event.path = path.to_owned();
                let answers = vec![scene.send(&event).await, scene.send(&event).await];
                for answer in &answers {
                    assert_eq!((answer.status, &*answer.body), (500, SET_UP_WRONGLY));
                }
                assert_eq!(scene.stage.runs(), 0);
                is_ok(&sent(scene, "process").await);
                answers
            },
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_middleware_a_request_that_has_no_body_keeps_its_connection() {
    with_extractors(
        |tools| tools.receiver(),
        async |scene| {
            let mut event = scene.event("msg_1", "process");
            event.path = "/open".to_owned();
            event.body.clear();
            let answer = scene.send(&event).await;
            assert_eq!((answer.status, answer.closes), (500, false));
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_middleware_is_500_and_runs_nothing() {
    with_extractors(
        |tools| tools.receiver(),
        async |scene| {
            let mut event = scene.event("msg_1", "process");
            event.path = "/open".to_owned();
            let answer = scene.send(&event).await;
            assert_eq!((answer.status, &*answer.body), (500, SET_UP_WRONGLY));
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}
