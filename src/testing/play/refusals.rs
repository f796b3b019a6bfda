//! What must be refused, and the same without the mistake, which must not.

use std::time::Duration;

use crate::{
    provider::TimeKind,
    simulator::Sent,
    testing::{
        Host, Sender,
        asked::ANOTHER_KEY,
        scene::{Mismatch, Played, Scene, Stop},
    },
};

const UNPROVEN: &str = "what no signature proves was not refused by the receiver: let no layer change its \
                        answer, or the body in front of it";
const UNDATED: &str = "the receiver checks no time, or too little: remove `without_time_check()`";

/// `wrong` is refused, and `right` is not: so it was for the mistake.
async fn refused<H: Host, S: Sender>(
    scene: &Scene<'_, H, S>,
    step: &str,
    wrong: &Sent,
    right: &Sent,
    change: &str,
) -> Played {
    scene.refused(step, &scene.send(wrong).await, 401, 0, change)?;
    scene.accepted("the same as it should be", &scene.send(right).await, 1)
}

/// An event whose signature can be found. Otherwise nothing would be changed, and a sound receiver accused.
fn signed_event<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played<Sent> {
    let event = scene.event()?;
    match event.lacks_signature() {
        None => Ok(event),
        Some(why) => Err(Stop::NotPlayed(Mismatch {
            step: "the kit looks for the signature".to_owned(),
            expected: "it where the sender's request says that it stands".to_owned(),
            got: why,
            change:
                "name the place where the sender makes the request: `Sent::signed_in` its header, \
                     `Sent::signed_within` its member of the body"
                    .to_owned(),
        })),
    }
}

pub(super) async fn altered_body<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_signature()?;
    let right = scene.event()?;
    let wrong = right.clone().with_tampered_body();
    refused(
        scene,
        "one letter of the body changed",
        &wrong,
        &right,
        UNPROVEN,
    )
    .await
}

pub(super) async fn altered_signature<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_signature()?;
    let right = signed_event(scene)?;
    let wrong = right.clone().with_tampered_signature();
    refused(scene, "the signature changed", &wrong, &right, UNPROVEN).await
}

pub(super) async fn unsigned<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_signature()?;
    let right = signed_event(scene)?;
    let wrong = right.clone().unsigned();
    refused(scene, "there is no signature", &wrong, &right, UNPROVEN).await
}

pub(super) async fn wrong_key<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    scene.needs_signature()?;
    let wrong = scene.event_at(scene.now(), ANOTHER_KEY)?;
    let right = scene.event()?;
    refused(scene, "another key signs", &wrong, &right, UNPROVEN).await
}

/// How far the window reaches, to the past and to the future, or should.
fn window<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played<(Duration, Duration)> {
    let receiver = scene.receiver()?;
    let profile = receiver.profile();
    match receiver.window() {
        Some(window) => Ok((window.past, window.future)),
        None if profile.time == TimeKind::NotSigned => {
            Err(Stop::left_out("the sender signs no time"))
        }
        None => {
            let past = profile.past.unwrap_or_else(|| receiver.retention());
            Ok((past, profile.future))
        }
    }
}

const A_LITTLE_MORE: Duration = Duration::from_secs(1);

pub(super) async fn too_old<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let (past, _) = window(scene)?;
    let at = scene
        .now()
        .saturating_sub(past.saturating_add(A_LITTLE_MORE));
    let wrong = scene.event_at(at, &scene.kit.secret)?;
    let right = scene.event()?;
    refused(scene, "it was signed too long ago", &wrong, &right, UNDATED).await
}

pub(super) async fn from_the_future<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let (_, future) = window(scene)?;
    let at = scene
        .now()
        .saturating_add(future.saturating_add(A_LITTLE_MORE));
    let wrong = scene.event_at(at, &scene.kit.secret)?;
    let right = scene.event()?;
    refused(
        scene,
        "it is signed at a time to come",
        &wrong,
        &right,
        UNDATED,
    )
    .await
}

pub(super) async fn oversized<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let limit = scene.receiver()?.0.judge.gate.body.limit;
    let right = scene.event()?;
    let wrong = right.clone().with_body(vec![b' '; limit.saturating_add(1)]);
    let reply = scene.send(&wrong).await;
    // A layer or a server in front may have a limit of its own, and refuse in the same way.
    if reply.status != 413 || scene.count() != 0 {
        return Err(scene.mismatch(
            &format!("the body has more than the receiver's {limit} bytes"),
            "413",
            &reply,
            "put the receiver in front of whatever reads the body",
        ));
    }
    scene.accepted("the same as it should be", &scene.send(&right).await, 1)
}

fn needs_credentials<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    let asks = scene
        .receiver()?
        .0
        .judge
        .gate
        .access
        .as_ref()
        .is_some_and(|it| !it.admits_anyone());
    match (asks, scene.kit.credentials.is_empty()) {
        (true, true) => Err(Stop::left_out(
            "the receiver asks for credentials, but the kit was given none: name them with \
             `Kit::credentials`",
        )),
        (false, _) => Err(Stop::left_out("the receiver asks for no credentials")),
        (true, false) => Ok(()),
    }
}

const UNCHECKED: &str = "the endpoint is open: put the receiver with its access rule on this route";

pub(super) async fn without_credentials<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    needs_credentials(scene)?;
    let right = scene.event()?;
    let without = |sent: Sent, (name, _): &(String, String)| sent.without_header(name);
    let wrong = scene.kit.credentials.iter().fold(right.clone(), without);
    refused(scene, "there are no credentials", &wrong, &right, UNCHECKED).await
}

pub(super) async fn wrong_credentials<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Played {
    needs_credentials(scene)?;
    let right = scene.event()?;
    let mut wrong = right.clone();
    for (name, value) in &scene.kit.credentials {
        wrong = wrong.without_header(name).with_header(name, other(value));
    }
    refused(
        scene,
        "the credentials are wrong",
        &wrong,
        &right,
        UNCHECKED,
    )
    .await
}

/// As long, and of the same kind of characters, but another: the last letter or digit is changed.
fn other(value: &str) -> String {
    let place = value
        .rfind(|c: char| c.is_ascii_alphanumeric())
        .unwrap_or(0);
    let change = |(at, c): (usize, char)| match c {
        _ if at != place => c,
        'A' => 'B',
        _ => 'A',
    };
    value.char_indices().map(change).collect()
}
