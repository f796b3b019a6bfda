//! Requests that are refused for their head, before their body is read.

use crate::{everywhere::everywhere, refusals::refused, scene::Protocol, wire::HOST};

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
