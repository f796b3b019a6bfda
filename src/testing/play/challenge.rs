//! What a sender asks before it sends.

use http::StatusCode;

use crate::{
    testing::{
        Host, Sender,
        scene::{Played, Scene, Stop},
    },
    verdict::Reason,
};

pub(super) async fn challenge<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let Some((sent, asking)) = &scene.kit.challenge else {
        return Err(Stop::left_out(
            "nobody said how the sender asks: `Kit::challenge` does",
        ));
    };
    for step in ["the sender asks", "it asks again"] {
        // As it is, without the kit's credentials: the sender may have none yet.
        let reply = scene.call(sent).await;
        let status = StatusCode::from_u16(reply.status).unwrap_or_default();
        let is_right = asking.is_answered(status, &reply.body);
        if is_right && scene.count() == 0 && scene.last() == Some(Reason::Handshake) {
            continue;
        }
        let change = match scene.last() {
            Some(Reason::MethodNotAllowed) => {
                "let the pack answer: `answer_challenge()`, or `answer_challenge_with(…)`"
            }
            Some(Reason::Handshake) => {
                "the receiver answered: let no layer in front of it change that, and compare the secret of the answer"
            }
            _ => "compare the path, the secret of the answer and what the pack answers",
        };
        return Err(scene.mismatch(
            step,
            "the answer that the sender wants, and no effect",
            &reply,
            change,
        ));
    }
    Ok(())
}
