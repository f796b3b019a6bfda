//! [`Judgement`]: what is known of one whole request, for programs without a middleware.

use std::{
    future::{self, Future},
    pin::pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;

use super::{Admitted, Judge, Judged, Nonce};
use crate::{
    request::Head,
    telemetry::DeliverySpan,
    time::{Sleep, Timer, UnixTime},
    verdict::{Answer, Rejection},
};

/// What is known of one whole request. Nobody has asked a store: whether it is a copy is not known.
///
/// A new kind of ending has to be met by everybody who reads this, so the list is closed on purpose.
#[derive(Debug)]
#[must_use = "its sender waits for an answer"]
pub enum Judgement {
    /// It passed every check. Each of its events may be a copy: remember its [key](super::AdmittedEvent::event_key), and
    /// act on it once. Events that are not [wanted](super::AdmittedEvent::is_wanted) are answered 200.
    Believed(Admitted),
    /// It passed every check but one, which needs a store: nobody has looked whether its nonce was used before. Without
    /// that, whoever captured the request can send it again. [`Nonce`] says how to look.
    NonceUnclaimed(Admitted, Nonce),
    /// It holds no event to handle: send this answer. It is verified, or a [question](crate::challenge) of the sender that
    /// nobody signs.
    Answered(Answer),
    /// It is refused.
    Refused {
        /// Why, for the log. It holds nothing of the request.
        rejection: Rejection,
        /// What its sender gets: a fixed text that does not say why.
        answer: Answer,
    },
}

/// Keys or credentials have to be looked up before there is a judgement: await [`Judge::judge`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("keys or credentials must be looked up first: await `Judge::judge`")]
pub struct MustWait;

impl Judge {
    /// Judges one whole request as the middleware does, at the time `now`. It asks no store and remembers nothing, so
    /// each copy is believed. `timer` bounds the look-up of tenants, keys and tokens.
    ///
    /// Calls that a pack was told to make are made, such as those of `WebHooks::callbacks_to` and
    /// `AmazonSns::confirm_by_call`. Leave them out of a judge of recordings.
    ///
    /// A refusal is told to log, metrics and observer as behind a middleware, and so is an answer. What becomes of a
    /// request that is believed is the caller's to tell. A request that cannot be decoded is refused, also where the
    /// receiver has an inbox: nothing is kept.
    ///
    /// [`Receiver::handle`](crate::Receiver) (feature `tokio`) goes on to the claim, the handler and the mark.
    pub fn judge(
        &self,
        head: Head<'_>,
        body: impl Into<Bytes>,
        now: UnixTime,
        timer: &Arc<dyn Timer>,
    ) -> impl Future<Output = Judgement> {
        let judging = self.judged(head, Some(body.into()), timer, Some(now));
        async move { self.judgement(judging.await) }
    }

    /// [`judge`](Self::judge) without waiting: for receivers whose keys and credentials are at hand. Each call begins a
    /// look-up anew and drops it, so do not try it in front of `judge` where they are looked up.
    ///
    /// # Errors
    ///
    /// [`MustWait`], where a tenant, a key or a token has to be looked up.
    ///
    /// # Examples
    ///
    /// ```
    /// use hookgate::{
    ///     Reason, Receiver, Secret, UnixTime,
    ///     framework::Judgement,
    ///     pack::Head,
    ///     providers::logto::{self, Logto},
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let judge = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?)).judge()?;
    /// let headers = vec![("content-type", "application/json")];
    /// let head = Head::new("POST", "/webhooks/logto", &headers);
    /// let now = UnixTime::from_rfc3339("2026-11-28T10:00:00Z").ok_or("no time")?;
    /// match judge.judge_at_once(head, "{}", now)? {
    ///     Judgement::Believed(request) => {
    ///         for event in request.events() {
    ///             println!("{} is {:?}", event.event_key(), event.event::<logto::Event>());
    ///         }
    ///     }
    ///     // Logto signs no nonce. An endpoint that has no store for those of its sender refuses them.
    ///     Judgement::NonceUnclaimed(..) => return Err("no store for nonces".into()),
    ///     Judgement::Answered(answer) => println!("answer {}", answer.status()),
    ///     Judgement::Refused { rejection, answer } => {
    ///         assert_eq!(rejection.reason(), Reason::MissingSignature);
    ///         assert_eq!(answer.status(), 401);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn judge_at_once(
        &self,
        head: Head<'_>,
        body: impl Into<Bytes>,
        now: UnixTime,
    ) -> Result<Judgement, MustWait> {
        let span = DeliverySpan::open(&self.name, &self.pack);
        let travel = self.travel(&span, &head, Some(body.into()), &NEVER_NEEDED, Some(now));
        let travel = pin!(span.cover(travel));
        // Whoever must wait is not told of as a sender that has left.
        let Poll::Ready(judged) = travel.poll(&mut Context::from_waker(Waker::noop())) else {
            return Err(MustWait);
        };
        span.within(|| self.tell(&span, &judged));
        Ok(self.judgement(judged))
    }

    fn judgement(&self, judged: Result<Judged, Rejection>) -> Judgement {
        match judged {
            Ok(Judged::Admitted(admitted)) => match admitted.first.nonce.as_deref().copied() {
                Some(nonce) => Judgement::NonceUnclaimed(admitted, nonce),
                None => Judgement::Believed(admitted),
            },
            Ok(Judged::Answered(answer)) => Judgement::Answered(answer),
            Ok(Judged::Undecoded(undecoded)) => {
                let rejection = Rejection::Undecodable(undecoded.why);
                let span = &undecoded.span;
                span.within(|| self.told.refused(span, &rejection));
                self.refused(rejection)
            }
            Err(rejection) => self.refused(rejection),
        }
    }

    fn refused(&self, rejection: Rejection) -> Judgement {
        let answer = self.refusal(&rejection);
        Judgement::Refused { rejection, answer }
    }
}

static NEVER_NEEDED: LazyLock<Arc<dyn Timer>> = LazyLock::new(|| Arc::new(NeverNeeded));

/// The road asks for a timer only when something is pending, and nothing is waited for then.
struct NeverNeeded;

impl Timer for NeverNeeded {
    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(future::pending())
    }
}
