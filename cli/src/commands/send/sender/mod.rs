//! [`Sender`]: the simulators, behind one type.

mod of_packs;
mod signer;

use std::io;

use hookgate::{
    UnixTime,
    providers::{
        known::{
            KnownSender, OpenSettings, Sample, {self},
        },
        preset::PresetSimulator,
    },
    schemes::{Recipe, SchemeConfig},
    simulator::{SampleId, Sent, Signer},
    time::{Clock, SystemClock},
};
use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::of_packs::events;
use self::signer::{by_parts, open_of, signer_of};
use super::cloud_events::{CloudEventSent, SentMode};
use crate::{
    commands::providers::unusable,
    http::Target,
    settings::{
        access_only::{
            AccessOnlyConfig, {self},
        },
        cloud_events,
        credentials::Proof,
        members::Settings,
        shared_secret::secret,
    },
};

/// A sender, its key, and where it sends.
pub(crate) struct Sender {
    provider: &'static str,
    /// Its row; `None` where only its settings describe it.
    sender: Option<&'static KnownSender>,
    proof: Proof,
    /// The shared secret's bytes, or a private key in PEM.
    key: Vec<u8>,
    recipe: Recipe,
    signer: Option<Signer>,
    /// How it proves a request by parts of it, if it does.
    by_parts: Option<SchemeConfig>,
    /// What its row leaves open.
    open: OpenSettings,
    /// The header that identifies an event, where only the settings say it.
    id_header: Option<String>,
    path: String,
    /// Whether JSON goes in the field of a form.
    in_form: bool,
    /// How CloudEvents lie in a request.
    mode: SentMode,
}

/// The event to send. It stays the same over all attempts.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) identity: SampleId,
    /// When it occurred.
    pub(crate) at: UnixTime,
    /// In place of the simulator's own body, for Facephi in place of `data`.
    pub(crate) body: Option<Vec<u8>>,
}

/// What the sender must know of the receiver's settings.
#[derive(Default, Deserialize)]
struct Shared {
    #[serde(default)]
    recipe: Recipe,
}

impl Sender {
    /// The sender of `provider`, which signs with `key`: the first of the receiver's, or a private key in PEM.
    pub(crate) fn new(
        provider: &'static str,
        key: Option<&str>,
        settings: Option<&str>,
        target: &Target,
    ) -> io::Result<Self> {
        let proof = Proof::of(provider, settings);
        let key = match (proof, key) {
            (Proof::Secret, Some(text)) => secret(text)
                .ok_or_else(|| io::Error::other("the key cannot be used"))?
                .expose()
                .to_vec(),
            (Proof::Certificate, Some(pem)) => pem.as_bytes().to_vec(),
            _ => Vec::new(),
        };
        let shared: Shared = match settings {
            Some(text) => serde_json::from_str(text)
                .map_err(|_| io::Error::other("the settings are not those of the provider"))?,
            None => Shared::default(),
        };
        let open = open_of(provider, settings, &target.url())?;
        let by_parts = by_parts(provider, settings, &open)?;
        let signer = match &by_parts {
            Some(scheme) => Some(Signer::new(scheme.clone(), &key).map_err(io::Error::other)?),
            None => signer_of(provider, proof, settings, &key)?,
        };
        Ok(Self {
            provider,
            sender: known::find(provider),
            proof,
            signer,
            by_parts,
            open,
            key,
            id_header: id_header_of(provider, settings)?,
            recipe: shared.recipe,
            path: target.path.clone(),
            in_form: false,
            mode: SentMode::default(),
        })
    }

    /// Sends CloudEvents in this mode.
    pub(crate) fn in_mode(self, mode: SentMode) -> io::Result<Self> {
        if self.provider != cloud_events::NAME {
            let why = "--mode: only cloudevents has modes";
            return Err(io::Error::other(why));
        }
        Ok(Self { mode, ..self })
    }

    /// Sends its JSON in the field of a form, as an owner can choose at some senders.
    pub(crate) fn in_form(self) -> io::Result<Self> {
        if self.sender.and_then(|sender| sender.form_field).is_none() {
            let why = format!("--form: {} sends its events as JSON alone", self.provider);
            return Err(io::Error::other(why));
        }
        Ok(Self {
            in_form: true,
            ..self
        })
    }

    /// The `attempt`th request of `event`, counted from 1, at `now`.
    pub(crate) fn request(&self, event: &Event, attempt: usize, now: UnixTime) -> io::Result<Sent> {
        self.request_in(self.in_form, event, attempt, now)
    }

