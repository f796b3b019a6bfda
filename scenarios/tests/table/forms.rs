//! Forms whose fields are signed, with the address of the endpoint.

use hookgate::{
    Secret,
    providers::{
        known,
        preset::{Preset, PresetSimulator},
    },
    simulator::{Sent, Signer},
};

use crate::{
    everywhere::everywhere,
    scene::{NOW, SECRET},
    stage::Order,
};

const ADDRESS: &str = "https://hooks.example/hook?of=1";

fn twilio() -> PresetSimulator {
    PresetSimulator::twilio(SECRET).address(ADDRESS)
}

fn to(sent: &Sent, path: &str) -> Sent {
    let mut sent = sent.clone();
    path.clone_into(&mut sent.path);
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn twilios_forms_are_taken_at_their_address_and_a_second_reading_is_a_copy() {
    everywhere(
        |tools| {
            let token = Secret::bytes(SECRET).unwrap();
            tools.receiver_of(Preset::twilio(token).address(ADDRESS).events::<Order>())
        },
        async |scene| {
            let sent = twilio().send(NOW, "Body=now+Digits99&From=%2B1");
            let mut answers = Vec::new();
            for wrong in [
                to(&sent, "/hook"),
                to(&sent, "/hook?of=2"),
                to(&sent, "/hook?of=1&more=1"),
                sent.clone().with_body("Body=now+Digits99&From=%2B2"),
                sent.clone().with_body("Body=now+Digits99&From=%2B1&New=1"),
                sent.clone().unsigned(),
            ] {
                let answer = scene.send(&wrong).await;
                assert_eq!(answer.status, 401, "{answer:?}");
                answers.push(answer);
            }
            assert_eq!(scene.stage.runs(), 0);
            assert_eq!(scene.send(&sent).await.status, 200);
            let other = sent.clone().with_body("Body=now+&Digits=99&From=%2B1");
            assert_eq!(scene.send(&other).await.status, 200);
            assert_eq!(scene.stage.runs(), 1);
            // A body that is no form.
            let json = r#"{"act":"process"}"#;
            let sent = Sent::post("/hook", "application/json", json);
            let scheme = known::find("twilio").unwrap().scheme().unwrap();
            let signer = Signer::new(scheme.address(ADDRESS).unwrap(), SECRET).unwrap();
            let sent = signer.sign(sent, "", NOW).unwrap();
            assert_eq!(scene.send(&sent).await.status, 200);
            assert_eq!(scene.stage.runs(), 2);
            let tampered = scene.send(&sent.with_tampered_body()).await;
            assert_eq!(tampered.status, 401);
            answers.push(tampered);
            answers
        },
    )
    .await;
}
