//! [`Judge`]: from the head of a request to its decoded events. Nothing here is remembered, and no store is asked.

mod admitted;
mod arrivals;
mod asked;
mod claimed_trace;
mod judgement;
mod keeping;
mod look_up;
mod open;
mod polled;
mod proved;
mod reopen;
mod tenant;
mod window;

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub use self::{
    admitted::{Admitted, AdmittedEvent, Judged, Nonce},
    judgement::{Judgement, MustWait},
    keeping::Undecoded,
};
pub(crate) use self::{
    arrivals::Arrivals,
    keeping::{Keeping, Kept, OrderBy},
    open::anyone_may_call,
    polled::{AskedFor, NotAdmitted},
    reopen::NotReopened,
};
use self::{
    asked::Unasked,
    look_up::LookedUp,
    proved::Proved,
    window::{Came, check_end, check_time, check_validity},
};
use crate::{
    access::Gate,
    challenge::Challenge,
    identity::{EventKey, KeyParts, KeyScope},
    keys::{Keyring, LiveKeys},
    limits::{BodySource, WholeBody},
    provider::{DynProvider, SenderProfile},
    request::{Head, RawRequest},
    telemetry::{DeliverySpan, Told, log},
    tenants::{Keys, Tenant},
    time::{Clock, Timer, UnixTime, Window},
    verdict::{Answer, Rejection},
};

/// Who says whether a request is believed, and reads its events: all of a receiver that needs no store. A
/// [`Receiver`](crate::Receiver) is a judge and its claims.
///
/// A tool that only judges, such as one that looks at recordings, builds the judge alone
/// ([`ReceiverBuilder::judge`](crate::ReceiverBuilder::judge)). Its verdicts are those of the receiver.
pub struct Judge {
    pub(crate) name: Arc<str>,
    pub(crate) pack: Arc<str>,
    pub(crate) provider: Arc<dyn DynProvider>,
    pub(crate) profile: SenderProfile,
    pub(crate) keys: Keys,
    pub(crate) needs_access: bool,
    pub(crate) gate: Gate,
    /// What is answered although nobody has signed it. Mostly nothing.
    pub(crate) challenges: Box<[Challenge]>,
    /// `None` too where the pack signs no time.
    pub(crate) window: Option<Window>,
    /// Whether a proof that says how long it is good must be good now.
    pub(crate) checks_time: bool,
    /// For how long an event is surely known as a copy.
    pub(crate) remembers: Duration,
    /// What an inbox keeps of a request, where there is one.
    pub(crate) keeping: Option<Keeping>,
    /// The limit for bodies, where it is not the pack's.
    pub(crate) own_body_limit: Option<usize>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) told: Told,
    /// What every key of a request without tenant begins with.
    pub(crate) key_scope: KeyScope,
    pub(crate) said_no_time: AtomicBool,
    /// How many requests came.
    pub(crate) arrivals: Arrivals,
    /// Codes of findings that the application knows of.
    pub(crate) acknowledged: Vec<&'static str>,
}

/// When a request came, and whose it is.
struct Arrival<'a> {
    head: &'a Head<'a>,
    tenant: Option<&'a Tenant>,
    came: Came,
    /// The clock's monotonic time when the head arrived.
    arrived: Duration,
    /// The length of the body, where the head says that and nothing else of how it is written.
    declared: Option<u64>,
    /// Where keys are not at hand.
    looked_up: Option<LookedUp>,
    span: &'a DeliverySpan,
}

impl Judge {
    /// The endpoint's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the pack knows of the sender.
    pub fn profile(&self) -> &SenderProfile {
        &self.profile
    }

    /// The window that signed times must be in; `None` where time is not checked.
    pub fn window(&self) -> Option<Window> {
        self.window
    }

    /// The key of an event that `parts` identify, wherever it came from: `None` where there is no part. `tenant` is the
    /// canonical id, where the endpoint serves many.
    ///
    /// An event that was asked for, and [decoded](crate::pack::Decoded::key_parts) by the same pack, has the key of the
    /// same event when it is sent.
    pub fn event_key(&self, tenant: Option<&str>, parts: &KeyParts) -> Option<EventKey> {
        match tenant {
            None => self.key_scope.key(parts),
            Some(_) => KeyScope::new(&self.name, tenant, &self.pack).key(parts),
        }
    }

    /// From the head to the decoded events.
    ///
    /// # Errors
    ///
    /// Why the request is refused; [`refusal`](Self::refusal) makes the answer of it.
    pub fn admit(
        &self,
        head: Head<'_>,
        body: impl BodySource,
        timer: &Arc<dyn Timer>,
    ) -> impl Future<Output = Result<Judged, Rejection>> {
        self.judged(head, body, timer, None)
    }

    /// `at` is what time it is; `None` where the clock says that.
    fn judged(
        &self,
        head: Head<'_>,
        body: impl BodySource,
        timer: &Arc<dyn Timer>,
        at: Option<UnixTime>,
    ) -> impl Future<Output = Result<Judged, Rejection>> {
        let span = DeliverySpan::open(&self.name, &self.pack);
        let parent = span.clone();
        parent.cover(async move {
            let mut unjudged = Unjudged {
                judge: self,
                span: &span,
                is_judged: false,
            };
            let judged = self.travel(&span, &head, body, timer, at).await;
            unjudged.is_judged = true;
            self.tell(&span, &judged);
            judged
        })
    }

