//! [`Report`]: what a person reads, and what a program reads. Nothing in it is secret or personal.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::{
    case::Case,
    court::Ruling,
    finding::{Confidence, Finding},
    search::Explanation,
    words::{count, shown_method},
};

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
}

#[derive(Serialize)]
struct Tried {
    what: &'static str,
    changes: usize,
}

impl Explanation {
    /// Whether a cause was found that is more than possible.
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
        }
    }

    pub(crate) fn write(&self, json: bool) -> io::Result<()> {
        let output = io::stdout();
        let paint = Paint(output.is_terminal() && std::env::var_os("NO_COLOR").is_none());
        let mut output = output.lock();
        if json {
            serde_json::to_writer_pretty(&mut output, self)?;
            writeln!(output)?;
        } else {
            self.write_text(&mut output, paint)?;
        }
        output.flush()
    }

    fn write_text(&self, output: &mut impl Write, paint: Paint) -> io::Result<()> {
        let mut row = |label: &str, value: &str| writeln!(output, "{label:<10}{value}");
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
        match self.reason {
            None => row("verdict", &paint.good("accepted"))?,
            Some(reason) => {
                let label = format!("{:<10}{} ", "verdict", paint.bad("refused"));
                let text = format!("({reason}): {}", self.in_words);
                paragraph(
                    output,
                    &label,
                    paint.columns(&label),
                    &" ".repeat(10),
                    &text,
                )?;
            }
        }
        for (number, finding) in (1..).zip(self.findings) {
            writeln!(output)?;
            let confidence = paint.sure(finding.confidence);
            let label = format!("{number}. {confidence}: ");
            let indent = "   ";
            paragraph(
                output,
                &label,
                paint.columns(&label),
                indent,
                &finding.cause,
            )?;
            paragraph(output, "   → ", 5, "     ", &finding.advice)?;
        }
        writeln!(output)?;
        self.write_end(output)
    }

    fn write_end(&self, output: &mut impl Write) -> io::Result<()> {
        let certain = |finding: &Finding| finding.confidence == Confidence::Certain;
        if self.reason.is_none() {
            if self.findings.is_empty() {
                writeln!(
                    output,
                    "Nothing is wrong: the middleware hands this event on."
                )?;
            }
            return Ok(());
        }
        if self.complete {
            let these = if self.findings.len() == 1 {
                "this"
            } else {
                "these"
            };
            return writeln!(
                output,
                "Without {these}, the middleware accepts the request."
            );
        }
        if self.findings.iter().any(certain) {
            writeln!(output, "Beyond that nothing more was found.")?;
        } else {
            writeln!(
                output,
                "No change makes the proof match. Tried, {}:",
                count(self.judged, "request")
            )?;
            for tried in &self.tried {
                let label = format!("  {:>4} × ", tried.changes);
                paragraph(output, &label, 9, "         ", tried.what)?;
            }
            writeln!(
                output,
                "Left: a secret of another account or environment, or a body that was changed in its content."
            )?;
        }
        if self.exhausted {
            writeln!(
                output,
                "The search ended at its bound; a smaller request would be searched further."
            )?;
        }
        Ok(())
    }
}

/// Text after a label, broken at blanks.
fn paragraph(
    output: &mut impl Write,
    label: &str,
    columns: usize,
    indent: &str,
    text: &str,
) -> io::Result<()> {
    write!(output, "{label}")?;
    let mut column = columns;
    for (place, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if place > 0 {
            if column + 1 + length > WIDTH {
                write!(output, "\n{indent}")?;
                column = indent.len();
            } else {
                write!(output, " ")?;
                column += 1;
            }
        }
        write!(output, "{word}")?;
        column += length;
    }
    writeln!(output)
}

/// Colours, on a terminal.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn paint(self, code: u8, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[1;{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn good(self, text: &str) -> String {
        self.paint(32, text)
    }

    fn bad(self, text: &str) -> String {
        self.paint(31, text)
    }

    fn sure(self, confidence: Confidence) -> String {
        let code = match confidence {
            Confidence::Certain => 31,
            Confidence::Likely => 33,
            Confidence::Possible => 36,
        };
        self.paint(code, confidence.as_str())
    }

    /// The columns that a label takes, without its colours.
    fn columns(self, label: &str) -> usize {
        label.chars().count() - if self.0 { 11 } else { 0 }
    }
}
