//! [`Show`]: lines, JSON lines, or a progress bar, while a run goes on.

use std::{io, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::{
    attempt::{Attempt, Delivered, Outcome},
    courier::Courier,
    summary::millis,
};
use crate::output::screen::{Line, Screen, Tone, stderr_is_terminal};

/// The most deliveries that get a line each, unless they are JSON lines.
const MOST_LINES: usize = 50;

/// Shows each delivery as it ends.
pub(super) struct Show {
    json: bool,
    lines: bool,
    copies: bool,
    bar: ProgressBar,
}

impl Show {
    pub(super) fn new(json: bool, deliveries: usize, copies: bool) -> Self {
        let lines = deliveries <= MOST_LINES;
        let target = if !json && !lines && stderr_is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let length = u64::try_from(deliveries).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), target);
        // The template is fixed. Without it the bar has its own.
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {eta} left") {
            bar.set_style(style);
        }
        Self {
            json,
            lines,
            copies,
            bar,
        }
    }

    pub(super) fn begin(&self, what: &str, courier: &Courier) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let target = courier.client.target();
        let assumed = if courier.manner.is_assumed {
            "; how it waits and repeats is partly assumed"
        } else {
            ""
        };
        let mut screen = Screen::stdout();
        screen.say(format_args!(
            "{what} of {} to {}{}{assumed}",
            courier.provider, target.authority, target.path
        ))?;
        if self.lines {
            screen.say("")?;
        }
        Ok(())
    }

    pub(super) fn delivered(&self, delivered: &Delivered) -> io::Result<()> {
        self.bar.inc(1);
        let mut screen = Screen::stdout();
        if self.json {
            return screen.json(&json_line(delivered));
        }
        if self.lines {
            let name = if self.copies {
                format!("{} (copy {})", delivered.event, delivered.copy)
            } else {
                delivered.event.clone()
            };
            let mut line = screen.begin();
            line.text(format_args!("{name:<34}"));
            add_attempts(&mut line, delivered);
            return screen.line(line);
        }
        Ok(())
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How the attempts ended, one after the other.
fn add_attempts(line: &mut Line, delivered: &Delivered) {
    for (place, Attempt { outcome, took }) in delivered.attempts.iter().enumerate() {
        if place > 0 {
            line.text(", then ");
        }
        let tone = if outcome.is_success() {
            Tone::Good
        } else {
            Tone::Bad
        };
        line.painted(tone, outcome);
        line.text(format_args!(" in {}", millis(*took)));
    }
    if let Some(left) = delivered.left {
        line.text(format_args!("; would be sent again after {}", words(left)));
    }
}

/// The largest unit that fits, however small.
fn words(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        return millis(time);
    }
    crate::output::words::words(time)
}

fn json_line(delivered: &Delivered) -> Value {
    let attempts = delivered.attempts.iter().map(|Attempt { outcome, took }| {
        let ms = took.as_secs_f64() * 1000.0;
        match outcome {
            Outcome::Answered(status) => json!({"status": status.as_u16(), "ms": ms}),
            Outcome::Failed(failure) => json!({"error": failure.as_str(), "ms": ms}),
        }
    });
    json!({
        "event": delivered.event,
        "copy": delivered.copy,
        "accepted": delivered.is_accepted(),
        "attempts": attempts.collect::<Vec<_>>(),
        "again_after_s": delivered.left.map(|left| left.as_secs_f64()),
    })
}
