//! The application's log while a scenario is played: every event and span that goes through `tracing`.

#[cfg(not(feature = "tracing"))]
use std::future::Future;

/// One line.
#[derive(Debug)]
pub(super) struct Line {
    /// Where it was written.
    pub(super) origin: String,
    pub(super) text: String,
    /// The receiver wrote it.
    pub(super) by_receiver: bool,
}

/// Runs `work` and gives the lines that were written meanwhile, on the thread that runs it.
#[cfg(not(feature = "tracing"))]
pub(super) async fn captured<F: Future>(work: F) -> (F::Output, Vec<Line>) {
    (work.await, Vec::new())
}

#[cfg(feature = "tracing")]
pub(super) use self::through_tracing::captured;

#[cfg(feature = "tracing")]
mod through_tracing {
    use std::{
        fmt::{self, Write},
        future::{Future, poll_fn},
        pin::pin,
        sync::{
            Arc, Mutex, PoisonError,
            atomic::{AtomicU64, Ordering},
        },
    };

    use tracing::{
        Dispatch, Event, Metadata, Subscriber,
        field::{Field, Visit},
        span::{Attributes, Id, Record},
    };

    use super::Line;

    /// Runs `work` and gives the lines that were written meanwhile, on the thread that runs it.
    pub(in crate::testing) async fn captured<F: Future>(work: F) -> (F::Output, Vec<Line>) {
        // Where there is one dispatcher, `tracing` asks the thread that comes to a callsite first whether anybody listens,
        // and keeps the answer for all threads: another test's would say no. Where there are two, it asks those.
        let _second = Dispatch::new(Listener::default());
        let listener = Listener::default();
        let lines = listener.lines.clone();
        let dispatch = Dispatch::new(listener);
        let mut work = pin!(work);
        let output = poll_fn(|context| {
            tracing::dispatcher::with_default(&dispatch, || work.as_mut().poll(context))
        })
        .await;
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        (output, std::mem::take(&mut *lines))
    }

    #[derive(Default)]
    struct Listener {
        lines: Arc<Mutex<Vec<Line>>>,
        last_span: AtomicU64,
    }

    impl Listener {
        fn write(&self, origin: String, by_receiver: bool, fields: impl FnOnce(&mut Text)) {
            let mut text = Text(String::new());
            fields(&mut text);
            let line = Line {
                origin,
                text: text.0,
                by_receiver,
            };
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push(line);
        }
    }

    fn ours(metadata: &Metadata<'_>) -> bool {
        metadata.target() == "hookgate"
    }

    fn origin(metadata: &Metadata<'_>) -> String {
        let what = if metadata.is_span() {
            "span"
        } else {
            "log line"
        };
        let (file, line) = (metadata.file().unwrap_or("?"), metadata.line().unwrap_or(0));
        format!("a {what} of `{}` ({file}:{line})", metadata.target())
    }

    impl Subscriber for Listener {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            let metadata = span.metadata();
            self.write(origin(metadata), ours(metadata), |text| span.record(text));
            let last = self.last_span.fetch_add(1, Ordering::Relaxed);
            Id::from_u64(last.wrapping_add(1).max(1))
        }

        fn record(&self, _: &Id, values: &Record<'_>) {
            let origin = "a span's field".to_owned();
            self.write(origin, false, |text| values.record(text));
        }

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            let metadata = event.metadata();
            self.write(origin(metadata), ours(metadata), |text| event.record(text));
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    struct Text(String);

    impl Visit for Text {
        fn record_str(&mut self, field: &Field, value: &str) {
            self.push(field, &value);
        }

        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            self.push(field, &format_args!("{value:?}"));
        }
    }

    impl Text {
        fn push(&mut self, field: &Field, value: &dyn fmt::Display) {
            // Writing to a `String` cannot fail.
            let _ = write!(self.0, "{}={value} ", field.name());
        }
    }
}
