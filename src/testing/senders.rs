//! A [`Sender`] for each pack.
//!
//! The closure makes the event that the application's handler handles; what is unknown or of another
//! shape is made here. Put [`Asked::id`] where the sender has an event's id, and [`Asked::personal`]
//! where it has personal data.

use bytes::Bytes;
use serde_json::json;

use super::{Asked, Content, Sender};
use crate::{
    providers::{
        facephi::{FacephiSimulator, Topic},
        idcloud::IdCloudSimulator,
        logto::LogtoSimulator,
        preset::{PresetSimulator, StandardWebhooksSimulator},
        unico_check::UnicoCheckSimulator,
    },
    schemes::Recipe,
    simulator::Sent,
};

/// Logto, sending to `path`.
///
/// ```
/// use hookgate::{providers::logto::User, testing::senders};
///
/// let logto = senders::logto("/webhooks/logto", |logto, asked| {
///     let mut user = User::new(asked.id(), asked.at);
///     user.name = Some(asked.personal().to_owned());
///     logto.post_sign_in(user)
/// });
/// # let _ = logto;
/// ```
pub fn logto(
    path: impl Into<String>,
    usual: impl Fn(&LogtoSimulator, &Asked<'_>) -> Sent,
) -> impl Sender {
    let path = path.into();
    move |asked: &Asked<'_>| {
        let logto = LogtoSimulator::new(asked.secret, asked.at).path(&path);
        Some(match asked.content {
            Content::Usual => usual(&logto, asked),
            Content::UnknownType => logto.unknown(&format!("Hookgate.{}", asked.id())),
            Content::OtherShape => logto.body(
                json!({
                    "event": "User.Created",
                    "createdAt": asked.at.to_rfc3339(),
                    "data": [asked.personal(), asked.id()],
                })
                .to_string(),
            ),
        })
    }
}

/// Facephi, signing by `recipe`. The simulator that the closure gets is in an operation of its own for
/// each event.
///
/// ```
/// use hookgate::{providers::facephi::Topic, schemes::Recipe, testing::senders};
/// use serde_json::json;
///
/// let facephi = senders::facephi("/webhooks/facephi", Recipe::default(), |facephi, asked| {
///     let data = json!({ "status": "SUCCEEDED", "reason": asked.personal() });
///     facephi.event(Topic::OperationFinished.event_type(), &data)
/// });
/// # let _ = facephi;
/// ```
pub fn facephi(
    path: impl Into<String>,
    recipe: Recipe,
    usual: impl Fn(&FacephiSimulator, &Asked<'_>) -> Sent,
) -> impl Sender {
    let path = path.into();
    move |asked: &Asked<'_>| {
        let facephi = FacephiSimulator::new(asked.secret, asked.at)
            .path(&path)
            .recipe(recipe)
            .operation(asked.id());
        Some(match asked.content {
            Content::Usual => usual(&facephi, asked),
            Content::UnknownType => {
                facephi.event("com.facephi.hookgate.unknown", &json!({ "at": asked.id() }))
            }
            Content::OtherShape => facephi.event(
                Topic::OperationFinished.event_type(),
                &json!({ "status": [asked.personal()], "at": asked.id() }),
            ),
        })
    }
}

/// Unico IDCloud. Its credentials are the kit's: [`Kit::credentials`](super::Kit::credentials).
///
/// ```
/// use hookgate::testing::senders;
///
/// let idcloud = senders::idcloud("/webhooks/idcloud", |idcloud, asked| {
///     idcloud.process(asked.id(), "finished".into(), "id")
/// });
/// # let _ = idcloud;
/// ```
pub fn idcloud(
    path: impl Into<String>,
    usual: impl Fn(&IdCloudSimulator, &Asked<'_>) -> Sent,
) -> impl Sender {
    let path = path.into();
    move |asked: &Asked<'_>| {
        let idcloud = IdCloudSimulator::new().path(&path);
        match asked.content {
            Content::Usual => Some(usual(&idcloud, asked)),
            Content::UnknownType => {
                Some(idcloud.process(asked.id(), "hookgate-unknown".into(), "id"))
            }
            // The body is its identity and nothing else.
            Content::OtherShape => None,
        }
    }
}