    /// What has ended already.
    fn tell(&self, span: &DeliverySpan, judged: &Result<Judged, Rejection>) {
        match judged {
            Ok(Judged::Admitted(_) | Judged::Undecoded(_)) => self.arrivals.add(true),
            // Anybody may ask whether the endpoint is ours: no delivery, and no refusal.
            Ok(Judged::Answered(answer)) => self.told.answered(span, answer.reason()),
            Err(rejection) => {
                self.arrivals.add(false);
                self.told.refused(span, rejection);
            }
        }
    }

    /// The answer to a refused request.
    pub fn refusal(&self, rejection: &Rejection) -> Answer {
        self.gate.refusal(rejection)
    }

    async fn travel(
        &self,
        span: &DeliverySpan,
        head: &Head<'_>,
        body: impl BodySource,
        timer: &Arc<dyn Timer>,
        at: Option<UnixTime>,
    ) -> Result<Judged, Rejection> {
        let time = || at.unwrap_or_else(|| self.clock.now());
        let now = time();
        let arrived = self.clock.monotonic();
        if let Some(challenge) = self.asked_by(head) {
            // Boxed, so that deliveries do not carry it along.
            return Box::pin(self.answer_head(challenge, head, body, timer)).await;
        }
        let declared = self.gate.check_head(head)?;
        self.provider.check_media_type(head)?;
        let body = if self.may_be_asked_in_body(head) {
            let body = Box::pin(self.gate.read(head, body, timer)).await?;
            if let Some(answer) = self.answer_body(&body.bytes) {
                return answer;
            }
            Unasked::Read(body)
        } else {
            Unasked::Unread(body)
        };
        self.gate.check_access(head, now, timer).await?;
        let tenant = match &self.keys {
            // Boxed, so that endpoints without tenants do not carry it along.
            Keys::Tenants(tenants) => {
                Some(Box::pin(self.admit_tenant(tenants, head, (now, arrived), timer)).await?)
            }
            _ => None,
        };
        self.check_head(head, tenant.as_ref(), now)?;
        let body = match body {
            Unasked::Unread(body) => self.gate.read(head, body, timer).await?,
            Unasked::Read(body) => body,
        };
        // Boxed, so that endpoints whose keys are at hand do not carry it along.
        let looked_up = if self.keys.are_looked_up() {
            Some(Box::pin(self.look_up(head, &body.bytes, timer)).await?)
        } else {
            None
        };
        let arrival = Arrival {
            head,
            tenant: tenant.as_ref(),
            came: Came {
                head: now,
                body: time(),
            },
            arrived,
            declared,
            looked_up,
            span,
        };
        self.decide(&arrival, body)
    }

    /// Whether the pack refuses the request before its body is read.
    fn check_head(
        &self,
        head: &Head<'_>,
        tenant: Option<&Tenant>,
        now: UnixTime,
    ) -> Result<(), Rejection> {
        let Some(ring) = self.ring(tenant) else {
            return Ok(());
        };
        let keys = ring.load();
        self.provider.check_head(head, LiveKeys::new(&keys, now))
    }

    /// All of the body has come: what follows waits for nothing.
    fn decide(&self, arrival: &Arrival<'_>, body: WholeBody) -> Result<Judged, Rejection> {
        let now = arrival.came.head;
        let ring = self.ring(arrival.tenant).map(Keyring::load);
        let keys = ring.as_ref().map_or(&[][..], |keys| keys);
        let keys = arrival.looked_up.as_ref().map_or(keys, LookedUp::keys);
        let request = self.raw_request(arrival.head, &body.bytes);
        let meter = &self.told.meter;
        let began = meter.start(&*self.clock);
        let verified = self.provider.verify(request, LiveKeys::new(keys, now));
        meter.verified(began, &*self.clock);
        let verified = verified.map_err(|why| match &arrival.looked_up {
            Some(keys) => keys.refused(why),
            None => why,
        })?;
        if verified.is_by_access() && !self.needs_access {
            // The pack did not say that it needs access, so nobody made sure that there is a rule.
            return Err(Rejection::AccessMissing);
        }
        check_time(self.window, verified.sent_at(), arrival.came)?;
        if self.checks_time {
            check_validity(verified.validity(), arrival.came)?;
        }
        let raw = verified.bytes_of(&body.bytes);
        let proved = Proved {
            judge: self,
            arrival,
            tenant: arrival.tenant.map(|tenant| tenant.id().clone()),
            verified: &verified,
            raw: &raw,
            body: &body.bytes,
        };
        proved.read(body.grant)
    }

    fn raw_request<'a>(&self, head: &Head<'a>, body: &'a [u8]) -> RawRequest<'a> {
        RawRequest::new(*head, body).body_limit(self.own_body_limit)
    }

    /// Says once that deliveries carry no time.
    fn say_no_time(&self) {
        if !self.said_no_time.swap(true, Ordering::Relaxed) {
            log::no_time(&self.name);
        }
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judge")
            .field("name", &self.name)
            .field("pack", &self.pack)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

/// A request before it is judged. Dropped, its sender has left before its body was read. A panic, of a pack or a rule
/// say, is no refusal: it goes on to the server.
struct Unjudged<'a> {
    judge: &'a Judge,
    span: &'a DeliverySpan,
    is_judged: bool,
}

impl Drop for Unjudged<'_> {
    fn drop(&mut self) {
        if !self.is_judged && !std::thread::panicking() {
            self.judge
                .told
                .refused(self.span, &Rejection::BodyIncomplete);
        }
    }
}
