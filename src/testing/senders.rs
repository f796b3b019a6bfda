//! A [`Sender`] for each pack.
//!
//! The closure makes the event that the application's handler handles; what is unknown or of another
//! shape is made here. Put [`Asked::id`] where the sender has an event's id, and [`Asked::personal`]
//! where it has personal data.

use bytes::Bytes;
use serde_json::json;

use super::{Asked, Content, Sender};
#[cfg(feature = "public-keys")]
use crate::keys::JwsAlgorithm;
use crate::{
    providers::{
        facephi::{FacephiSimulator, Topic},
        idcloud::IdCloudSimulator,
        logto::LogtoSimulator,
        preset::{PresetSimulator, StandardWebhooksSimulator},
        unico_check::UnicoCheckSimulator,
    },
    schemes::{Recipe, SchemeConfig},
    setup::BuildError,
    simulator::{Sent, Signer},
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

/// A sender of your own that signs with a secret as `config` says: a MAC in a header, or in the body. It needs no
/// signing code. [`Asked::id`] is the signed id where the scheme has one. Where it has none, put it into the body: equal
/// bodies are one event.
///
/// Bodies are sent as `application/json`. Where the settings sign one member of the body, data of another shape has no
/// such member, and is left out. For another content type or method write a closure with a
/// [`Signer`].
///
/// # Errors
///
/// When the settings cannot be right, or are those of a signature by a private key: see `signed_request`.
///
/// ```
/// use hookgate::{
///     schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
///     testing::senders,
/// };
/// use serde_json::json;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // The settings of the application's own `Preset::custom`.
/// let config = HmacHeaderConfig::new("x-acme-signature", SignatureEncoding::Hex)
///     .timestamp("x-acme-time", TimestampForm::Seconds)
///     .template("{timestamp}.{body}");
/// let acme = senders::custom("/webhooks/acme", config, |asked| {
///     json!({ "id": asked.id(), "name": asked.personal() }).to_string()
/// })?;
/// # let _ = acme;
/// # Ok(())
/// # }
/// ```
pub fn custom<B: Into<Bytes>>(
    path: impl Into<String>,
    config: impl Into<SchemeConfig>,
    usual: impl Fn(&Asked<'_>) -> B,
) -> Result<impl Sender, BuildError> {
    let (path, config) = (path.into(), config.into());
    Signer::new(config.clone(), "told at once what is wrong")?;
    Ok(move |asked: &Asked<'_>| {
        let signer = Signer::new(config.clone(), asked.secret).ok()?;
        signed(&signer, &path, asked, body_of(asked, &usual)?)
    })
}

/// A sender of your own that signs its requests with a private key as `config` says (feature `jwt`). `keys` are in PEM:
/// its own, whose public half the application has, and one of somebody else. Both are keys of `algorithm`.
///
/// The application has a public key of its own, so `RotatedKey` is left out. [`Asked::id`] is the nonce where the scheme
/// has one. Put it into the body too: equal bodies are one event.
///
/// # Errors
///
/// When the settings cannot be right; when a key cannot be read, or is not one of the algorithm's. When requests name their
/// key in a header: a closure with a [`Signer`] gives that name ([`Signer::key_id`]).
///
/// ```no_run
/// use hookgate::{keys::JwsAlgorithm, schemes::SignedRequestConfig, testing::senders};
/// use serde_json::json;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let keys = [std::fs::read("acme.key.pem")?, std::fs::read("other.key.pem")?];
/// let config = SignedRequestConfig::new("x-acme-signature");
/// let acme = senders::signed_request("/webhooks/acme", config, JwsAlgorithm::Rs256, keys, |asked| {
///     json!({ "id": asked.id(), "name": asked.personal() }).to_string()
/// })?;
/// # let _ = acme;
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "public-keys")]
pub fn signed_request<B: Into<Bytes>>(
    path: impl Into<String>,
    config: impl Into<SchemeConfig>,
    algorithm: JwsAlgorithm,
    keys: [impl AsRef<[u8]>; 2],
    usual: impl Fn(&Asked<'_>) -> B,
) -> Result<impl Sender, BuildError> {
    let (path, config) = (path.into(), config.into());
    if matches!(&config, SchemeConfig::PublicKeySignature(config) if config.key_id_header.is_some())
    {
        return Err(BuildError::Scheme(
            "requests name their key: play this sender with a closure and `Signer::key_id`",
        ));
    }
    let [own, others] = keys;
    let signer = |key: &[u8]| Signer::private_key(config.clone(), key, algorithm);
    let (own, others) = (signer(own.as_ref())?, signer(others.as_ref())?);
    Ok(move |asked: &Asked<'_>| {
        let signer = if asked.is_by_another_key() {
            &others
        } else {
            &own
        };
        signed(signer, &path, asked, body_of(asked, &usual)?)
    })
}

fn signed(signer: &Signer, path: &str, asked: &Asked<'_>, body: Bytes) -> Option<Sent> {
    let sent = Sent::post(path, "application/json", body);
    signer.sign(sent, asked.id(), asked.at).ok()
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
