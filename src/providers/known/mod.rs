//! Everything that is known of each sender, in one row, with the source of each fact.
//!
//! Packs, simulators, the command, the start-up check and the tables of the guides read these rows. A new sender is a file
//! in `rows`, and a line of the list there.

mod body_time;
mod credential;
mod event_type_at;
mod fact;
mod identity;
mod key_owner;
mod not_safely;
mod open_settings;
mod proof;
mod repeats;
mod rows;
mod sample;
mod secret_form;
mod words;

use std::time::Duration;

#[cfg(feature = "public-keys")]
pub(super) use self::rows::sns;
#[cfg(all(feature = "simulator", feature = "public-keys"))]
pub(super) use self::rows::standard_webhooks::ROW as STANDARD_WEBHOOKS;
#[cfg(feature = "simulator")]
pub(super) use self::rows::svix::ROW as SVIX;
pub(super) use self::rows::{
    facephi, idcloud::ROW as IDCLOUD, logto::ROW as LOGTO, unico_check::ROW as UNICO_CHECK,
};
pub use self::{
    body_time::BodyTime,
    credential::{Credential, CredentialForm},
    event_type_at::EventTypeAt,
    fact::Fact,
    identity::Identity,
    key_owner::KeyOwner,
    not_safely::{NOT_SAFELY, NotSafely},
    open_settings::OpenSettings,
    proof::Proof,
    repeats::Repeats,
    rows::ALL,
    sample::Sample,
    secret_form::SecretForm,
    words::duration_in_words,
};
#[cfg(feature = "public-keys")]
use crate::schemes::PublicKeySignatureConfig;
use crate::{
    challenge::Question,
    provider::{Retries, SenderProfile, TimeKind},
    request::form::FORM,
    schemes::SchemeConfig,
};

/// The sender of this name.
///
/// The [catalogue](crate::guide::presets#catalogue) lists all of them.
///
/// ```
/// let github = hookgate::providers::known::find("github").unwrap();
/// assert_eq!(github.secret.unwrap().variable, "GITHUB_WEBHOOK_SECRET");
/// assert!(!github.timeout.is_assumed());
/// ```
pub fn find(name: &str) -> Option<&'static KnownSender> {
    ALL.iter().copied().find(|sender| sender.name == name)
}

/// Everything that is known of one sender.
///
/// # Places
///
/// A place in a body is written as a JSON Pointer (RFC 6901) through objects: `/data/id` is the member `id` of the member
/// `data`. No name in it has a `/` or a `~`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct KnownSender {
    /// The pack's name: part of every event key.
    pub name: &'static str,
    /// The sender's own name.
    pub title: &'static str,
    /// Where the sender documents its webhooks. Known: facts of this row were read at that site. Assumed: nobody read that
    /// page for this row, or the address is that of the whole site.
    pub page: Fact<&'static str>,
    /// How a request is proved.
    pub proof: Fact<Proof>,
    /// How it signs with a private key (feature `public-keys`), where it signs with a secret too. A request may carry either,
    /// or both.
    #[cfg(feature = "public-keys")]
    pub or_by_key: Option<fn() -> PublicKeySignatureConfig>,
    /// The signed text with these headers, where its requests name those that are signed.
    pub template_with: Option<fn(&[String]) -> String>,
    /// What identifies an event.
    pub identity: Fact<Identity>,
    /// When two of its events have equal bodies, where the digest of the body identifies an event: they are one event
    /// then, and the second never reaches a handler. `None`: each such body has an id or a time of its event.
    pub equal_bodies: Option<&'static str>,
    /// Where the type of an event stands.
    pub event_type: Fact<EventTypeAt>,
    /// The signed time that stands in the body. One that the scheme signs beside the body is the scheme's.
    pub body_time: Option<Fact<BodyTime>>,
    /// Whether each attempt is signed anew, with its own time, where the scheme signs one. `false`: with the time of the
    /// first attempt.
    pub signed_anew: Fact<bool>,
    /// How it asks whether the endpoint is ours. Empty: nothing is known of it.
    pub challenges: &'static [Question],
    /// The secret that signs, or the token itself; `None` where there is neither.
    pub secret: Option<SecretForm>,
    /// Whose key that is.
    pub key_owner: KeyOwner,
    /// What it presents to log in, the usual one first. Empty: nothing that tools look for by themselves.
    pub credentials: &'static [Credential],
    /// How long it waits for an answer.
    pub timeout: Fact<Duration>,
    /// Whether, and for how long, it sends again.
    pub retries: Fact<Retries>,
    /// When it sends again, one attempt after the other.
    pub repeats: Fact<Repeats>,
    /// The media types that are taken, lower case, without parameters. The first one is the usual one.
    pub media_types: &'static [&'static str],
    /// The field of a form that holds the JSON of an event, where an owner can choose forms at the sender. Such a form has
    /// no other field. `None`: the sender has no forms, or they are events of their own and stay as they came.
    pub form_field: Option<&'static str>,
    /// What it writes into `content-type` with the usual one, parameters included.
    pub content_type: &'static str,
    /// Whether it indents the JSON that it sends. Few do: elsewhere it is a sign that something wrote the body anew.
    pub indents: bool,
    /// The largest body that it is known to send, in bytes.
    pub largest_body: Option<usize>,
    /// What an operator must know before relying on inline handling.
    pub warning: Option<&'static str>,
    /// What is assumed beside the facts here, and relied on: findings of the start-up check.
    pub assumed: &'static [&'static str],
    /// Headers that give it away. Another sender may write one of them too, but not the same ones. Empty: a request does not
    /// show that it is this sender's.
    pub marks: &'static [&'static str],
    /// Where the body has the event's id, as a JSON Pointer (RFC 6901), for tools that show it.
    pub id_at: Option<&'static str>,
    /// An event as it might write one; `None` where the pack's simulator has its own.
    pub sample: Option<Sample>,
}

