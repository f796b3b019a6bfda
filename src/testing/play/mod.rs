//! The scenarios, played.

mod challenge;
mod copies;
mod events;
mod failures;
mod inbox;
mod redaction;
mod refusals;
mod together;

use super::{
    Host, Scenario, Sender,
    effect::Fault,
    scene::{Played, Scene, Stop},
};

pub(super) async fn play<H: Host, S: Sender>(
    scenario: Scenario,
    scene: &mut Scene<'_, H, S>,
) -> Played {
    inbox::needs_own_inbox(scene)?;
    let is_named = scenario == Scenario::Challenge;
    if scene.has_inbox() && !Scenario::INBOX.contains(&scenario) && !is_named {
        return Err(Stop::left_out(
            "the receiver has an inbox: its table is `Scenario::INBOX`",
        ));
    }
    if !Scenario::ALL.contains(&scenario) && !is_named {
        inbox::needs_inbox(scene)?;
    }
    match scenario {
        Scenario::Challenge => challenge::challenge(scene).await,
        Scenario::FirstDelivery => events::first_delivery(scene).await,
        Scenario::SequentialCopies => copies::sequential(scene).await,
        Scenario::ConcurrentCopies => copies::concurrent(scene).await,
        Scenario::CopyWhileRunning => copies::while_running(scene).await,
        Scenario::RetryAfterFailure => failures::retry(scene, Fault::Fails).await,
        Scenario::RetryAfterPanic => failures::retry(scene, Fault::Panics).await,
        Scenario::HangUp => failures::hang_up(scene).await,
        Scenario::Restart => failures::restart(scene).await,
        Scenario::CopiesOfWaiting => inbox::copies(scene).await,
        Scenario::FailedRun => inbox::failed_run(scene, Fault::Fails).await,
        Scenario::PanickedRun => inbox::failed_run(scene, Fault::Panics).await,
        Scenario::DeadLetter => inbox::dead_letter(scene).await,
        Scenario::Replay => inbox::replay(scene).await,
        Scenario::WorkerKilled => inbox::killed(scene).await,
        Scenario::RestartWithWork => inbox::restart(scene).await,
        Scenario::AlteredBody => refusals::altered_body(scene).await,
        Scenario::AlteredSignature => refusals::altered_signature(scene).await,
        Scenario::Unsigned => refusals::unsigned(scene).await,
        Scenario::WrongKey => refusals::wrong_key(scene).await,
        Scenario::RotatedKey => events::rotated_key(scene).await,
        Scenario::TooOld => refusals::too_old(scene).await,
        Scenario::FromTheFuture => refusals::from_the_future(scene).await,
        Scenario::UnknownType => events::unknown_type(scene).await,
        Scenario::OtherShape => events::other_shape(scene).await,
        Scenario::Oversized => refusals::oversized(scene).await,
        Scenario::StoreDown => failures::store_down(scene).await,
        Scenario::Redaction => redaction::redaction(scene).await,
        Scenario::WithoutCredentials => refusals::without_credentials(scene).await,
        Scenario::WrongCredentials => refusals::wrong_credentials(scene).await,
    }
}
