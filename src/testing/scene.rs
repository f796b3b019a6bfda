//! [`Scene`]: one scenario while it is played.

use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{
    Asked, Bench, Content, Host, Kit, Reply, Sender, advice,
    effect::{Effect, Fault},
};
use crate::{receiver::Receiver, simulator::Sent, tenants::Keys, time::UnixTime, verdict::Reason};

/// Why a scenario did not come to its end.
pub(super) enum Stop {
    LeftOut(String),
    /// The sender gives no request that the scenario can be played with.
    NotPlayed(Mismatch),
    Failed(Mismatch),
}

impl Stop {
    pub(super) fn left_out(why: &str) -> Self {
        Self::LeftOut(why.to_owned())
    }
}

pub(super) type Played<T = ()> = Result<T, Stop>;

/// What is not as promised.
pub(super) struct Mismatch {
    pub(super) step: String,
    pub(super) expected: String,
    pub(super) got: String,
    pub(super) change: String,
}

impl Mismatch {
    pub(super) fn stuck() -> Self {
        Self {
            step: "the whole scenario".to_owned(),
            expected: "an end".to_owned(),
            got: "nothing moved for half a minute".to_owned(),
            change:
                "look for a handler that waits for what no test gives it, or that never comes to \
                     `Effect::happens`"
                    .to_owned(),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "step:     {}", self.step)?;
        writeln!(f, "expected: {}", self.expected)?;
        writeln!(f, "got:      {}", self.got)?;
        write!(f, "change:   {}", self.change)
    }
}

/// Makes the ids of each start of the process differ, for applications that keep theirs in a database.
fn run_id() -> String {
    let mut random = [0; 4];
    // Without randomness a store that keeps its marks between runs would know the events: that is said.
    let _ = getrandom::fill(&mut random);
    const_hex::encode(random)
}

pub(super) struct Scene<'k, H: Host, S> {
    pub(super) kit: &'k Kit<H, S>,
    pub(super) bench: Bench,
    app: Option<H::App>,
    run: String,
    counted: usize,
    next: AtomicU32,
}

impl<'k, H: Host, S: Sender> Scene<'k, H, S> {
    pub(super) async fn begin(kit: &'k Kit<H, S>, bench: Bench) -> Self {
        let app = kit.host.start(&bench).await;
        Self {
            app: Some(app),
            counted: kit.count.as_ref().map_or(0, |count| count()),
            run: run_id(),
            next: AtomicU32::new(1),
            kit,
            bench,
        }
    }

    /// Stops the application and starts it anew.
    pub(super) async fn restart(&mut self) {
        self.bench.0.crew.kill();
        self.app = None;
        self.app = Some(self.kit.host.start(&self.bench).await);
    }

    pub(super) fn effect(&self) -> Effect {
        self.bench.effect()
    }

    /// How often the effect happened in this scenario.
    pub(super) fn count(&self) -> usize {
        match &self.kit.count {
            Some(count) => count().saturating_sub(self.counted),
            None => self.bench.0.effect.count(),
        }
    }

    pub(super) fn now(&self) -> UnixTime {
        crate::time::Clock::now(&self.bench.0.clock)
    }

