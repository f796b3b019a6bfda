//! Senders that only show a token, which is access and no signature.

use hookgate::{
    Secret,
    providers::preset::{Preset, PresetSimulator},
    simulator::Sent,
};

use crate::{
    access::is_challenged,
    everywhere::everywhere,
    scene::{NOW, SECRET},
    stage::Order,
};

const TOKEN: &str = "the secret that sender and server share";

fn token() -> Secret {
    Secret::bytes(SECRET).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_in_a_header_is_refused_as_access_is() {
    everywhere(
        |tools| tools.receiver_of(Preset::telegram(token()).events::<Order>()),
        async |scene| {
            let body = r#"{"update_id":1,"act":"process"}"#;
            let right = PresetSimulator::telegram(TOKEN)
                .path("/hook")
                .send(NOW, body);
            let name = "x-telegram-bot-api-secret-token";
            let without = right.clone().without_header(name);
            let answers = vec![
                scene.send(&without).await,
                scene
                    .send(&without.clone().with_header(name, "the secret"))
                    .await,
                scene.send(&right.clone().with_repeated_signature()).await,
            ];
            answers.iter().for_each(is_challenged);
            assert!(answers.iter().all(|answer| *answer == answers[0]));
            assert_eq!(scene.stage.runs(), 0);
            assert_eq!(scene.send(&right).await.status, 200);
            // Nothing is signed: the holder of the token is believed.
            let other = right.with_body(r#"{"update_id":2,"act":"process"}"#);
            assert_eq!(scene.send(&other).await.status, 200);
            assert_eq!(scene.stage.runs(), 2);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_notification_of_microsoft_graph_shows_the_client_state() {
    everywhere(
        |tools| tools.receiver_of(Preset::microsoft_graph(token()).events::<Order>()),
        async |scene| {
            let item = |token: &str| format!(r#"{{"clientState":"{token}"}}"#);
            let of = |items: &[String]| {
                let body = format!(r#"{{"act":"process","value":[{}]}}"#, items.join(","));
                Sent::post("/hook", "application/json; charset=utf-8", body)
            };
            let mut answers = Vec::new();
            for wrong in [
                of(&[]),
                of(&[item("another")]),
                of(&[item(TOKEN), item("another")]),
                of(&[item(TOKEN), "{}".to_owned()]),
                Sent::post("/hook", "application/json", r#"{"act":"process"}"#),
            ] {
                let answer = scene.send(&wrong).await;
                is_challenged(&answer);
                answers.push(answer);
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]));
            assert_eq!(scene.stage.runs(), 0);
            let right = of(&[item(TOKEN), item(TOKEN)]);
            assert_eq!(scene.send(&right).await.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailguns_token_goes_with_one_body() {
    everywhere(
        |tools| tools.receiver_of(Preset::mailgun(token()).events::<Order>()),
        async |scene| {
            let body = r#"{"act":"process","signature":{"timestamp":"","token":"","signature":""},"event-data":{"id":"e-1"}}"#;
            let first = PresetSimulator::mailgun(TOKEN).path("/hook").send(NOW, body);
            let text = String::from_utf8(first.body.to_vec()).unwrap();
            assert_eq!(scene.send(&first).await.status, 200);
            assert_eq!(scene.send(&first).await.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            let mut answers = Vec::new();
            // Another event, and other content of the same one.
            for (from, to) in [("e-1", "e-2"), ("process", "error")] {
                let reused = first.clone().with_body(text.replace(from, to));
                let reused = scene.send(&reused).await;
                assert_eq!(reused.status, 401, "{reused:?}");
                assert_eq!(scene.stage.runs(), 1);
                answers.push(reused);
            }
            let second = body.replace("e-1", "e-2");
            let second = PresetSimulator::mailgun(TOKEN).path("/hook").send(NOW, second);
            assert_eq!(scene.send(&second).await.status, 200);
            assert_eq!(scene.stage.runs(), 2);
            answers
        },
    )
    .await;
}
