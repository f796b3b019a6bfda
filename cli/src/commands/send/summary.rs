//! [`Summary`]: what became of a whole run.

use std::{
    collections::BTreeMap,
    io::{
        Write, {self},
    },
    time::Duration,
};

use serde_json::{Map, Value, json};

use super::attempt::{Attempt, Delivered, Outcome};
use crate::output::screen::Screen;

/// Counts answers, and keeps how long each took.
#[derive(Default)]
pub(super) struct Summary {
    delivered: usize,
    accepted: usize,
    /// The sender would have tried again later.
    unfinished: usize,
    answers: BTreeMap<Outcome, usize>,
    took: Vec<Duration>,
}

impl Summary {
    pub(super) fn add(&mut self, delivered: &Delivered) {
        self.delivered = self.delivered.saturating_add(1);
        if delivered.is_accepted() {
            self.accepted = self.accepted.saturating_add(1);
        }
        if delivered.left.is_some() {
            self.unfinished = self.unfinished.saturating_add(1);
        }
        for Attempt { outcome, took } in &delivered.attempts {
            let count = self.answers.entry(*outcome).or_default();
            *count = count.saturating_add(1);
            self.took.push(*took);
        }
    }

    /// Whether every event was accepted in the end.
    pub(super) fn is_success(&self) -> bool {
        self.accepted == self.delivered
    }

    pub(super) fn write(mut self, screen: &mut Screen<impl Write>, json: bool) -> io::Result<()> {
        self.took.sort_unstable();
        if json {
            return screen.json(&self.json());
        }
        let not = self.delivered.saturating_sub(self.accepted);
        screen.say("")?;
        screen.say(format_args!(
            "{} sent: {} accepted, {not} not",
            self.delivered, self.accepted
        ))?;
        let answers = self.answers.iter();
        let answers: Vec<_> = answers
            .map(|(outcome, count)| format!("{count} × {outcome}"))
            .collect();
        screen.say(format_args!("answers: {}", answers.join(", ")))?;
        let ranks = [("median", 50), ("90 %", 90), ("99 %", 99), ("longest", 100)];
        let times: Vec<_> = ranks
            .iter()
            .map(|(name, percent)| format!("{name} {}", millis(self.percentile(*percent))))
            .collect();
        screen.say(format_args!("time to answer: {}", times.join(", ")))?;
        if self.unfinished > 0 {
            screen.say(format_args!(
                "{} would be sent again later; --speed and --patience let you see it",
                self.unfinished
            ))?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let mut answers = Map::new();
        for (outcome, count) in &self.answers {
            let name = match outcome {
                Outcome::Answered(status) => status.as_u16().to_string(),
                Outcome::Failed(failure) => failure.as_str().to_owned(),
            };
            answers.insert(name, (*count).into());
        }
        let of = |percent| self.percentile(percent).as_secs_f64() * 1000.0;
        json!({"summary": {
            "sent": self.delivered,
            "accepted": self.accepted,
            "unfinished": self.unfinished,
            "answers": answers,
            "latency_ms": {"p50": of(50), "p90": of(90), "p99": of(99), "max": of(100)},
        }})
    }

    /// By nearest rank, of the sorted times.
    fn percentile(&self, percent: usize) -> Duration {
        let rank = self.took.len().saturating_mul(percent).div_ceil(100);
        let place = rank.saturating_sub(1);
        self.took.get(place).copied().unwrap_or_default()
    }
}

/// Milliseconds, with only the digits that matter.
pub(super) fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 10.0 {
        format!("{millis:.1} ms")
    } else {
        format!("{millis:.0} ms")
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn delivered(statuses: &[u16]) -> Delivered {
        let attempts = statuses.iter().zip(1..).map(|(status, took)| Attempt {
            outcome: Outcome::Answered(StatusCode::from_u16(*status).unwrap_or_default()),
            took: Duration::from_millis(took),
        });
        Delivered {
            event: "an event".to_owned(),
            copy: 1,
            attempts: attempts.collect(),
            left: None,
        }
    }

    #[test]
    fn only_the_last_attempt_decides() {
        let mut summary = Summary::default();
        summary.add(&delivered(&[503, 503, 200]));
        assert!(summary.is_success());
        summary.add(&delivered(&[200, 302]));
        assert!(!summary.is_success());
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut summary = Summary::default();
        summary.add(&delivered(&[200; 10]));
        summary.took.sort_unstable();
        let percentile = |percent| summary.percentile(percent).as_millis();
        assert_eq!([50, 90, 99, 100].map(percentile), [5, 9, 10, 10]);
        assert_eq!(Summary::default().percentile(50), Duration::ZERO);
    }
}
