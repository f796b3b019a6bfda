//! `receivers`: each endpoint and its state.

use std::collections::BTreeMap;

use askama::Template;
use hookgate::{Finding, Receiver, Severity, UnixTime, inbox::Totals};
use serde::Serialize;

use super::{
    Asked, Frame, live,
    words::{sign, tone, words},
};
use crate::{answer::Refused, query::Query, recent::Tally};

#[derive(Template, Serialize)]
#[template(path = "overview.html")]
pub(super) struct Overview {
    #[serde(skip)]
    frame: Frame,
    /// `null` where no inbox is shown. `false`: what stands here is without its counts, holds and pauses.
    inbox_answered: Option<bool>,
    endpoints: Vec<Endpoint>,
}

#[derive(Default, Serialize)]
struct Endpoint {
    name: String,
    pack: Option<String>,
    states: Vec<State>,
    window: Option<String>,
    retention: Option<String>,
    handlers_running: Option<usize>,
    last_verified: Option<String>,
    last_refused: Option<String>,
    last_refused_reason: Option<&'static str>,
    counts: Vec<Count>,
    inbox: Option<Kept>,
    findings: Vec<Found>,
    #[serde(skip)]
    list: String,
}

/// A state in words, with what it means where that is not plain.
#[derive(Serialize)]
struct State {
    #[serde(skip)]
    tone: &'static str,
    #[serde(skip)]
    sign: &'static str,
    state: &'static str,
    more: Option<String>,
}

/// How many deliveries ended so since the process began: what the metrics count.
#[derive(Serialize)]
struct Count {
    outcome: &'static str,
    reason: &'static str,
    count: u64,
    #[serde(skip)]
    link: String,
    #[serde(skip)]
    sign: &'static str,
    #[serde(skip)]
    tone: &'static str,
}

#[derive(Serialize)]
struct Kept {
    queued: u64,
    oldest_queued: Option<String>,
    dead: u64,
    oldest_dead: Option<String>,
    quarantined: u64,
    worker_asked: Option<String>,
}

#[derive(Serialize)]
struct Found {
    severity: &'static str,
    code: &'static str,
    what: String,
    advice: &'static str,
}

pub(super) async fn page(asked: &Asked<'_>) -> Result<Overview, Refused> {
    let shown = asked.shown;
    let told = live::told(shown).await?;
    let mut frame = asked.frame("receivers", "Receivers");
    frame.cursor = Some(live::cursor(shown, &told));
    frame.is_inbox_away = told.answered == Some(false);
    let mut endpoints: BTreeMap<String, Endpoint> = BTreeMap::new();
    for receiver in &shown.receivers {
        named(&mut endpoints, receiver.name()).add_receiver(receiver);
    }
    let tallies = shown.recent.as_ref().map(|recent| recent.tallies());
    for (name, tally) in tallies.into_iter().flatten() {
        named(&mut endpoints, &name).add_tally(&tally, asked, &name);
    }
    for totals in &told.totals {
        named(&mut endpoints, &totals.endpoint).add_totals(totals);
    }
    let mut endpoints: Vec<_> = endpoints.into_values().collect();
    for endpoint in &mut endpoints {
        let of_it = Query::default().with("receiver", &endpoint.name);
        endpoint.list = asked.link("deliveries", &of_it);
    }
    Ok(Overview {
        frame,
        inbox_answered: told.answered,
        endpoints,
    })
}

fn named<'a>(endpoints: &'a mut BTreeMap<String, Endpoint>, name: &str) -> &'a mut Endpoint {
    endpoints
        .entry(name.to_owned())
        .or_insert_with(|| Endpoint {
            name: name.to_owned(),
            ..Endpoint::default()
        })
}

fn time(at: UnixTime) -> String {
    at.to_rfc3339()
}

impl Endpoint {
    fn add_receiver(&mut self, receiver: &Receiver) {
        self.pack = Some(receiver.pack().to_owned());
        self.states.push(if receiver.is_refusing() {
            State::bad("refusing", "the process is about to stop".to_owned())
        } else {
            State::good("accepting")
        });
        self.window = Some(receiver.window().map_or_else(
            || "not checked".to_owned(),
            |it| format!("{} past, {} ahead", words(it.past), words(it.future)),
        ));
        self.retention = Some(words(receiver.retention()));
        self.handlers_running = Some(receiver.busy().handlers);
        self.findings.extend(receiver.check().iter().map(Found::of));
    }

    fn add_tally(&mut self, tally: &Tally, asked: &Asked<'_>, name: &str) {
        self.last_verified = tally.last_verified.map(time);
        self.last_refused = tally.last_refused.map(|(at, _)| time(at));
        self.last_refused_reason = tally.last_refused.map(|(_, reason)| reason.as_str());
        if let Some((at, ago)) = tally.silent {
            let more = format!("told {}: none was accepted for {}", time(at), words(ago));
            self.states.push(State::bad("silent", more));
        }
        let counts = tally.counts.values().map(|(reason, count)| {
            let of_it = Query::default()
                .with("receiver", name)
                .with("reason", reason.as_str());
            let outcome = reason.outcome();
            Count {
                outcome,
                reason: reason.as_str(),
                count: *count,
                link: asked.link("deliveries", &of_it),
                sign: sign(outcome),
                tone: tone(outcome),
            }
        });
        self.counts = counts.collect();
    }

    fn add_totals(&mut self, totals: &Totals) {
        if totals.is_held {
            self.states.push(State::bad(
                "held",
                "by an operator, until it is resumed".to_owned(),
            ));
        }
        if let Some(pause) = totals.pause {
            let (reason, left) = (pause.reason.as_str(), words(pause.left));
            let more = format!(
                "breaker open, {reason}: {} in a row, tries again in {left}",
                pause.strikes
            );
            self.states.push(State::bad("paused", more));
        }
        self.inbox = Some(Kept {
            queued: totals.queued,
            oldest_queued: totals.oldest_queued.map(words),
            dead: totals.dead,
            oldest_dead: totals.oldest_dead.map(words),
            quarantined: totals.quarantined,
            worker_asked: totals.asked.map(words),
        });
        self.findings
            .extend(totals.findings().iter().map(Found::of));
    }
}

impl State {
    fn good(state: &'static str) -> Self {
        Self {
            tone: "good",
            sign: "✓",
            state,
            more: None,
        }
    }

    fn bad(state: &'static str, more: String) -> Self {
        Self {
            tone: "bad",
            sign: "✕",
            state,
            more: Some(more),
        }
    }
}

impl Found {
    fn of(finding: &Finding) -> Self {
        Self {
            severity: match finding.severity() {
                Severity::Note => "note",
                Severity::Warning => "warning",
                _ => "danger",
            },
            code: finding.code(),
            what: finding.what().to_owned(),
            advice: finding.advice(),
        }
    }
}
