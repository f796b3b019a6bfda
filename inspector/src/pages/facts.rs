//! [`Facts`]: what is known of one delivery, by name. Two are compared by it.

use std::sync::Arc;

use hookgate::{
    EventKey, UnixTime,
    inbox::{Masked, MaskedRequest, ProvedBy, Stands},
};
use serde::Serialize;

use super::{
    Asked,
    words::{state, words},
};
use crate::{answer::Refused, recent::Seen, text::Text};

/// One delivery: as it was seen here, or as an inbox keeps it.
pub(super) enum Subject {
    Seen(Arc<Seen>),
    Kept(Box<Masked>),
}

/// What was found, and whether the inbox answered where it was asked.
pub(super) struct Found {
    pub(super) subject: Subject,
    pub(super) inbox_answered: Option<bool>,
}

/// One thing that is known.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: Text,
}

/// What is known of one delivery.
#[derive(Default)]
pub(super) struct Facts(pub(super) Vec<Fact>);

impl Subject {
    /// By the number of one that was seen, or an event's key. Where the inbox does not answer, it is what was seen here.
    pub(super) async fn find(asked: &Asked<'_>, name: &str) -> Result<Found, Refused> {
        let recent = asked.shown.recent.as_ref();
        if let Some(key) = EventKey::from_hex(name) {
            let kept = Keeps::ask(asked, &key).await;
            let inbox_answered = kept.answered();
            let seen = || recent.and_then(|recent| recent.of_key(&key).pop());
            let subject = match kept {
                Keeps::Event(kept) => Self::Kept(kept),
                Keeps::Nothing | Keeps::NoInbox => Self::Seen(seen().ok_or(Refused::NOT_FOUND)?),
                Keeps::Unknown => Self::Seen(seen().ok_or(Refused::NO_INBOX)?),
            };
            return Ok(Found {
                subject,
                inbox_answered,
            });
        }
        let number = name.parse().map_err(|_| Refused::NOT_FOUND)?;
        let seen = recent.and_then(|recent| recent.get(number));
        Ok(Found {
            subject: Self::Seen(seen.ok_or(Refused::NOT_FOUND)?),
            inbox_answered: None,
        })
    }

    pub(super) fn key(&self) -> Option<EventKey> {
        match self {
            Self::Seen(seen) => seen.event.as_ref().map(|event| event.key),
            Self::Kept(kept) => Some(kept.listed.key),
        }
    }

    /// What it is called beside another one.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Seen(seen) => format!("{} at {}", seen.reason, seen.at.to_rfc3339()),
            Self::Kept(kept) => format!("kept since {}", kept.listed.accepted_at.to_rfc3339()),
        }
    }

    pub(super) fn facts(&self, asked: &Asked<'_>) -> Facts {
        let mut facts = Facts::default();
        match self {
            Self::Seen(seen) => facts.add_seen(asked, seen),
            Self::Kept(kept) => facts.add_kept(asked, kept),
        }
        facts
    }
}

/// What an inbox keeps of an event, without anything of its sender's.
pub(super) enum Keeps {
    Event(Box<Masked>),
    Nothing,
    /// It did not answer.
    Unknown,
    /// None is shown.
    NoInbox,
}

impl Keeps {
    pub(super) async fn ask(asked: &Asked<'_>, key: &EventKey) -> Self {
        let Some(inbox) = &asked.shown.inbox else {
            return Self::NoInbox;
        };
        match inbox.show(key).await {
            Ok(Some(kept)) => Self::Event(Box::new(kept)),
            Ok(None) => Self::Nothing,
            Err(_) => Self::Unknown,
        }
    }

    /// `None` where none is shown.
    pub(super) fn answered(&self) -> Option<bool> {
        match self {
            Self::Event(_) | Self::Nothing => Some(true),
            Self::Unknown => Some(false),
            Self::NoInbox => None,
        }
    }
}

