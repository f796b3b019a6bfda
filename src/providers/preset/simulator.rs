//! [`PresetSimulator`]: what the sender of a preset sends.

use std::fmt;

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::{
    json::places::written,
    provider::TimeKind,
    providers::known::{BodyTime, EventTypeAt, KnownSender, OpenSettings, form_value},
    request::form::encoded,
    schemes::TimestampForm,
    simulator::{Sent, Signer},
    time::UnixTime,
};

/// Sends as the sender of a [`Preset`](super::Preset) does.
///
/// # Examples
///
/// ```
/// use hookgate::{UnixTime, providers::preset::PresetSimulator};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let stripe = PresetSimulator::stripe("whsec_as_text");
/// let sent = stripe.send(now, r#"{"id":"evt_1","type":"invoice.paid"}"#);
/// assert!(sent.header("stripe-signature").unwrap().starts_with("t=1700000000,v1="));
///
/// let github = PresetSimulator::github("secret").event_type("push");
/// assert_eq!(github.send(now, "{}").header("x-github-event"), Some("push"));
/// ```
#[derive(Clone)]
pub struct PresetSimulator {
    pub(super) sender: KnownSender,
    secrets: Vec<Zeroizing<Vec<u8>>>,
    #[cfg(feature = "public-keys")]
    private_keys: Vec<Zeroizing<Vec<u8>>>,
    message_id: String,
    #[cfg(feature = "jwt")]
    key_id: Option<String>,
    event_type: Option<String>,
    path: String,
    open: OpenSettings,
    in_form: bool,
}

impl PresetSimulator {
    /// The sender of this row, which signs with `secret`: the key's bytes, decoded. One that signs nothing sends what it is
    /// given.
    pub fn of(sender: &KnownSender, secret: impl AsRef<[u8]>) -> Self {
        Self::without_key(sender).also_signed_with(secret)
    }

    pub(super) fn without_key(sender: &KnownSender) -> Self {
        Self {
            sender: *sender,
            secrets: Vec::new(),
            #[cfg(feature = "public-keys")]
            private_keys: Vec::new(),
            message_id: "msg_1".to_owned(),
            #[cfg(feature = "jwt")]
            key_id: None,
            event_type: None,
            path: "/".to_owned(),
            open: OpenSettings::default(),
            in_form: false,
        }
    }

    /// Signs with one more secret, as senders do while they rotate. Only lists of signatures have room for it.
    #[must_use]
    pub fn also_signed_with(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.secrets.push(Zeroizing::new(secret.as_ref().to_vec()));
        self
    }

    /// Signs with a private key too, where the sender may do [either](KnownSender::or_by_key): PEM or DER (PKCS #8), or an
    /// Ed25519 seed (feature `public-keys`). Both signatures stand in one header.
    #[cfg(feature = "public-keys")]
    #[must_use]
    pub fn also_signed_by_key(mut self, key: impl AsRef<[u8]>) -> Self {
        self.private_keys
            .push(Zeroizing::new(key.as_ref().to_vec()));
        self
    }

