//! [`Bar`]: how far a long operation has come, on standard error.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::screen::{note, stderr_is_terminal};

/// How often a line is written where there is no terminal to draw on.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// A bar on a terminal. Elsewhere a line from time to time, so that a log shows that it goes on.
pub(super) struct Bar {
    bar: Option<ProgressBar>,
    said: Instant,
}

impl Bar {
    pub(super) fn new() -> Self {
        let bar = stderr_is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            // The template is fixed. Without it the bar has its own.
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            said: Instant::now(),
        }
    }

    pub(super) fn tell(&mut self, text: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text());
            bar.tick();
        } else if self.said.elapsed() >= LINE_EVERY {
            self.said = Instant::now();
            note(text());
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
