//! Whether the endpoint is ours: one exchange of each kind, and what only looks like it.

use hookgate::{
    Secret,
    challenge::{Registrations, WebHooks},
    providers::preset::{Preset, PresetSimulator},
    simulator::Sent,
};
use http::Method;

use crate::{
    everywhere::everywhere,
    scene::{NOW, SECRET},
    stage::Order,
    wire::Answer,
};

const TOKEN: &str = "typed-in";
const HOOK_SECRET: &str = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";

fn secret() -> Secret {
    Secret::bytes(SECRET).unwrap()
}

fn asked(method: Method, path: &str, headers: &[(&str, &str)]) -> Sent {
    let mut sent = Sent::new(path, headers.iter().copied(), "");
    sent.method = method;
    sent
}

/// axum writes `allow` into each answer to a method that a route has no handler for.
fn without_allow(mut answers: Vec<Answer>) -> Vec<Answer> {
    for answer in &mut answers {
        answer.headers.remove("allow");
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_signs_is_answered_for_its_token_alone() {
    let question = |token: &str, text: &str| {
        let query = format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge={text}");
        asked(Method::GET, &format!("/hook?{query}"), &[])
    };
    everywhere(
        |tools| {
            let token = Secret::utf8(TOKEN).unwrap();
            let pack = Preset::meta(secret()).events::<Order>();
            tools.receiver_of(pack.answer_challenge_with(token))
        },
        async |scene| {
            let right = scene.send(&question(TOKEN, "1158201444")).await;
            assert_eq!((right.status, &*right.body), (200, "1158201444"));
            assert_eq!(right.header("content-type"), Some("text/plain"));
            assert_eq!(right.header("x-content-type-options"), Some("nosniff"));
            let mut answers = vec![right];
            for (token, text) in [
                ("another", "1158201444"),
                ("", "1158201444"),
                (TOKEN, "1158201444x"),
                (TOKEN, "%3Cscript%3E"),
            ] {
                let wrong = scene.send(&question(token, text)).await;
                assert_eq!(wrong.status, 403);
                assert!(!wrong.body.contains("1158201444"));
                answers.push(wrong);
            }
            answers.push(scene.send(&asked(Method::GET, "/hook", &[])).await);
            assert_eq!(answers.last().unwrap().status, 405);
            assert_eq!(scene.stage.runs(), 0);
            without_allow(answers)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_of_cloudevents_is_allowed_by_its_name() {
    let question = |headers: &[(&str, &str)]| asked(Method::OPTIONS, "/hook", headers);
    everywhere(
        |tools| {
            let hooks = WebHooks::from_origins(["eventgrid.azure.net"]).unwrap();
            tools.receiver_of(Preset::github(secret()).events::<Order>().web_hooks(hooks))
        },
        async |scene| {
            let right = [
                ("webhook-request-origin", "eventgrid.azure.net"),
                ("webhook-request-rate", "120"),
            ];
            let right = scene.send(&question(&right)).await;
            assert_eq!((right.status, &*right.body), (200, ""));
            let header = |name| right.header(name);
            assert_eq!(
                header("webhook-allowed-origin"),
                Some("eventgrid.azure.net")
            );
            assert_eq!(header("webhook-allowed-rate"), Some("120"));
            assert_eq!(header("allow"), Some("POST"));
            let mut answers = vec![right];
            for origin in [
                "eventgrid.azure.net.attacker.example",
                "attackereventgrid.azure.net",
            ] {
                let wrong = question(&[("webhook-request-origin", origin)]);
                let wrong = scene.send(&wrong).await;
                assert_eq!(wrong.status, 403);
                assert_eq!(wrong.header("webhook-allowed-origin"), None);
                answers.push(wrong);
            }
            let silent = scene.send(&question(&[])).await;
            assert_eq!(silent.status, 405);
            answers.push(silent);
            assert_eq!(scene.stage.runs(), 0);
            without_allow(answers)
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_handed_over_while_a_registration_is_open() {
    let registrations = std::sync::Mutex::new(None);
    everywhere(
        |tools| {
            let own = Registrations::new(tools.clock.clone(), []).unwrap();
            let pack = Preset::asana(own.keyring()).events::<Order>();
            let pack = pack.registered_by(&own);
            *registrations.lock().unwrap() = Some(own);
            tools.receiver_of(pack)
        },
        async |scene| {
            let own = registrations.lock().unwrap().clone().unwrap();
            let mut handshake = Sent::new("/hook", [("x-hook-secret", HOOK_SECRET)], "{}");
            handshake
                .headers
                .push(("content-type".into(), "application/json".into()));
            let closed = scene.send(&handshake).await;
            assert_eq!((closed.status, closed.header("x-hook-secret")), (403, None));
            let open = own.open().unwrap();
            let answered = scene.send(&handshake).await;
            assert_eq!(answered.status, 200);
            assert_eq!(answered.header("x-hook-secret"), Some(HOOK_SECRET));
            let event = PresetSimulator::asana(HOOK_SECRET)
                .path("/hook")
                .send(NOW, r#"{"act":"process"}"#);
            let early = scene.send(&event).await;
            assert_ne!(early.status, 200);
            open.confirm("webhook-1", HOOK_SECRET).unwrap();
            let event = scene.send(&event).await;
            assert_eq!((event.status, scene.stage.runs()), (200, 1));
            vec![closed, answered, early, event]
        },
    )
    .await;
}
