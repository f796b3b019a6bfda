//! Requests that are refused once their body was read, and before their event is claimed.

use std::time::Duration;

use hookgate::{
    Key, Keyring, Secret, UnixTime,
    providers::{
        facephi::{Facephi, FacephiSimulator, Topic},
        preset::StandardWebhooksSimulator,
    },
    simulator::Sent,
};

use crate::{
    everywhere::everywhere,
    packs::Pack,
    scene::{NOW, SECRET, Scene},
    wire::Answer,
};

const UNAUTHENTICATED: &str =
    r#"{"title":"Unauthorized","status":401,"detail":"The request is not authenticated."}"#;

/// Sends `sent`, sees `status`, and that the handler did not run.
pub(crate) async fn refused(scene: &Scene, sent: &Sent, status: u16) -> Answer {
    let answer = scene.send(sent).await;
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert!(answer.body.starts_with(r#"{"title":""#));
    assert_eq!(scene.stage.runs(), 0);
    answer
}

async fn unauthenticated(scene: &Scene, sent: &Sent) -> Answer {
    let answer = refused(scene, sent, 401).await;
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"Signature realm="webhook""#)
    );
    assert_eq!(answer.body, UNAUTHENTICATED);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_a_signature_gets_one_answer() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let good = scene.event("msg_1", "process");
            let stranger = StandardWebhooksSimulator::new("another secret").path("/hook");
            let mut answers = Vec::new();
            for sent in [
                good.clone().unsigned(),
                good.clone().with_tampered_signature(),
                good.clone().with_tampered_body(),
                good.clone().with_repeated_signature(),
                good.clone().without_header("webhook-id"),
                good.clone().without_header("webhook-timestamp"),
                good.clone().with_header("webhook-id", "msg_2"),
                good.clone()
                    .without_header("webhook-signature")
                    .with_header("webhook-signature", "v1,".repeat(2000)),
                stranger.send("msg_1", NOW, r#"{"act":"process"}"#),
            ] {
                answers.push(unauthenticated(scene, &sent).await);
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]));
            assert_eq!(scene.send(&good).await.status, 200);
            answers
        },
    )
    .await;
}

/// Headers are looked up in another way where there are many.
#[tokio::test(flavor = "multi_thread")]
async fn many_headers_around_a_signature_change_nothing() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let mut many = scene.event("msg_1", "process");
            for number in 0..40 {
                many = many.with_header(format!("x-filler-{number}"), "filler");
            }
            let refusals = vec![
                unauthenticated(scene, &many.clone().unsigned()).await,
                unauthenticated(scene, &many.clone().with_repeated_signature()).await,
            ];
            assert_eq!(scene.send(&many).await.status, 200);
            refusals
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_is_taken_until_its_end() {
    let end = NOW.saturating_add(Duration::from_secs(60));
    let ring = move || {
        Keyring::new([
            Key::new("new", Secret::bytes("the new secret").unwrap()),
            Key::new("old", Secret::bytes(SECRET).unwrap()).until(end),
        ])
        .unwrap()
    };
    everywhere(
        move |tools| tools.receiver_with(ring()),
        async |scene| {
            let rotated = StandardWebhooksSimulator::new("the new secret").path("/hook");
            let body = r#"{"act":"process"}"#;
            let old = scene.send(&scene.event("msg_1", "process")).await;
            let new = scene.send(&rotated.send("msg_2", NOW, body)).await;
            assert_eq!((old.status, new.status), (200, 200));
            scene.clock.advance(Duration::from_secs(60));
            let late = scene.send(&scene.event("msg_3", "process")).await;
            assert_eq!(late.status, 401);
            let new = scene.send(&rotated.send("msg_4", end, body)).await;
            assert_eq!(new.status, 200);
            assert_eq!(scene.stage.runs(), 3);
            vec![old, late, new]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_have_all_ended_are_503_and_run_nothing() {
    let end = NOW.saturating_add(Duration::from_secs(60));
    everywhere(
        |tools| {
            let key = Key::new("only", Secret::bytes(SECRET).unwrap()).until(end);
            tools.receiver_with(Keyring::new([key]).unwrap())
        },
        async |scene| {
            scene.clock.advance(Duration::from_secs(60));
            let answer = refused(scene, &scene.event("msg_1", "process"), 503).await;
            assert_eq!(answer.header("retry-after"), Some("5"));
            vec![answer]
        },
    )
    .await;
}

/// The signature stands in the body, which has to be read for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_hides_its_signature_is_refused_as_one_without() {
    everywhere(
        |tools| tools.receiver_of(Facephi::new(Secret::bytes(SECRET).unwrap())),
        async |scene| {
            let facephi = FacephiSimulator::new(SECRET, NOW).path("/facephi");
            let good = facephi.send(Topic::IdCaptured);
            let text = std::str::from_utf8(&good.body).unwrap();
            let mut answers = Vec::new();
            for body in [
                "no JSON".to_owned(),
                text.trim_end_matches('}').to_owned(),
                text.replacen('{', r#"{"signature":"AAAA","#, 1),
                text.replacen('{', r#"{"type":"another","#, 1),
                "[".repeat(100_000),
            ] {
                answers.push(unauthenticated(scene, &good.clone().with_body(body)).await);
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]));
            assert_eq!(scene.send(&good).await.status, 200);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_that_was_used_for_another_event_is_refused_as_a_wrong_signature() {
    everywhere(
        |tools| tools.receiver_of(Pack::with_nonce(Secret::bytes(SECRET).unwrap())),
        async |scene| {
            let under = |id, nonce| {
                let event = scene.event(id, "retry_first");
                event.with_header("x-nonce", nonce)
            };
            let first = scene.send(&under("msg_1", "n-1")).await;
            assert_eq!(first.status, 503);
            let retry = scene.send(&under("msg_1", "n-1")).await;
            assert_eq!(retry.status, 200);
            let reused = scene.send(&under("msg_2", "n-1")).await;
            assert_eq!(reused.status, 401);
            assert_eq!(
                reused.header("www-authenticate"),
                Some(r#"Signature realm="webhook""#)
            );
            assert_eq!(reused.body, UNAUTHENTICATED);
            assert_eq!(scene.stage.runs(), 2);
            assert_eq!(scene.send(&under("msg_2", "n-2")).await.status, 200);
            vec![first, retry, reused]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_outside_of_the_window_is_refused_and_its_limits_are_inside() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let at = |time: UnixTime| scene.sender.send("msg_1", time, r#"{"act":"retry"}"#);
            let window = Duration::from_secs(300);
            let second = Duration::from_secs(1);
            let mut answers = vec![
                unauthenticated(scene, &at(NOW.saturating_sub(window + second))).await,
                unauthenticated(scene, &at(NOW.saturating_add(window + second))).await,
            ];
            answers.push(scene.send(&at(NOW.saturating_sub(window))).await);
            answers.push(scene.send(&at(NOW.saturating_add(window))).await);
            assert_eq!(scene.stage.runs(), 2);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_time_cannot_be_read_is_refused_as_one_outside_of_the_window() {
    everywhere(
        |tools| {
            let secret = Secret::bytes(SECRET).unwrap();
            tools.receiver_of(Pack::with_unreadable_time(secret))
        },
        async |scene| vec![unauthenticated(scene, &scene.event("msg_1", "process")).await],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_body_without_an_identity_is_400() {
    everywhere(
        |tools| {
            let secret = Secret::bytes(SECRET).unwrap();
            tools.receiver_of(Pack::without_identity(secret))
        },
        async |scene| vec![refused(scene, &scene.event("msg_1", "process"), 400).await],
    )
    .await;
}
