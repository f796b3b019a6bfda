//! The table, and whether each line of it is as promised.

use std::{process::ExitCode, time::Instant};

use crate::endpoint::Observed;

/// What each line must show.
pub(crate) struct Promise {
    answers: Answers,
    runs: usize,
    saw: String,
    remark: String,
}

enum Answers {
    All(u16),
    Each(Vec<u16>),
}

impl Promise {
    /// Every request is answered 200, and the handler runs once.
    pub(crate) fn handled_once(event: &str) -> Self {
        Self {
            answers: Answers::All(200),
            runs: 1,
            saw: event.to_owned(),
            remark: String::new(),
        }
    }

    /// Every request gets `status`, and the handler does not run.
    pub(crate) fn refused(status: u16) -> Self {
        Self {
            answers: Answers::All(status),
            runs: 0,
            saw: String::new(),
            remark: String::new(),
        }
    }

    /// These answers in this order, and so many runs.
    pub(crate) fn answers<const N: usize>(answers: [u16; N], runs: usize) -> Self {
        Self {
            answers: Answers::Each(answers.into()),
            runs,
            saw: String::new(),
            remark: String::new(),
        }
    }

    /// Why the handler sees nothing.
    pub(crate) fn because(mut self, remark: &str) -> Self {
        self.remark = remark.to_owned();
        self
    }

    /// What the handler sees in each run.
    pub(crate) fn saw(mut self, event: &str) -> Self {
        self.saw = event.to_owned();
        self
    }

    fn is_kept(&self, observed: &Observed) -> bool {
        let answers = observed.answers.iter().map(|answer| answer.status.as_u16());
        let as_answered = match &self.answers {
            Answers::All(status) => answers.clone().all(|answer| answer == *status),
            Answers::Each(statuses) => answers.eq(statuses.iter().copied()),
        };
        let as_seen = observed.runs.iter().all(|run| run.saw == self.saw);
        // A success that was told before the handler ended would be a lie.
        let last_end = observed.runs.iter().map(|run| run.ended).max();
        let none_early = observed
            .answers
            .iter()
            .filter(|answer| answer.status.is_success())
            .all(|answer| last_end.is_none_or(|end| answer.at >= end));
        as_answered && as_seen && none_early && observed.runs.len() == self.runs
    }
}

/// Prints the table line by line.
pub(crate) struct Report {
    began: Instant,
    lines: usize,
    requests: usize,
    runs: usize,
    broken: usize,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            lines: 0,
            requests: 0,
            runs: 0,
            broken: 0,
        }
    }
}

impl Report {
    pub(crate) fn heading(&self, text: &str) {
        println!("\n{text}");
        row("  sent", "answered", "handler saw", "ran", "");
    }

    pub(crate) fn line(&mut self, sent: &str, observed: Observed, promise: &Promise) {
        let kept = promise.is_kept(&observed);
        self.lines += 1;
        self.requests += observed.answers.len();
        self.runs += observed.runs.len();
        self.broken += usize::from(!kept);
        let saw = match observed.runs.last() {
            Some(run) => run.saw.clone(),
            None if promise.remark.is_empty() => "-".to_owned(),
            None => format!("- ({})", promise.remark),
        };
        row(
            &format!("  {sent}"),
            &summary(&observed),
            &saw,
            &observed.runs.len().to_string(),
            if kept { "" } else { "<-- NOT AS PROMISED" },
        );
    }

    pub(crate) fn finish(self) -> ExitCode {
        let Self {
            lines,
            requests,
            runs,
            broken,
            began,
        } = self;
        println!(
            "\n{requests} requests over HTTP, {runs} runs of the handler, {:.1?}",
            began.elapsed()
        );
        if broken == 0 {
            println!("All {lines} lines are as promised.");
            ExitCode::SUCCESS
        } else {
            println!("{broken} of {lines} lines are NOT as promised.");
            ExitCode::FAILURE
        }
    }
}

/// `200`, `200 x50`, `503 x2, 200 x2`.
fn summary(observed: &Observed) -> String {
    let statuses: Vec<_> = observed
        .answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    let groups = statuses.chunk_by(|one, next| one == next);
    let texts: Vec<_> = groups
        .filter_map(|group| match group {
            [only] => Some(only.to_string()),
            [first, ..] => Some(format!("{first} x{}", group.len())),
            [] => None,
        })
        .collect();
    texts.join(", ")
}

fn row(sent: &str, answered: &str, saw: &str, ran: &str, remark: &str) {
    let line = format!("{sent:<47} {answered:<15} {saw:<46} {ran:>3} {remark}");
    println!("{}", line.trim_end());
}
