//! [`Report`]: what a person reads, and what a program reads. Nothing in it is secret or personal.

use std::io::{
    Write, {self},
};

use serde::Serialize;

use super::{
    case::Case,
    court::Ruling,
    finding::{Confidence, Finding},
    search::Explanation,
    words::{count, shown_method},
};
use crate::output::screen::{Line, Screen, Tone};

/// Columns of a line.
const WIDTH: usize = 88;

/// Whose request is explained.
pub(crate) struct Subject {
    pub(crate) provider: String,
    /// The header that shows it, where nobody named it.
    pub(crate) recognised_by: Option<&'static str>,
    pub(crate) notes: Vec<String>,
}

/// The members of the JSON form.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recognised_by: Option<&'static str>,
    /// The name of the key that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    time_checked: bool,
    /// Whether the request would be accepted without the mistakes that are certain.
    complete: bool,
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tried: Vec<Tried>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    next: &'a [&'static str],
    notes: &'a [String],
    #[serde(skip)]
    in_words: String,
    #[serde(skip)]
    request: String,
    #[serde(skip)]
    keys: String,
    #[serde(skip)]
    judged: usize,
    #[serde(skip)]
    exhausted: bool,
    #[serde(skip)]
    is_open: bool,
}

#[derive(Serialize)]
struct Tried {
    what: &'static str,
    changes: usize,
}

impl Explanation {
    /// Whether a cause was found that is likely or certain.
    pub(crate) fn is_explained(&self) -> bool {
        let sure = |finding: &Finding| finding.confidence != Confidence::Possible;
        self.findings.iter().any(sure)
    }
}

impl<'a> Report<'a> {
    pub(crate) fn new(subject: &'a Subject, case: &'a Case, explanation: &'a Explanation) -> Self {
        let accepted = match explanation.ruling {
            Ruling::Accepted(key) => Some(key),
            _ => None,
        };
        let keys: Vec<String> = case
            .keys
            .iter()
            .map(|key| format!("{} (read as {})", key.name, key.reading.in_words()))
            .collect();
        Self {
            verdict: if accepted.is_some() {
                "accepted"
            } else {
                "rejected"
            },
            reason: explanation.ruling.reason(),
            provider: &subject.provider,
            recognised_by: subject.recognised_by,
            key: accepted
                .flatten()
                .and_then(|place| case.keys.get(place))
                .map(|key| key.name.as_str()),
            time_checked: case.now.is_some(),
            complete: explanation.complete,
            findings: &explanation.findings,
            tried: explanation
                .tried
                .iter()
                .map(|(what, changes)| Tried {
                    what,
                    changes: *changes,
                })
                .collect(),
            next: &explanation.next,
            notes: &subject.notes,
            in_words: explanation.ruling.in_words(),
            request: format!(
                "{}, {}, a body of {}",
                shown_method(&case.method),
                count(case.headers.len(), "header"),
                count(case.body.len(), "byte")
            ),
            keys: if keys.is_empty() {
                "none".to_owned()
            } else {
                keys.join(", ")
            },
            judged: explanation.judged,
            exhausted: explanation.exhausted,
            is_open: explanation.is_open,
        }
    }

    pub(crate) fn write(&self, json: bool) -> io::Result<()> {
        let mut screen = Screen::stdout();
        if json {
            screen.pretty_json(self)
        } else {
            self.write_text(&mut screen)
        }
    }

    fn write_text(&self, screen: &mut Screen<impl Write>) -> io::Result<()> {
        self.write_subject(screen)?;
        for (number, finding) in (1..).zip(self.findings) {
            screen.say("")?;
            let tone = match finding.confidence {
                Confidence::Certain => Tone::Bad,
                Confidence::Likely => Tone::Neutral,
                Confidence::Possible => Tone::Faint,
            };
            let mut label = screen.begin();
            label.text(format_args!("{number}. "));
            label.strong(tone, finding.confidence.as_str()).text(": ");
            paragraph(screen, label, "   ", &finding.cause)?;
            let mut arrow = screen.begin();
            arrow.text("   → ");
            paragraph(screen, arrow, "     ", &finding.advice)?;
        }
        screen.say("")?;
        self.write_end(screen)
    }

    /// The case that was judged, and how.
    fn write_subject(&self, screen: &mut Screen<impl Write>) -> io::Result<()> {
        let mut row = |label: &str, value: &str| screen.say(format_args!("{label:<10}{value}"));
        row("request", &self.request)?;
        let provider = match self.recognised_by {
            Some(by) => format!("{} (recognised by {by})", self.provider),
            None => self.provider.to_owned(),
        };
        row("provider", &provider)?;
        row("keys", &self.keys)?;
        if !self.time_checked {
            row(
                "clock",
                "time is not checked: --now says when the request arrived",
            )?;
        }
        for note in self.notes {
            row("note", note)?;
        }
        let mut verdict = screen.begin();
        verdict.text(format_args!("{:<10}", "verdict"));
        let Some(reason) = self.reason else {
            verdict.strong(Tone::Good, "accepted");
            return screen.line(verdict);
        };
        verdict.strong(Tone::Bad, "refused").text(" ");
        let text = format!("({reason}): {}", self.in_words);
        paragraph(screen, verdict, &" ".repeat(10), &text)
    }

    fn write_end(&self, screen: &mut Screen<impl Write>) -> io::Result<()> {
        let certain = |finding: &Finding| finding.confidence == Confidence::Certain;
        if self.reason.is_none() {
            if self.findings.is_empty() {
                screen.say("Nothing is wrong: the middleware hands this event on.")?;
            }
            return Ok(());
        }
        if self.complete {
            let these = if self.findings.len() == 1 {
                "this"
            } else {
                "these"
            };
            return screen.say(format_args!(
                "Without {these}, the middleware accepts the request."
            ));
        }
        if self.findings.iter().any(certain) {
            screen.say(if self.is_open {
                "That is not all: without it, the middleware still refuses the request."
            } else {
                "Beyond that nothing more was found."
            })?;
        }
        if self.is_open {
            self.write_tried(screen)?;
        }
        if self.exhausted {
            screen.say(
                "The search ended at its bound; a smaller request would be searched further.",
            )?;
        }
        Ok(())
    }
}

impl Report<'_> {
    /// What was tried without success, and what would help.
    fn write_tried(&self, screen: &mut Screen<impl Write>) -> io::Result<()> {
        screen.say(format_args!(
            "No change makes the proof match. Tried, {}:",
            count(self.judged, "request")
        ))?;
        for tried in &self.tried {
            let mut label = screen.begin();
            label.text(format_args!("  {:>5} × ", tried.changes));
            paragraph(screen, label, "          ", tried.what)?;
        }
        screen.say(
            "Still possible: a secret of another account or environment, or a body with other content.",
        )?;
        screen.say("What would help next:")?;
        for next in self.next {
            let mut label = screen.begin();
            label.text("  - ");
            paragraph(screen, label, "    ", next)?;
        }
        Ok(())
    }
}

/// Text after a label, broken at blanks.
fn paragraph(
    screen: &mut Screen<impl Write>,
    label: Line,
    indent: &str,
    text: &str,
) -> io::Result<()> {
    let mut line = label;
    for (place, word) in text.split(' ').enumerate() {
        if place > 0 {
            if line.columns() + 1 + word.chars().count() > WIDTH {
                screen.line(std::mem::replace(&mut line, screen.begin()))?;
                line.text(indent);
            } else {
                line.text(" ");
            }
        }
        line.text(word);
    }
    screen.line(line)
}
