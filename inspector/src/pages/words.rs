//! Times and states in words.

use std::time::Duration;

use hookgate::inbox::{DeadReason, Stands};

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

/// What an operator does about a dead letter.
pub(super) fn dead_advice(reason: DeadReason) -> &'static str {
    match reason {
        DeadReason::Failed => {
            "the handler failed as often as it may: mend the cause, then replay it"
        }
        DeadReason::Rejected => {
            "the handler refused it for good: replay it once the handler takes it"
        }
        DeadReason::WorkerLost => {
            "each run ended without a verdict, as when the process aborts: find out why before it is replayed"
        }
        DeadReason::Unavailable => {
            "what the handler needs was away for too long: replay it once that is back"
        }
        DeadReason::Undecodable => {
            "the pack could not read it: compare it with the sender's documentation, then replay it"
        }
        DeadReason::Damaged => "what is stored cannot be read: have the sender send it again",
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