    /// For whom the sender's tokens are, where they name that (feature `jwt`). Default: nobody. A sender whose tokens all name
    /// one signs nothing then.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.open.audiences.push(audience.into());
        self
    }

    /// Names its key so in the head of each token (`kid`), where tokens bind the body (feature `jwt`). Default: it names none.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// The id that is signed, where the sender signs one. It is the event's, over all attempts. Default: `msg_1`.
    #[must_use]
    pub fn message_id(mut self, id: impl Into<String>) -> Self {
        self.message_id = id.into();
        self
    }

    /// The type that senders such as GitHub and Shopify put into a header. Default: the first of the row's sample. Others
    /// have it in the body, or none.
    #[must_use]
    pub fn event_type(mut self, name: impl Into<String>) -> Self {
        self.event_type = Some(name.into());
        self
    }

    /// Sends JSON in the field of a form, where the owner can choose that at the sender: GitHub. Others go on as they are.
    ///
    /// ```
    /// use hookgate::{UnixTime, providers::preset::PresetSimulator};
    ///
    /// let github = PresetSimulator::github("secret").in_form();
    /// let sent = github.send(UnixTime::from_secs(1_700_000_000), r#"{"zen":"a b"}"#);
    /// assert_eq!(sent.body, "payload=%7B%22zen%22%3A%22a+b%22%7D");
    /// ```
    #[must_use]
    pub fn in_form(mut self) -> Self {
        self.in_form = true;
        self
    }

    /// The address that is signed, where the sender signs one: as it was entered there. Sends to its path. Without one, such a
    /// sender sends no signature.
    ///
    /// ```
    /// use hookgate::{UnixTime, providers::preset::PresetSimulator};
    ///
    /// let square = PresetSimulator::square("secret").address("https://hooks.example/square");
    /// let sent = square.send(UnixTime::from_secs(1_700_000_000), "{}");
    /// assert_eq!(sent.path, "/square");
    /// assert!(sent.header("x-square-hmacsha256-signature").is_some());
    /// ```
    #[must_use]
    pub fn address(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        let target = url.parse::<http::Uri>().ok();
        let target = target.as_ref().and_then(http::Uri::path_and_query);
        if let Some(target) = target {
            target.as_str().clone_into(&mut self.path);
        }
        self.open.url = Some(url);
        self
    }

    /// What else the row leaves open; the address is that of [`address`](Self::address).
    #[must_use]
    pub fn open_settings(mut self, settings: OpenSettings) -> Self {
        let url = settings.url.clone().or(self.open.url.take());
        self.open = settings;
        match url {
            Some(url) => self.address(url),
            None => self,
        }
    }

    /// Sends to this path.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends `body` at `at`: that is what is signed where the sender signs a time.
    ///
    /// - The content type is [that of the body](KnownSender::content_type_of).
    /// - Where a time in the body is that of the attempt, `at` is written there first.
    /// - A body that cannot be signed, since the MAC belongs into JSON and it is none, goes without a signature.
    pub fn send(&self, at: UnixTime, body: impl Into<Bytes>) -> Sent {
        let body = self.in_its_form(self.dated(body.into(), at));
        let content_type = self.sender.content_type_of(&body);
        let mut sent = Sent::post(&self.path, content_type, body);
        if let EventTypeAt::Header(header) = self.sender.event_type.value() {
            sent = sent.with_header(*header, self.named_type());
        }
        let sign = |it: Signer| it.sign(sent.clone(), &self.message_id, at).ok();
        let signed = self.signer().and_then(sign);
        #[cfg(feature = "public-keys")]
        let signed = joined(signed, self.signer_by_key().and_then(sign));
        signed.unwrap_or(sent)
    }

    /// As the value of a form's field, where that was asked for.
    fn in_its_form(&self, body: Bytes) -> Bytes {
        match self.sender.form_field.filter(|_| self.in_form) {
            Some(field) if form_value(field, &body).is_none() => {
                format!("{field}={}", encoded(&body)).into()
            }
            _ => body,
        }
    }

    fn named_type(&self) -> &str {
        let usual = self.sender.sample.and_then(|sample| sample.types.first());
        self.event_type
            .as_deref()
            .or(usual.copied())
            .unwrap_or_default()
    }

    fn signer(&self) -> Option<Signer> {
        let mut secrets = self.secrets.iter();
        let scheme = self.sender.scheme_with(&self.open).ok()??;
        let signer = Signer::new(scheme, secrets.next()?).ok()?;
        #[cfg(feature = "jwt")]
        let signer = match &self.key_id {
            Some(id) => signer.key_id(id),
            None => signer,
        };
        Some(secrets.fold(signer, |signer, secret| signer.also_signed_with(secret)))
    }

    #[cfg(feature = "public-keys")]
    fn signer_by_key(&self) -> Option<Signer> {
        let config = self.sender.or_by_key?();
        let mut keys = self.private_keys.iter();
        let signer = Signer::new(config, keys.next()?).ok()?;
        Some(keys.fold(signer, |signer, key| signer.also_signed_with(key)))
    }

    /// With the time of this attempt, where the body says that.
    fn dated(&self, body: Bytes, at: UnixTime) -> Bytes {
        let time = self.sender.body_time.map(|time| *time.value());
        let time = time.filter(|time| time.kind == TimeKind::SentAt);
        time.and_then(|time| dated(&body, &time, at))
            .unwrap_or(body)
    }
}

/// What was signed twice, with both signatures in one header, one behind the other.
#[cfg(feature = "public-keys")]
fn joined(signed: Option<Sent>, by_key: Option<Sent>) -> Option<Sent> {
    let (signed, by_key) = match (signed, by_key) {
        (Some(signed), Some(by_key)) => (signed, by_key),
        (signed, by_key) => return signed.or(by_key),
    };
    let Some((name, value)) = by_key.signature() else {
        return Some(signed);
    };
    let value = match signed.header(name) {
        Some(first) => format!("{first} {value}"),
        None => value.to_owned(),
    };
    Some(signed.without_header(name).with_header(name, value))
}

/// `body` with `at` in the place of the time. A member of the top level that is missing is added. `None` where there is no
/// place for it.
fn dated(body: &Bytes, time: &BodyTime, at: UnixTime) -> Option<Bytes> {
    let text = time.form.write(at);
    let text = match time.form {
        TimestampForm::Rfc3339 | TimestampForm::UtcDateTime => format!("\"{text}\""),
        _ => text,
    };
    written(body, time.at, &text).map(Bytes::from)
}

impl fmt::Debug for PresetSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresetSimulator")
            .field("sender", &self.sender.name)
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}
