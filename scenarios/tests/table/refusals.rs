//! What is refused before its event is claimed.

use std::time::Duration;

use hookgate::{
    Key, Keyring, Secret, UnixTime,
    simulator::{Sent, StandardWebhooksSimulator},
};

use crate::{
    packs::Pack,
    scene::{NOW, Protocol, SECRET, Scene, everywhere, on_raw_connections},
    wire::{Answer, HOST, head},
};

const UNAUTHENTICATED: &str =
    r#"{"title":"Unauthorized","status":401,"detail":"The request is not authenticated."}"#;

/// Sends `sent`, sees `status`, and that the handler did not run.
async fn refused(scene: &Scene, sent: &Sent, status: u16) -> Answer {
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
async fn another_method_is_405_and_says_which_is_allowed() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let mut get = scene.event("msg_1", "process");
            get.method = http::Method::GET;
            let answer = refused(scene, &get, 405).await;
            assert_eq!(answer.header("allow"), Some("POST"));
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_media_type_that_is_not_the_packs_is_415() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let good = scene.event("msg_1", "process");
            let bare = good.clone().without_header("content-type");
            let form = bare
                .clone()
                .with_header("content-type", "application/x-www-form-urlencoded");
            let twice = good.clone().with_header("content-type", "text/plain");
            let answers = vec![
                refused(scene, &bare, 415).await,
                refused(scene, &form, 415).await,
                refused(scene, &twice, 415).await,
            ];
            let spelled = bare.with_header("content-type", "Application/JSON; charset=utf-8");
            assert_eq!(scene.send(&spelled).await.status, 200);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoded_body_is_415_before_anything_inflates_it() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let good = scene.event("msg_1", "process");
            let mut answers = Vec::new();
            for encoding in ["gzip", "br", "zstd", "identity, gzip", "GZIP"] {
                let sent = good.clone().with_header("content-encoding", encoding);
                answers.push(refused(scene, &sent, 415).await);
            }
            let identity = good.with_header("content-encoding", "identity");
            assert_eq!(scene.send(&identity).await.status, 200);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_are_400() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let good = scene.event("msg_1", "process");
            let answer = match scene.protocol {
                Protocol::Http2 => {
                    scene
                        .send(&good.with_header("host", "other.example.com"))
                        .await
                }
                Protocol::Http1 => {
                    let mut absolute = good;
                    absolute.path = "http://other.example.com/hook".to_owned();
                    scene.send(&absolute).await
                }
            };
            assert_eq!(answer.status, 400);
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_host_twice_is_fine_where_both_are_the_same() {
    everywhere(
        |tools| tools.receiver(),
        async |scene| {
            let mut sent = scene.event("msg_1", "process");
            match scene.protocol {
                Protocol::Http2 => sent = sent.with_header("host", HOST),
                Protocol::Http1 => sent.path = format!("http://{HOST}/hook"),
            }
            let answer = scene.send(&sent).await;
            assert_eq!(answer.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_413() {
    everywhere(
        |tools| tools.receiver().body_limit(64),
        async |scene| {
            let body = |padding: usize| format!(r#"{{"act":"process"}}{}"#, " ".repeat(padding));
            let exact = scene.sender.send("msg_1", NOW, body(64 - 17));
            let over = scene.sender.send("msg_2", NOW, body(64 - 16));
            let answer = scene.send(&over).await;
            assert_eq!(answer.status, 413);
            assert_eq!(scene.stage.runs(), 0);
            assert_eq!(scene.send(&exact).await.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_length_over_the_limit_is_413_before_the_body_comes() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let mut sender = scene.connect().await;
            let head = head(&scene.event("msg_1", "process"));
            sender
                .write(format!("{head}content-length: 1048577\r\n\r\n"))
                .await;
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 413);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_over_the_limit_is_413_before_it_ends() {
    on_raw_connections(
        |tools| tools.receiver().body_limit(64),
        async |scene| {
            let mut sender = scene.connect().await;
            let head = head(&scene.event("msg_1", "process"));
            let chunk = format!("20\r\n{}\r\n", "x".repeat(32));
            sender
                .write(format!(
                    "{head}transfer-encoding: chunked\r\n\r\n{chunk}{chunk}{chunk}"
                ))
                .await;
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 413);
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_408() {
    on_raw_connections(
        |tools| tools.receiver(),
        async |scene| {
            let sent = scene.event("msg_1", "process");
            let mut sender = scene.connect().await;
            let head = head(&sent);
            sender
                .write(format!("{head}content-length: 17\r\n\r\n{{"))
                .await;
            scene.sleeps(Duration::from_secs(5), 1).await;
            scene.clock.advance(Duration::from_millis(4999));
            sender.write("\"").await;
            scene.clock.advance(Duration::from_millis(1));
            let answer = sender.answer().await.unwrap();
            assert_eq!(answer.status, 408);
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
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
