//! What an inbox takes: the end of the road for a request, before its event is handled.

use std::{convert::Infallible, sync::Arc};

use super::{Handled, RunningCopy, Underway, each::of_several, underway::store_answer};
use crate::{
    identity::ContentDigest,
    inbox::{Accept, Entry, FORMAT, Quarantine},
    judge::{AdmittedEvent, Kept, Nonce, Undecoded},
    leases::Intake,
    limits::Grant,
    receiver::Receiver,
    telemetry::{Facts, StoreCall, log},
    time::Timer,
    verdict::{Answer, Reason, Rejection, StoreError},
};

/// Makes the delivery durable in place of handling it. Success is answered only after the commit.
pub(super) async fn accept<R>(
    receiver: &Receiver,
    delivery: Underway<'_>,
    intake: &Intake,
    kept: Option<Box<Kept>>,
    content: Option<ContentDigest>,
) -> Handled<R> {
    let Some(entry) = entry(receiver, delivery.facts, intake, kept, content) else {
        return delivery.answered(Answer::misused(Reason::NotProtected));
    };
    let accepted = intake.accept(entry, delivery.timer).await;
    told(receiver, delivery, content, accepted.as_ref())
}

/// The same for events of one body, in one call. The worst of their answers.
///
/// They are one delivery beside others: together they take one place among the handlers, for as long as this runs.
pub(super) async fn accept_each(
    receiver: &Receiver,
    intake: &Intake,
    mut events: Vec<AdmittedEvent>,
    timer: &Arc<dyn Timer>,
) -> Answer {
    let mut worst = Answer::ok(Reason::Handled);
    let mut worse = |handled: Handled<Infallible>| {
        let answer = of_several(handled);
        if answer.status() > worst.status() {
            worst = answer;
        }
    };
    let mut running = None;
    let (mut entries, mut asked) = (Vec::new(), Vec::new());
    for event in &mut events {
        // Its parts, since whoever else holds the event may not go to another thread.
        let (kept, content) = (event.kept.take(), event.content);
        let (nonce, wanted) = (event.nonce.take(), event.wanted);
        let delivery = Underway::new(&receiver.0, &event.facts, &event.span, timer);
        if let Err(answer) = begin(&delivery, wanted, nonce, &mut running).await {
            let span = delivery.span;
            span.within(|| worse(delivery.answered(answer)));
            continue;
        }
        match entry(receiver, delivery.facts, intake, kept, content) {
            Some(entry) => {
                entries.push(entry);
                asked.push((delivery, content));
            }
            None => worse(delivery.answered(Answer::misused(Reason::NotProtected))),
        }
    }
    if !entries.is_empty() {
        let accepted = intake.accept_each(entries, timer).await;
        for (place, (delivery, content)) in asked.into_iter().enumerate() {
            let of_this = match &accepted {
                // An inbox that answers too few has said nothing of the others.
                Ok(all) => all.get(place).ok_or(&StoreError::Timeout),
                Err(error) => Err(error),
            };
            let span = delivery.span;
            span.within(|| worse(told(receiver, delivery, content, of_this)));
        }
    }
    drop(running);
    worst
}

/// What comes before an inbox is asked. `running` is the place that events of this body hold already: none is given back
/// before all have ended, and no further one is taken.
async fn begin(
    delivery: &Underway<'_>,
    wanted: bool,
    nonce: Option<Box<Nonce>>,
    running: &mut Option<Grant>,
) -> Result<(), Answer> {
    let mut begun = Ok(());
    delivery
        .span
        .within(|| begun = delivery.begin_in(running, wanted));
    begun?;
    if let Some(nonce) = &nonce {
        // Boxed, so that deliveries without a nonce do not carry it along.
        let claim = Box::pin(delivery.claim_nonce(nonce));
        delivery.span.cover(claim).await?;
    }
    Ok(())
}

/// `None` for a judge that keeps nothing: it has no inbox behind it.
fn entry(
    receiver: &Receiver,
    facts: &Facts,
    intake: &Intake,
    kept: Option<Box<Kept>>,
    content: Option<ContentDigest>,
) -> Option<Entry> {
    let kept = kept?;
    Some(Entry {
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
    })
}

/// What an accept came to.
fn told<R>(
    receiver: &Receiver,
    delivery: Underway<'_>,
    content: Option<ContentDigest>,
    accepted: Result<&Accept, &StoreError>,
) -> Handled<R> {
    let facts = delivery.facts;
    match accepted.copied() {
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
            log::store(facts, StoreCall::Accept, error);
            delivery.answered(store_answer(error))
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
