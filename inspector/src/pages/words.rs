//! Times and states in words.

use std::time::Duration;

use hookgate::inbox::Stands;

/// The largest unit that fits: `3 d`, `5 h`, `7 min`, `9 s`.
pub(super) fn words(time: Duration) -> String {
    const DAY: u64 = 24 * 3600;
    match time.as_secs() {
        secs if secs >= 3 * DAY => format!("{} d", secs / DAY),
        secs if secs >= 3600 => format!("{} h", secs / 3600),
        secs if secs >= 60 => format!("{} min", secs / 60),
        secs => format!("{secs} s"),
    }
}

/// Where a kept event stands, in a word.
pub(super) fn state(stands: Stands) -> &'static str {
    match stands {
        Stands::Waits { .. } => "waits",
        Stands::Behind => "behind",
        Stands::Runs => "runs",
        Stands::Dead { .. } => "dead",
    }
}

/// The sign before an outcome or state, so that no colour alone says it.
pub(super) fn sign(outcome: &str) -> &'static str {
    match outcome {
        "processed" => "✓",
        "queued" | "waits" | "behind" => "…",
        "runs" => "▶",
        "skipped" | "ignored" => "–",
        "retry" | "unavailable" | "lost" => "↻",
        _ => "✕",
    }
}

/// What a style calls it: good, idle, late or bad.
pub(super) fn tone(outcome: &str) -> &'static str {
    match outcome {
        "processed" => "good",
        "queued" | "waits" | "behind" | "runs" | "skipped" | "ignored" => "idle",
        "retry" | "unavailable" | "lost" => "late",
        _ => "bad",
    }
}