/// How much longer than its sender sends again an event is remembered. The last attempt may be a late one, and is then
/// remembered for the window of its signed time.
const PAST_THE_LAST_ATTEMPT: Duration = Duration::from_secs(24 * 3600);

/// The media type of senders that send JSON alone.
pub(super) const JSON: &str = "application/json";

impl KnownSender {
    /// A sender of JSON about which nothing else is known: what rows begin with. Tools that have to send again all the same
    /// do so four times.
    const UNKNOWN: Self = Self {
        name: "",
        title: "",
        page: Fact::assumed(""),
        proof: Fact::assumed(Proof::Access),
        #[cfg(feature = "public-keys")]
        or_by_key: None,
        template_with: None,
        identity: Fact::assumed(Identity::Digest),
        equal_bodies: None,
        event_type: Fact::assumed(EventTypeAt::Nowhere),
        body_time: None,
        signed_anew: Fact::assumed(true),
        challenges: &[],
        secret: None,
        key_owner: KeyOwner::Customer,
        credentials: &[],
        timeout: Fact::assumed(Duration::from_secs(10)),
        retries: Fact::assumed(Retries::Unknown),
        repeats: Fact::assumed(Repeats::UNKNOWN),
        media_types: &[JSON],
        form_field: None,
        content_type: JSON,
        indents: false,
        largest_body: None,
        warning: None,
        assumed: &[],
        marks: &[],
        id_at: None,
        sample: None,
    };

    /// How it signs, or shows its token; `None` where an access rule is the proof, or it signs as its owner set it up.
    pub fn scheme(&self) -> Option<SchemeConfig> {
        match self.proof.value() {
            Proof::Scheme(scheme) | Proof::Token(scheme) => Some(scheme()),
            Proof::Access | Proof::AsConfigured => None,
        }
    }

    /// What it writes into `content-type` with `body`. JSON is told from a form by how the body begins.
    ///
    /// ```
    /// let github = hookgate::providers::known::find("github").unwrap();
    /// assert_eq!(github.content_type_of(b"{}"), "application/json");
    /// assert_eq!(github.content_type_of(b"payload=%7B%7D"), "application/x-www-form-urlencoded");
    /// ```
    pub fn content_type_of(&self, body: &[u8]) -> &'static str {
        let is_form = match self.form_field {
            Some(field) => form_value(field, body).is_some(),
            None => self.media_types.contains(&FORM) && !body.starts_with(b"{"),
        };
        if is_form { FORM } else { self.content_type }
    }

    /// `profile` with what is known of the sender. What is only assumed of its waiting and sending again is for tools: a
    /// receiver's defaults do not follow it.
    pub(super) fn known_in(&self, profile: SenderProfile) -> SenderProfile {
        let mut profile = SenderProfile {
            timeout: self.timeout.if_known().copied(),
            retries: self.retries.if_known().copied().unwrap_or(Retries::Unknown),
            media_types: self.media_types,
            largest_body: self.largest_body,
            warning: self.warning,
            assumed: self.assumed,
            ..profile
        };
        if let Retries::For(horizon) = profile.retries {
            profile.retention = profile
                .retention
                .max(horizon.saturating_add(PAST_THE_LAST_ATTEMPT));
        }
        // A later attempt has the time of the first.
        if profile.time == TimeKind::SentAt
            && !self.signed_anew.value()
            && let Retries::For(horizon) = profile.retries
        {
            profile.past = Some(horizon.max(profile.past.unwrap_or_default()));
        }
        if let Some(time) = &self.body_time {
            profile.time = time.value().kind;
            if profile.time == TimeKind::SentAt {
                profile.past = Some(profile.future);
            }
        }
        profile
    }
}

/// What stands behind the name of `field`, where `body` is a form that begins with it.
pub(super) fn form_value<'b>(field: &str, body: &'b [u8]) -> Option<&'b [u8]> {
    body.strip_prefix(field.as_bytes())?.strip_prefix(b"=")
}
