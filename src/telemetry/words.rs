//! [`Words`]: what the lines at `warn` and `error` say. All of them stand here.
//!
//! `docs/failures.md` says of each what it means and what mends it. A test compares the two, so a new line is told there.

use std::fmt;

/// What a line at `warn` or `error` says. Nothing but this file makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words(&'static str);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! words {
    ($($name:ident = $text:literal;)+) => {
        $(
            #[cfg_attr(
                not(all(
                    feature = "tracing",
                    feature = "callbacks",
                    feature = "logto-client",
                    feature = "sns",
                    feature = "token",
                    feature = "tower"
                )),
                allow(dead_code, reason = "the lines of a feature that is off")
            )]
            pub(crate) const $name: Words = Words($text);
        )+
    };
}

words! {
    // A request on its way to its handler.
    REFUSED = "delivery refused";
    NO_TIME = "a delivery has no signed time: only the dedup store recognises replays, for its retention; said once";
    OVERLOADED = "as many handlers run as may: delivery answered 503";
    CUT_OFF = "delivery dropped before its end; the next copy may run once its lease has ended";

    UNRECOGNIZED = "event of no known type, or unfit for it: its handler gets `Unrecognized`; said once a minute";

    // What a handler came to.
    FAILED = "handler failed; the next copy may run; `LogErrors`, or an `Observer` of yours, has the error";
    RETRY = "handler said retry, or answered no 2xx, and gave no error; the next copy may run";
    HANDLER_PANICKED = "handler panicked; the next copy may run; the panic hook has its text";
    REJECTED = "handler rejected the event for good: its sender got 200, and no copy will run";
    PAST_DEADLINE = "handler is past its deadline: its sender got 503, and it goes on";
    RAN_TOO_LONG = "handler ran too long: its lease is no longer extended";
    ENDED_LATE = "lease lost before the handler ended: its effect may repeat";
    HANDLERS_ERROR = "what a handler failed with";
    PANICKED = "code beside the handler panicked; the delivery goes on";

    // Leases.
    NOT_EXTENDED = "lease could not be extended in time: another copy may run";
    LOST = "lease lost while the handler runs";
    TOO_MANY_UNSETTLED = "too many leases wait for the store: this one ends by itself";
    NOT_RELEASED = "the store did not answer a release: the lease ends by itself";
    NOT_MARKED = "the mark could not be written while the lease lasted: the effect may repeat";
    LEFT = "stopping before all has ended: the events of running handlers run again";

    // A worker.
    WORK_FAILED = "event not handled; it is tried again; `LogErrors`, or an `Observer` of yours, has the error";
    WORK_NOT_DONE = "event not handled; it is tried again";
    DEAD = "event is a dead letter; `LogErrors`, or an `Observer` of yours, has the error";
    DEAD_UNTOLD = "event is a dead letter; `hookgate inbox show` says why";
    NOT_ENDED = "its effect may repeat: its end was not written";
    OVERRAN = "handler ran too long: it goes on, and its lease is lost";
    STOPPED = "worker stops: its handler goes on, and its lease is lost";
    ENDED_AFTER_LEASE = "handler ended after its lease: its effect may repeat";
    WORKER_LEFT = "worker stops while handlers run: their events run again";
    WORKER_LOST = "its runs ended without a verdict too often: it is a dead letter";
    OTHER_RELEASE = "another release has stored it";
    OTHER_PACK = "it is of another pack than the worker's receiver";
    DAMAGED = "what was stored is damaged: it is a dead letter";
    UNREADABLE = "the pack cannot read it: it is a dead letter";
    HELD_INLINE = "an inline handler holds its event: it waits";
    NOT_ACCEPTED = "its events were not accepted: it waits";
    ANOTHER_KEY = "the pack now gives this stored event another key; the stored one counts";
    PAUSED = "endpoint paused: what its handler needs is unavailable";
    MISROUTED = "endpoint paused: this program cannot handle its events";
    ASTRAY = "a worker's event came to no receiver in its routes: give the worker the routes as they are served";
    OTHER_ENDPOINT = "a worker's event came to another endpoint's receiver: give `routes` the receiver of that route";
    CAME_AGAIN = "a layer sent a worker's event to its receiver twice: give the worker routes without such layers";
    NO_SEALING_KEY = "event waits: the key that it is encrypted with is missing from the ring";

    // Calls of a worker's inbox that failed.
    NO_WORK = "a worker got no answer when it asked for work";
    NOT_LOOKED = "a worker could not see how much waits";
    NOT_KEPT = "the leases of a worker were not extended";
    ANEW_FAILED = "what can be decoded now was not accepted";
    NOT_RESUMED = "an endpoint's pause was not ended";
    NOT_PAUSED = "an endpoint was not paused";
    NOT_WRITTEN = "the end of a line was not written";
    NOT_PROMOTED = "what waits behind a settled event was not let go on: the inbox finds it later";
    NOT_GIVEN_BACK = "an event without its key was not given back";

    // The fallback.
    NOT_SEEN_DUE = "the fallback could not see which processes are due";
    NOT_SEEN_HANDLED = "the fallback could not see whether a process was handled: it looks again";
    NO_TURN = "the fallback got no turn to ask, or could not tell others to wait";
    QUESTION_FAILED = "the sender's API gave no answer: it is asked again";
    QUESTION_REFUSED = "the sender's API refuses our questions: look at its credentials";
    ANSWER_UNREADABLE = "the receiver's pack cannot read what the sender's API tells: it is asked again";
    POSTPONE_NOT_WRITTEN = "when a process is asked for again was not written: its lease has to end first";
    END_NOT_WRITTEN = "the end of an awaited process was not written: it is looked at again";
    SILENCE_UNSEEN = "how long no delivery came could not be seen; said once until it can";
    NOT_RECONCILED = "the sender's log could not be read: it is tried again";
    NOT_RECONCILED_STORE = "the store failed while the sender's log was compared: it is tried again";
    LOG_ENTRIES_UNREADABLE = "entries of the sender's log are left out: they show no event that can be read";
    LOG_TOO_LONG = "the sender's log has more entries than one pass reads: older ones are left out";
    GAVE_UP = "a process is given up: no webhook told its end, nor did the sender's API";
    GAVE_UP_UNHEARD = "the application did not take that a process is given up: it is told again";

    // Tokens.
    TOKEN_STORE = "the store of used assertions failed: token request answered 503";
    OLD_KEY_SET = "no new key set, the last good one goes on";
    NO_KEY_SET = "no key set: tokens of this issuer are answered 503 until there is one";
    NO_CERTIFICATE = "no certificate: messages of Amazon SNS that name it are answered 503 until there is one";
    NOT_CONFIRMED = "a subscription of Amazon SNS was not confirmed: its address was not called, or did not answer 200";
    NOT_GRANTED = "a sender of CloudEvents was not let in by a call: its address did not answer 2xx";
    MANY_KEYS = "the key set has over 8 keys for one algorithm: tokens without `kid` may be refused; said once";
    FORWARDED_UNREAD = "a forwarding header is not read: callers share their failures; set `Networks::behind`; said once";
}
