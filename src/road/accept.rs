//! What an inbox takes: the end of the road for a request, before its event is handled.

use std::sync::Arc;

use super::{Handled, RunningCopy, Underway, underway::store_answer};
use crate::{
    identity::ContentDigest,
    inbox::{Accept, Entry, FORMAT, Quarantine},
    judge::{Kept, Undecoded},
    leases::Intake,
    receiver::Receiver,
    telemetry::{StoreCall, log},
    time::Timer,
    verdict::{Answer, Reason, Rejection},
};

/// Makes the delivery durable in place of handling it. Success is answered only after the commit.
pub(super) async fn accept<R>(
    receiver: &Receiver,
    delivery: Underway<'_>,
    intake: &Intake,
    kept: Option<Box<Kept>>,
    content: Option<ContentDigest>,
) -> Handled<R> {
    let facts = delivery.facts;
    let Some(kept) = kept else {
        // A judge that keeps nothing has no inbox behind it.
        return delivery.answered(Answer::misused(Reason::NotProtected));
    };
    let entry = Entry {
        key: facts.key,
        token: intake.token(),
        content,
        endpoint: facts.endpoint.clone(),
        event_type: facts.type_label(),
        key_id: facts.key_id.clone(),
        order: kept.order,
        retain: receiver.retention(),
        format: FORMAT,
        payload: kept.delivery.to_bytes(),
    };
    match intake.accept(entry, delivery.timer).await {
        Ok(Accept::Queued) => {
            log::turned_away(facts, Reason::Queued);
            delivery.answered(Answer::ok(Reason::Queued))
        }
        // The first one's content went with the line of work: copies of it are not compared.
        Ok(Accept::Copy) => {
            let answer = delivery.duplicate(true);
            delivery.answered(answer)
        }
        Ok(Accept::Done { same_content }) => {
            let answer = delivery.duplicate(same_content);
            delivery.answered(answer)
        }
        Ok(Accept::InProgress { retry_after }) => {
            let (of, span) = (facts.clone(), delivery.span.clone());
            let copy = RunningCopy::new(receiver.clone(), of, span, content, retry_after);
            delivery.ended(Handled::Running(copy))
        }
        Err(error) => {
            log::store(facts, StoreCall::Accept, &error);
            delivery.answered(store_answer(&error))
        }
    }
}

/// For authors of middleware: keeps a verified request that cannot be decoded in the receiver's inbox, and says what its
/// sender gets.
///
/// It is 200 once it is durable, since another copy could not be read either. Where the endpoint keeps as many as it may,
/// it is refused as without an inbox.
pub async fn set_aside(
    receiver: &Receiver,
    undecoded: Box<Undecoded>,
    timer: &Arc<dyn Timer>,
) -> Answer {
    let policy = &*receiver.0;
    let told = &policy.judge.told;
    let refused = Rejection::Undecodable(undecoded.why);
    let Some(intake) = &policy.once.inbox else {
        told.refused(&undecoded.span, &refused);
        return policy.judge.refusal(&refused);
    };
    let entry = Entry {
        key: undecoded.key,
        token: intake.token(),
        content: None,
        endpoint: policy.judge.name.clone(),
        event_type: "none",
        key_id: undecoded.key_id.clone(),
        order: None,
        retain: receiver.retention(),
        format: FORMAT,
        payload: undecoded.payload.clone(),
    };
    let answer = match intake.quarantine(entry, timer).await {
        Ok(Quarantine::Kept) => Answer::ok(Reason::Quarantined),
        Ok(Quarantine::Full) => {
            told.refused(&undecoded.span, &refused);
            return policy.judge.refusal(&refused);
        }
        Err(error) => store_answer(&error),
    };
    told.answered(&undecoded.span, answer.reason());
    answer
}
