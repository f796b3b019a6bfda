//! [`Listening`] and [`Log`]: what a test logs on its own thread.

use std::{
    fmt,
    sync::{Arc, LazyLock, Mutex},
};

use tracing::{
    Dispatch, Event, Level, Subscriber,
    dispatcher::DefaultGuard,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

/// Where there is one dispatcher, `tracing` asks the thread that comes to a callsite first whether anybody listens, and
/// keeps the answer for all: another test's would say no. Where there are two, it asks those.
static SECOND: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(Registry::default().with(Lines::default())));

/// Lets a layer listen to this thread until dropped. `#[tokio::test]` runs a test and all its tasks on one thread.
pub(crate) struct Listening {
    _listening: DefaultGuard,
}

impl Listening {
    pub(crate) fn by(layer: impl Layer<Registry> + Send + Sync) -> Self {
        LazyLock::force(&SECOND);
        Self {
            _listening: tracing::subscriber::set_default(Registry::default().with(layer)),
        }
    }
}

/// The lines and the spans' fields. Listens until dropped.
pub(crate) struct Log {
    lines: Lines,
    _listening: Listening,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<(Level, String)>>>);

impl Log {
    pub(crate) fn begin() -> Self {
        let lines = Lines::default();
        Self {
            _listening: Listening::by(lines.clone()),
            lines,
        }
    }

    /// All fields of the lines and spans so far, in order.
    pub(crate) fn lines(&self) -> Vec<(Level, String)> {
        self.lines.0.lock().unwrap().clone()
    }

    /// Those with `text` in them.
    pub(crate) fn with(&self, text: &str) -> Vec<(Level, String)> {
        let mut lines = self.lines();
        lines.retain(|(_, line)| line.contains(text));
        lines
    }

    /// All of them, one a line.
    pub(crate) fn text(&self) -> String {
        let lines = self.lines().into_iter();
        lines.map(|(_, line)| line + "\n").collect()
    }
}

impl Lines {
    fn write(&self, level: Level, record: impl FnOnce(&mut dyn Visit)) {
        let mut text = String::new();
        record(&mut |field: &Field, value: &dyn fmt::Debug| {
            text.push_str(&format!("{field}={value:?} "));
        });
        self.0.lock().unwrap().push((level, text));
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        self.write(*span.metadata().level(), |visit| span.record(visit));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.write(Level::TRACE, |visit| values.record(visit));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.write(*event.metadata().level(), |visit| event.record(visit));
    }
}