impl Facts {
    pub(super) fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push(Fact {
            name: name.to_owned(),
            value: Text(value.into()),
        });
    }

    fn add_time(&mut self, name: &str, at: Option<UnixTime>) {
        if let Some(at) = at {
            self.add(name, at.to_rfc3339());
        }
    }

    fn add_window(
        &mut self,
        asked: &Asked<'_>,
        endpoint: &str,
        sent: Option<(UnixTime, UnixTime)>,
    ) {
        let mut receivers = asked.shown.receivers.iter();
        let receiver = receivers.find(|receiver| receiver.name() == endpoint);
        if let Some(window) = receiver.and_then(|receiver| receiver.window()) {
            let (past, future) = (words(window.past), words(window.future));
            self.add("window", format!("{past} past, {future} ahead"));
        }
        if let Some((sent_at, received_at)) = sent {
            self.add("age when it came", words(received_at.since(sent_at)));
        }
    }

    fn add_seen(&mut self, asked: &Asked<'_>, seen: &Seen) {
        self.add("receiver", &*seen.endpoint);
        self.add("ended at", seen.at.to_rfc3339());
        let Some(event) = &seen.event else {
            return;
        };
        self.add("event key", event.key.to_string());
        self.add("type", event.event_type);
        self.add("matched key", &*event.key_id);
        self.add("received at", event.received_at.to_rfc3339());
        self.add_time("signed at", event.sent_at);
        self.add_time("occurred at", event.occurred_at);
        let sent = event.sent_at.map(|sent| (sent, event.received_at));
        self.add_window(asked, &seen.endpoint, sent);
    }

    fn add_kept(&mut self, asked: &Asked<'_>, kept: &Masked) {
        let listed = &kept.listed;
        self.add("receiver", &*listed.endpoint);
        self.add("event key", listed.key.to_string());
        self.add("type", &*listed.event_type);
        self.add("matched key", &*listed.key_id);
        self.add("accepted at", listed.accepted_at.to_rfc3339());
        self.add("state", state(listed.stands));
        match listed.stands {
            Stands::Waits { due } => self.add("due at", due.to_rfc3339()),
            Stands::Dead { reason, at } => {
                self.add("dead because", reason.as_str());
                self.add("died at", at.to_rfc3339());
            }
            Stands::Behind | Stands::Runs => {}
        }
        self.add("runs begun", listed.attempt.to_string());
        self.add("runs failed", listed.failures.to_string());
        self.add("runs vanished", listed.vanished.to_string());
        self.add("replays", listed.replays.to_string());
        if listed.is_quarantined {
            self.add("quarantined", "it could not be decoded");
        }
        if let Some(bytes) = kept.error_bytes {
            self.add("last error", format!("{bytes} bytes"));
        }
        match &kept.request {
            Ok(request) => self.add_request(asked, &listed.endpoint, request),
            Err(_) => self.add(
                "request",
                "it cannot be read: encrypted, damaged or of another release",
            ),
        }
    }

    fn add_request(&mut self, asked: &Asked<'_>, endpoint: &str, request: &MaskedRequest) {
        self.add("pack", &*request.pack);
        self.add(
            "proved by",
            match request.proved_by {
                ProvedBy::Signature => "signature",
                ProvedBy::Access => "access",
                ProvedBy::OwnCall => "our own call",
                _ => "other",
            },
        );
        self.add("received at", request.received_at.to_rfc3339());
        self.add_time("signed at", request.sent_at);
        let sent = request.sent_at.map(|sent| (sent, request.received_at));
        self.add_window(asked, endpoint, sent);
        self.add("method", request.method);
        self.add("path", format!("{} bytes", request.path));
        for (name, bytes) in &request.headers {
            self.add(&format!("header {name}"), format!("{bytes} bytes"));
        }
        self.add("body", format!("{} bytes", request.body));
        if let Some(shape) = &request.shape {
            self.add("shape of the body", shape.to_string());
        }
    }
}