    /// A number that no other event of this scenario has.
    pub(super) fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn asked<'s>(&self, at: UnixTime, secret: &'s str, content: Content) -> Asked<'s> {
        let number = self.number();
        Asked {
            at,
            secret,
            content,
            id: format!("event-{}-{number}", self.run),
            personal: format!("{PERSON}-{number}"),
        }
    }

    /// What the sender makes of it, credentials included.
    pub(super) fn ask(&self, asked: &Asked<'_>) -> Option<Sent> {
        let sent = self.kit.sender.send(asked)?;
        let with = |sent: Sent, (name, value): &(String, String)| sent.with_header(name, value);
        Some(self.kit.credentials.iter().fold(sent, with))
    }

    /// A new event, signed now.
    pub(super) fn event(&self) -> Played<Sent> {
        self.event_at(self.now(), &self.kit.secret)
    }

    pub(super) fn event_at(&self, at: UnixTime, secret: &str) -> Played<Sent> {
        self.ask(&self.asked(at, secret, Content::Usual))
            .ok_or_else(|| {
                Stop::NotPlayed(Mismatch {
                    step: "the kit asks the sender for an event".to_owned(),
                    expected: "a request for `Content::Usual`".to_owned(),
                    got: "none".to_owned(),
                    change: "let the sender give what your handler handles".to_owned(),
                })
            })
    }

    /// The answer to come; dropped early, the sender hangs up.
    pub(super) async fn call(&self, sent: &Sent) -> Reply {
        match &self.app {
            Some(app) => self.kit.host.call(app, sent.clone()).await,
            None => Reply::new(0, [], ""),
        }
    }

    /// The answer; where a worker handles the event, once it has.
    pub(super) async fn send(&self, sent: &Sent) -> Reply {
        self.bench.0.witness.clear();
        let reply = self.call(sent).await;
        self.rest().await;
        reply
    }

    /// Whether a worker handles the events.
    pub(super) fn has_inbox(&self) -> bool {
        let receiver = self.bench.receiver();
        receiver.is_some_and(|receiver| receiver.has_inbox())
    }

    /// Whether that inbox is the kit's.
    pub(super) fn has_kits_inbox(&self) -> bool {
        self.bench.0.inbox_taken.load(Ordering::SeqCst)
    }

    /// Lets the worker go on with what needs no time.
    pub(super) async fn pass_a_moment(&self) {
        let inner = &self.bench.0;
        inner.crew.moment().await;
    }

    /// Lets the worker handle what waits, and time pass in between.
    pub(super) async fn rest(&self) {
        let inner = &self.bench.0;
        let is_done = || inner.inbox.queued() == 0;
        inner.crew.works_until(&inner.clock, is_done).await;
        if inner.crew.is_there() {
            self.pass_a_moment().await;
        }
    }

    /// Sends to a handler whose effect goes wrong.
    pub(super) async fn send_to_failing(&self, sent: &Sent, fault: Fault) -> Played<Reply> {
        let effect = self.effect();
        effect.goes_wrong_once(fault);
        let reply = self.send(sent).await;
        if effect.fault_is_left() {
            let usual = "call `bench.effect().happens().await?` where your handler has its effect";
            let (step, expected) = (
                "the handler is told to fail",
                "that it comes to `Effect::happens`",
            );
            let change = self.idle();
            return Err(self.mismatch(step, expected, &reply, change.as_deref().unwrap_or(usual)));
        }
        Ok(reply)
    }

    pub(super) fn receiver(&self) -> Played<Receiver> {
        self.bench.receiver().ok_or_else(|| {
            Stop::Failed(Mismatch {
                step: "the application starts".to_owned(),
                expected: "a receiver that is built with `Bench::build`".to_owned(),
                got: "none".to_owned(),
                change: advice::NOT_BUILT.to_owned(),
            })
        })
    }

    pub(super) fn needs_signature(&self) -> Played {
        match self.receiver()?.0.judge.keys {
            Keys::NotNeeded => Err(Stop::left_out("the sender of this pack signs nothing")),
            _ => Ok(()),
        }
    }

    pub(super) fn needs_effect(&self) -> Played {
        match self.kit.count {
            None => Ok(()),
            Some(_) => Err(Stop::left_out(
                "the handler has to be steered, and effects are counted with `Kit::count`: use \
                 `Bench::effect` instead",
            )),
        }
    }

    /// The answer is 2xx, and by now the effect happened `effects` times.
    pub(super) fn accepted(&self, step: &str, reply: &Reply, effects: usize) -> Played {
        let change = if !reply.is_success() || self.last().is_none() {
            self.diagnosis(reply).to_owned()
        } else if let Some(change) = self.idle().filter(|_| self.count() < effects) {
            change
        } else if self.count() > effects {
            "the handler ran, or had its effect, once more than it may: look for an effect in two \
             places, a second route or layer that handles the same request, or a store that forgets"
                .to_owned()
        } else if self.last() == Some(Reason::NotOfInterest) {
            "the receiver is not interested in this event: let the sender give one of \
             `interested_in(…)`"
                .to_owned()
        } else {
            "the handler did not come to its effect: call `bench.effect().happens().await?` there, and \
             let the sender give an event that your handler handles"
                .to_owned()
        };
        if reply.is_success() && self.count() == effects && self.last().is_some() {
            return Ok(());
        }
        let expected = format!("2xx by the receiver, and by now {}", times(effects));
        Err(self.mismatch(step, &expected, reply, &change))
    }

    /// The answer is `status`, and by now the effect happened `effects` times.
    pub(super) fn refused(
        &self,
        step: &str,
        reply: &Reply,
        status: u16,
        effects: usize,
        change: &str,
    ) -> Played {
        if reply.status == status && self.count() == effects {
            return Ok(());
        }
        let expected = format!("{status}, and by now {}", times(effects));
        let change = if self.last().is_none() {
            self.diagnosis(reply)
        } else {
            change
        };
        Err(self.mismatch(step, &expected, reply, change))
    }

    pub(super) fn mismatch(&self, step: &str, expected: &str, reply: &Reply, change: &str) -> Stop {
        let said = match self.last() {
            Some(reason) => format!("the receiver said `{reason}`"),
            None => "the receiver did not decide on it".to_owned(),
        };
        Stop::Failed(Mismatch {
            step: step.to_owned(),
            expected: expected.to_owned(),
            got: format!("{}; {said}; {}", reply.status, times(self.count())),
            change: change.to_owned(),
        })
    }

    pub(super) fn last(&self) -> Option<Reason> {
        self.bench.0.witness.last()
    }
}

pub(super) const PERSON: &str = "canary-of-a-person";

fn times(effects: usize) -> String {
    match effects {
        1 => "the effect happened once".to_owned(),
        _ => format!("the effect happened {effects} times"),
    }
}
