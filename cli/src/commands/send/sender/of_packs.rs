//! What the simulators of packs send of an event's name.

use std::io;

use hookgate::{
    providers::{
        facephi::{FacephiSimulator, Topic},
        idcloud::{IdCloudSimulator, State, Status},
        logto::{LogtoSimulator, User},
        unico_check::{
            UnicoCheckSimulator, {self},
        },
    },
    simulator::Sent,
};
use serde_json::{Value, json};

use super::{Event, Sender, sample_of};
use crate::settings::cloud_events;

impl Sender {
    pub(super) fn facephi(&self, event: &Event, attempt: usize) -> io::Result<Sent> {
        let mut facephi = FacephiSimulator::new(&self.key, event.at)
            .operation(event.identity.uuid())
            .recipe(self.recipe)
            .path(&self.path);
        for _ in 1..attempt {
            facephi = facephi.retry();
        }
        let topic = Topic::ALL.iter().find(|topic| names(**topic, &event.name));
        match (&event.body, topic) {
            (None, Some(topic)) => Ok(facephi.send(*topic)),
            (None, None) => Err(unknown(self.provider, &event.name)),
            (Some(data), topic) => {
                let data: Value = serde_json::from_slice(data)
                    .map_err(|_| io::Error::other("the data is not JSON"))?;
                let name = topic.map_or(event.name.as_str(), |topic| topic.event_type());
                Ok(facephi.event(name, &data))
            }
        }
    }

    pub(super) fn logto(&self, event: &Event) -> io::Result<Sent> {
        let key = std::str::from_utf8(&self.key)
            .map_err(|_| io::Error::other("Logto's signing keys are text"))?;
        let logto = LogtoSimulator::new(key, event.at).path(&self.path);
        if let Some(body) = &event.body {
            return Ok(logto.body(body.clone()));
        }
        let id = event.identity.hex();
        let user = || User::new(id.get(..12).unwrap_or_default(), event.at);
        Ok(match event.name.as_str() {
            "PostSignIn" => logto.post_sign_in(user()),
            "PostRegister" => logto.post_register(user()),
            "User.Created" => logto.user_created(user()),
            other => logto.unknown(other),
        })
    }

    pub(super) fn idcloud(&self, event: &Event) -> io::Result<Sent> {
        let unico = IdCloudSimulator::new().path(&self.path);
        if let Some(body) = &event.body {
            return Ok(unico.body(body.clone()));
        }
        let id = event.identity.uuid();
        let state = |state| Ok(unico.process(&id, state, "idunico"));
        let status = |status: Status| Ok(unico.transaction(&id, status));
        match event.name.as_str() {
            "process_finished" => state(State::Finished),
            "process_created" => state(State::Created),
            "process_failed" => state(State::Failed),
            "status_divergence" => status(Status::Divergence),
            "status_concluded" => status(Status::Concluded),
            "status_cancelled" => status(Status::Cancelled),
            "status_error" => status(Status::Error),
            other => Err(unknown(self.provider, other)),
        }
    }

    pub(super) fn unico_check(&self, event: &Event) -> io::Result<Sent> {
        let unico = UnicoCheckSimulator::new().path(&self.path);
        if let Some(body) = &event.body {
            return Ok(unico.body(body.clone()));
        }
        let id = event.identity.uuid();
        match event.name.as_str() {
            "update_process" => {
                Ok(unico.update_process(&id, unico_check::Status::Concluded, Some(14)))
            }
            "flat" => Ok(unico.flat(&id, unico_check::Status::Concluded)),
            other => Err(unknown(self.provider, other)),
        }
    }

    /// What its signer completes: a message of this type, or text that is published.
    pub(super) fn sns(&self, event: &Event) -> Sent {
        let (id, at) = (event.identity.uuid(), event.at.to_rfc3339());
        let body = event.body.clone().unwrap_or_else(|| {
            // The signer has a text for confirmations.
            let published = (event.name == "Notification").then(|| self.text(event));
            let message = json!({
                "Type": event.name, "MessageId": id, "Timestamp": at, "Message": published,
            });
            message.to_string().into_bytes()
        });
        let content_type = self.sender.map(|it| it.content_type).unwrap_or_default();
        Sent::post(&self.path, content_type, body)
    }
}

/// The events of `provider` that are sent without a body of one's own.
pub(crate) fn events(provider: &str) -> Vec<String> {
    let known: &[&str] = match provider {
        "facephi" => {
            let topics = Topic::ALL.iter();
            return topics.map(|topic| short(*topic).to_owned()).collect();
        }
        "logto" => &["PostSignIn", "PostRegister", "User.Created"],
        "idcloud" => &[
            "process_finished",
            "process_created",
            "process_failed",
            "status_divergence",
            "status_concluded",
            "status_cancelled",
            "status_error",
        ],
        "unico-check" => &["update_process", "flat"],
        "sns" => &[
            "Notification",
            "SubscriptionConfirmation",
            "UnsubscribeConfirmation",
        ],
        cloud_events::NAME => &["com.example.order.placed"],
        other => sample_of(other).types,
    };
    known.iter().map(|name| (*name).to_owned()).collect()
}

/// `id_captured` of the full type.
fn short(topic: Topic) -> &'static str {
    let event_type = topic.event_type();
    let without_version = event_type
        .rsplit_once('.')
        .map_or(event_type, |(name, _)| name);
    without_version
        .rsplit_once('.')
        .map_or(without_version, |(_, name)| name)
}

/// By its short name, its type, or its name in the vendor's form.
fn names(topic: Topic, name: &str) -> bool {
    [short(topic), topic.event_type(), topic.name()].contains(&name)
        || short(topic) == name.replace('-', "_")
}

fn unknown(provider: &str, event: &str) -> io::Error {
    io::Error::other(format!(
        "{provider} has no event `{event}` here: `hookgate send {provider}` lists them, and --data sends any"
    ))
}