    fn request_in(
        &self,
        in_form: bool,
        event: &Event,
        attempt: usize,
        now: UnixTime,
    ) -> io::Result<Sent> {
        let sent = match self.provider {
            "facephi" => self.facephi(event, attempt)?,
            "logto" => self.logto(event)?,
            "idcloud" => self.idcloud(event)?,
            "unico-check" => self.unico_check(event)?,
            "sns" => self.sns(event),
            cloud_events::NAME => self.cloud_event(event).request(self.mode, &self.path),
            _ => match self.sender {
                Some(sender) => self.of_row(sender, in_form, event, now),
                None => self.described(event),
            },
        };
        // Signed anew for each attempt. The nonce, like the id, belongs to the event.
        let sent = match &self.signer {
            // A MAC that a body of the user's own has goes, so that the new one is its last member.
            Some(signer) => signer
                .sign(signer.unsigned(sent), &event.identity.hex(), now)
                .map_err(io::Error::other)?,
            None => sent,
        };
        let sample = sample_of(self.provider);
        let mut sent = sample
            .headers_of(&event.name, event.identity, event.at)
            .fold(sent, |sent, (name, value)| sent.with_header(name, value));
        let repeats = self.sender.map(|sender| sender.repeats.value());
        if let Some(header) = repeats.and_then(|repeats| repeats.counted_in)
            && attempt > 1
        {
            sent = sent.with_header(header, (attempt - 1).to_string());
        }
        Ok(sent)
    }

    /// The body that `event` has by itself, for Facephi and CloudEvents its `data`. It is there to be edited.
    pub(crate) fn draft(&self, event: &Event) -> io::Result<Value> {
        if self.provider == cloud_events::NAME {
            return Ok(self.cloud_event(event).sample());
        }
        let sent = self.unsigned(self.request_in(false, event, 1, event.at)?);
        let mut body: Value = serde_json::from_slice(&sent.body)?;
        Ok(match body.get_mut("data") {
            Some(data) if self.provider == "facephi" => data.take(),
            _ => body,
        })
    }

    fn cloud_event<'e>(&self, event: &'e Event) -> CloudEventSent<'e> {
        CloudEventSent {
            event_type: &event.name,
            id: event.identity.uuid(),
            at: event.at,
            data: event.body.as_deref(),
        }
    }

    /// A sender that only its settings describe. It sends JSON, signed as they say.
    fn described(&self, event: &Event) -> Sent {
        let body = self.body(event);
        let is_json = body.starts_with(b"{") || body.starts_with(b"[");
        let media_type = match self.provider {
            "signed-form" if !is_json => "application/x-www-form-urlencoded",
            _ => "application/json",
        };
        let sent = Sent::post(&self.path, media_type, body);
        match &self.id_header {
            Some(name) => sent.with_header(name, event.identity.hex()),
            None => sent,
        }
    }

    /// Whether there is a signature, which can be wrong or missing.
    pub(crate) fn signs(&self) -> bool {
        self.proof != Proof::Access
    }

    /// The request as somebody else would prove it, where it is proved by parts of it.
    pub(crate) fn by_another_key(&self, sent: &Sent) -> Option<Sent> {
        let wrong = Signer::new(self.by_parts.clone()?, "a key of somebody else").ok()?;
        let now = SystemClock::new().now();
        wrong.sign(wrong.unsigned(sent.clone()), "wrong", now).ok()
    }

    /// The request without its signature.
    pub(crate) fn unsigned(&self, sent: Sent) -> Sent {
        match &self.signer {
            Some(signer) => signer.unsigned(sent),
            None => sent.unsigned(),
        }
    }

    fn body(&self, event: &Event) -> Vec<u8> {
        match &event.body {
            Some(body) => body.clone(),
            None => self.text(event).into_bytes(),
        }
    }

    fn text(&self, event: &Event) -> String {
        sample_of(self.provider).body_of(&event.name, event.identity, event.at)
    }

    /// A sender whose row is all that there is. Its time is that of the attempt.
    fn of_row(&self, sender: &KnownSender, in_form: bool, event: &Event, now: UnixTime) -> Sent {
        let simulator = PresetSimulator::of(sender, &self.key)
            .event_type(&event.name)
            .message_id(format!("msg_{}", event.identity.hex()))
            .open_settings(self.open.clone())
            .path(&self.path);
        let simulator = if in_form {
            simulator.in_form()
        } else {
            simulator
        };
        simulator.send(now, self.body(event))
    }
}

/// The header that identifies an event of a sender that signs nothing.
fn id_header_of(provider: &str, settings: Option<&str>) -> io::Result<Option<String>> {
    if provider != access_only::NAME {
        return Ok(None);
    }
    let config: AccessOnlyConfig = Settings::read(settings)
        .and_then(|settings| settings.of_scheme())
        .map_err(unusable)?;
    Ok(config.id_header().map(str::to_owned))
}

/// An event of `provider` as its row shows it.
fn sample_of(provider: &str) -> Sample {
    known::find(provider)
        .and_then(|sender| sender.sample)
        .unwrap_or(Sample::UNKNOWN)
}