/// Unico Check. Its credentials are the kit's: [`Kit::credentials`](super::Kit::credentials).
///
/// ```
/// use hookgate::testing::senders;
/// use serde_json::json;
///
/// let unico = senders::unico_check("/webhooks/unico", |unico, asked| {
///     let data = json!({ "id": asked.id(), "status": 3, "name": asked.personal() });
///     unico.body(json!({ "eventDate": asked.at.to_rfc3339(), "event": "update_process", "data": data }).to_string())
/// });
/// # let _ = unico;
/// ```
pub fn unico_check(
    path: impl Into<String>,
    usual: impl Fn(&UnicoCheckSimulator, &Asked<'_>) -> Sent,
) -> impl Sender {
    let path = path.into();
    move |asked: &Asked<'_>| {
        let unico = UnicoCheckSimulator::new().path(&path);
        match asked.content {
            Content::Usual => Some(usual(&unico, asked)),
            Content::UnknownType => Some(
                unico.body(
                    json!({
                        "eventDate": asked.at.to_rfc3339(),
                        "event": "hookgate_unknown",
                        "data": { "id": asked.id(), "name": asked.personal() },
                    })
                    .to_string(),
                ),
            ),
            Content::OtherShape => None,
        }
    }
}

/// A sender that follows Standard Webhooks, with the application's own body: JSON, mostly.
///
/// ```
/// use hookgate::testing::senders;
/// use serde_json::json;
///
/// let sender = senders::standard_webhooks("/webhooks/billing", |asked| {
///     json!({ "type": "invoice.paid", "customer": asked.personal() }).to_string()
/// });
/// # let _ = sender;
/// ```
pub fn standard_webhooks<B: Into<Bytes>>(
    path: impl Into<String>,
    usual: impl Fn(&Asked<'_>) -> B,
) -> impl Sender {
    let path = path.into();
    move |asked: &Asked<'_>| {
        let sender = StandardWebhooksSimulator::new(asked.secret).path(&path);
        let body = body_of(asked, &usual)?;
        Some(sender.send(asked.id(), asked.at, body))
    }
}

/// A sender that a [`PresetSimulator`] plays: `simulator` makes one with the secret that it gets. Where the
/// sender's body has no id, put [`Asked::id`] somewhere: equal bodies are one event.
///
/// ```
/// use hookgate::{providers::preset::PresetSimulator, testing::senders};
/// use serde_json::json;
///
/// let github = senders::preset(
///     "/webhooks/github",
///     |secret| PresetSimulator::github(secret).event_type("push"),
///     |asked| json!({ "after": asked.id(), "pusher": asked.personal() }).to_string(),
/// );
/// # let _ = github;
/// ```
pub fn preset<B: Into<Bytes>>(
    path: impl Into<String>,
    simulator: impl Fn(&str) -> PresetSimulator,
    usual: impl Fn(&Asked<'_>) -> B,
) -> impl Sender {
    let path = path.into();
    move |asked: &Asked<'_>| {
        let body = body_of(asked, &usual)?;
        Some(simulator(asked.secret).path(&path).send(asked.at, body))
    }
}

/// A preset knows no types, so none is unknown.
fn body_of<B: Into<Bytes>>(asked: &Asked<'_>, usual: &impl Fn(&Asked<'_>) -> B) -> Option<Bytes> {
    match asked.content {
        Content::Usual => Some(usual(asked).into()),
        Content::UnknownType => None,
        Content::OtherShape => {
            let body = json!({ "hookgate": [asked.id(), asked.personal()] });
            Some(body.to_string().into())
        }
    }
}
