//! Whether the endpoint is ours: what nobody has signed, and a pack answers all the same.

use std::sync::Arc;

use super::{Judge, Judged, proved::answer_to};
use crate::{
    challenge::{Challenge, Handshake, LONGEST_BODY},
    limits::{BodySource, WholeBody},
    request::Head,
    time::Timer,
    verdict::Rejection,
};

/// The body of a request that no head has answered.
pub(super) enum Unasked<B> {
    Unread(B),
    Read(WholeBody),
}

impl Judge {
    /// The question that the head asks, where the pack answers such.
    pub(super) fn asked_by(&self, head: &Head<'_>) -> Option<&Challenge> {
        self.challenges.iter().find(|it| it.is_asked(head))
    }

    /// The answer to a question that the head asks. What comes with it is read and dropped, so that the answer arrives.
    pub(super) async fn answer_head(
        &self,
        challenge: &Challenge,
        head: &Head<'_>,
        body: impl BodySource,
        timer: &Arc<dyn Timer>,
    ) -> Result<Judged, Rejection> {
        if self.gate.check_asker(head, LONGEST_BODY)? > 0
            && !is_short(&self.gate.read(head, body, timer).await?.bytes)
        {
            return Err(Rejection::HandshakeRefused("its body is too long"));
        }
        challenge.answer(head).map(answered)
    }

    /// Whether the body may ask, in place of its head. Only one that is declared to be short is read before access is
    /// judged.
    pub(super) fn may_be_asked_in_body(&self, head: &Head<'_>) -> bool {
        self.challenges
            .iter()
            .any(|it| it.stands_in_body(head.method))
            && self
                .gate
                .check_asker(head, LONGEST_BODY)
                .is_ok_and(|length| length > 0)
    }

    /// The answer to a body, where it asks.
    pub(super) fn answer_body(&self, body: &[u8]) -> Option<Result<Judged, Rejection>> {
        if !is_short(body) {
            return None;
        }
        let mut answers = self.challenges.iter().map(|it| it.answer_body(body));
        let answer = answers.find_map(|it| it)?;
        Some(answer.map(answered))
    }
}

/// Whether a body is as short as it was declared to be. A framework may hand over more.
const fn is_short(body: &[u8]) -> bool {
    body.len() <= LONGEST_BODY
}

fn answered(handshake: Handshake) -> Judged {
    Judged::Answered(answer_to(handshake))
}
