//! What a body may hold beside one event: a handshake, or several events.

use hookgate::{
    Secret,
    providers::preset::{Preset, PresetSimulator},
    simulator::Sent,
};

use crate::{
    everywhere::everywhere,
    packs::Batches,
    scene::{NOW, SECRET, Scene},
    stage::Order,
};

const QUESTION: &str = r#"{"token":"t","challenge":"3eZbrw1aB10Fe","type":"url_verification"}"#;

fn slack() -> Preset<Order> {
    Preset::slack(Secret::bytes(SECRET).unwrap()).events()
}

fn sent(body: &str) -> Sent {
    let sender = PresetSimulator::slack(SECRET).path("/hook");
    sender.send(NOW, body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_is_answered_as_its_sender_asked_and_no_handler_runs() {
    everywhere(
        |tools| tools.receiver_of(slack().answer_challenge()),
        async |scene| {
            let mut answers = Vec::new();
            // Nothing is claimed: each is answered, and no copy is turned away.
            for _ in 0..2 {
                let answer = scene.send(&sent(QUESTION)).await;
                assert_eq!((answer.status, &*answer.body), (200, "3eZbrw1aB10Fe"));
                assert_eq!(answer.header("content-type"), Some("text/plain"));
                answers.push(answer);
            }
            assert_eq!(scene.stage.runs(), 0);
            let event = scene
                .send(&sent(r#"{"event_id":"Ev1","act":"process"}"#))
                .await;
            assert_eq!(event.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_nobody_signed_learns_nothing() {
    everywhere(
        |tools| tools.receiver_of(slack().answer_challenge()),
        async |scene| {
            let mut forged = sent(QUESTION);
            forged.body = QUESTION.replace("3eZ", "4eZ").into();
            let answer = scene.send(&forged).await;
            assert_eq!(answer.status, 401);
            assert!(!answer.body.contains("eZbrw1aB10Fe"));
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_reaches_the_handler_unless_the_application_asked_for_its_answer() {
    everywhere(
        |tools| tools.receiver_of(slack()),
        async |scene| {
            let question = QUESTION.replace('}', r#","act":"created"}"#);
            let answer = scene.send(&sent(&question)).await;
            assert_eq!(answer.status, 201);
            assert_eq!(scene.stage.runs(), 1);
            vec![answer]
        },
    )
    .await;
}

fn batch(scene: &Scene, id: &str, orders: &[(&str, &str)]) -> Sent {
    let orders: Vec<_> = orders
        .iter()
        .map(|(id, act)| format!(r#"{{"id":"{id}","act":"{act}"}}"#))
        .collect();
    let body = format!("[{}]", orders.join(", "));
    scene.sender.send(id, NOW, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_of_a_body_is_handled_once_and_the_worst_answer_counts() {
    everywhere(
        |tools| tools.receiver_of(Batches::new(Secret::bytes(SECRET).unwrap())),
        async |scene| {
            let all = [
                ("1", "process"),
                ("2", "retry_after"),
                ("3", "created"),
                ("4", "panic"),
            ];
            let first = scene.send(&batch(scene, "msg_1", &all)).await;
            assert_eq!(first.status, 503);
            // The first of two that are as bad.
            assert_eq!(first.header("retry-after"), Some("42"));
            assert_eq!(scene.stage.runs(), 4);
            // Those that were done are copies now, and the others run.
            let again = [
                ("1", "process"),
                ("2", "ignore"),
                ("3", "reject"),
                ("4", "created"),
            ];
            let second = scene.send(&batch(scene, "msg_1", &again)).await;
            assert_eq!((second.status, &*second.body), (200, ""));
            assert_eq!(scene.stage.runs(), 6);
            vec![first, second]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_stands_twice_in_a_body_runs_once() {
    everywhere(
        |tools| tools.receiver_of(Batches::new(Secret::bytes(SECRET).unwrap())),
        async |scene| {
            let twice = [("1", "process"), ("1", "process")];
            let answer = scene.send(&batch(scene, "msg_1", &twice)).await;
            assert_eq!(answer.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            let none = scene.send(&batch(scene, "msg_2", &[])).await;
            assert_eq!((none.status, scene.stage.runs()), (200, 1));
            vec![answer, none]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_leaves_in_the_middle_of_a_body_stops_no_event_of_it() {
    everywhere(
        |tools| tools.receiver_of(Batches::new(Secret::bytes(SECRET).unwrap())),
        async |scene| {
            let orders = [("1", "wait"), ("2", "process"), ("3", "process")];
            let sent = batch(scene, "msg_1", &orders);
            let leaving = scene.start(&sent);
            scene.stage.began(1).await;
            leaving.abort();
            let _ = leaving.await;
            scene.stage.open();
            scene.stage.ended(3).await;
            scene.receiver.drained().await;
            let copy = scene.send(&sent).await;
            assert_eq!(scene.stage.runs(), 3);
            vec![copy]
        },
    )
    .await;
}
