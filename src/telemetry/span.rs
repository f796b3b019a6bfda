//! [`DeliverySpan`]: one `tracing` span for each delivery. [`QuestionSpan`]: one for each question to a sender's API.
//!
//! That of a delivery is open from the head to the end of the handler, in whatever task that runs, and is the parent
//! of the handler's own spans. That of a question is open until what was told is handled, and is the parent of that
//! delivery's. Their fields are the receiver's words, never the sender's: a type that the pack does not know is `other`.

#[cfg(feature = "tracing")]
mod open {
    use std::future::Future;

    use tracing::{
        Instrument, Span,
        field::{Empty, display},
    };

    use crate::{
        telemetry::Facts,
        verdict::{Ending, Reason},
    };

    /// The span of one delivery. Clones are one span.
    #[derive(Debug, Clone)]
    pub(crate) struct DeliverySpan(Span);

    impl DeliverySpan {
        pub(crate) fn open(endpoint: &str, pack: &str) -> Self {
            let span = tracing::info_span!(
                target: "hookgate",
                "hookgate.delivery",
                endpoint,
                pack,
                event_type = Empty,
                event_key = Empty,
                recognized = Empty,
                key_id = Empty,
                attempt = Empty,
                verdict = Empty,
                reason = Empty,
                detached = Empty,
                sender_trace_id = Empty,
                sender_span_id = Empty,
            );
            Self(heard(span))
        }

        /// `work`, inside of the span.
        pub(crate) fn cover<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
            work.instrument(self.0.clone())
        }

        /// Calls `say` inside of the span.
        pub(crate) fn within(&self, say: impl FnOnce()) {
            self.0.in_scope(say);
        }

        /// What is known of a request that passed every check.
        pub(crate) fn admitted(&self, facts: &Facts, recognized: bool) {
            if self.0.is_disabled() {
                return;
            }
            self.0.record("event_type", facts.type_label());
            self.0.record("event_key", display(&facts.key));
            self.0.record("key_id", &*facts.key_id);
            if !recognized {
                self.0.record("recognized", false);
            }
            let trace = facts.trace_context.as_ref();
            if let Some(trace) = trace.or(facts.claimed_trace_context.as_ref()) {
                let (trace_id, span_id) = trace.digits();
                self.0.record("sender_trace_id", display(trace_id));
                self.0.record("sender_span_id", display(span_id));
            }
        }

        pub(crate) fn claimed(&self, attempt: u32) {
            self.0.record("attempt", attempt);
        }

        /// The handler goes on in a task of its own.
        pub(crate) fn detached(&self) {
            self.0.record("detached", true);
        }

        pub(crate) fn ended(&self, ending: Ending, reason: Reason) {
            self.0.record("verdict", ending.as_str());
            self.0.record("reason", reason.as_str());
        }
    }

    /// The span of one question. Clones are one span.
    #[derive(Debug, Clone)]
    pub(crate) struct QuestionSpan(Span);

    impl QuestionSpan {
        /// `asked`: how often the process was asked for before.
        pub(crate) fn open(endpoint: &str, pack: &str, asked: u32) -> Self {
            Self(heard(tracing::info_span!(
                target: "hookgate",
                "hookgate.question",
                endpoint,
                pack,
                asked,
                answer = Empty,
                outcome = Empty,
            )))
        }

        /// `work`, inside of the span.
        pub(crate) fn cover<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
            work.instrument(self.0.clone())
        }

        pub(crate) fn answered(&self, answer: &'static str) {
            self.0.record("answer", answer);
        }

        pub(crate) fn ended(&self, outcome: &'static str) {
            self.0.record("outcome", outcome);
        }
    }

    /// What nobody listens to is not entered, left and recorded into either: with tracing's feature `log`, which
    /// actix-web switches on, a disabled span looks for a logger each time.
    fn heard(span: Span) -> Span {
        if span.is_disabled() {
            Span::none()
        } else {
            span
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod open {
    use std::future::Future;

    use crate::{
        telemetry::Facts,
        verdict::{Ending, Reason},
    };

    #[derive(Debug, Clone)]
    pub(crate) struct DeliverySpan;

    impl DeliverySpan {
        pub(crate) fn open(_: &str, _: &str) -> Self {
            Self
        }

        pub(crate) fn cover<F: Future>(&self, work: F) -> F {
            work
        }

        pub(crate) fn within(&self, say: impl FnOnce()) {
            say();
        }

        pub(crate) fn admitted(&self, _: &Facts, _: bool) {}
        pub(crate) fn claimed(&self, _: u32) {}
        pub(crate) fn detached(&self) {}
        pub(crate) fn ended(&self, _: Ending, _: Reason) {}
    }

    #[derive(Debug, Clone)]
    pub(crate) struct QuestionSpan;

    impl QuestionSpan {
        pub(crate) fn open(_: &str, _: &str, _: u32) -> Self {
            Self
        }

        pub(crate) fn cover<F: Future>(&self, work: F) -> F {
            work
        }

        pub(crate) fn answered(&self, _: &'static str) {}
        pub(crate) fn ended(&self, _: &'static str) {}
    }
}

pub(crate) use self::open::{DeliverySpan, QuestionSpan};
