//! [`Reading`]: where a sender's events have what a preset reads of them.

use bytes::Bytes;

use super::form_field::FormField;
use crate::{
    challenge::Question,
    identity::KeyParts,
    json::{
        digest_without,
        places::{Repeated, find, text},
    },
    provider::{Authenticated, TimeKind, Undecodable},
    providers::known::{BodyTime, EventTypeAt, Identity, KnownSender},
    request::RawRequest,
    schemes::Signs,
    time::EventTime,
};

/// Where a sender's events have what a preset reads of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) identity: Identity,
    /// When two events have the same body.
    pub(super) equal_bodies: Option<&'static str>,
    pub(super) event_type: EventTypeAt,
    pub(super) time: Option<BodyTime>,
    /// How it asks whether the endpoint is ours.
    pub(super) questions: &'static [Question],
    pub(super) form: Option<FormField>,
}

/// What a body says of its event.
pub(super) struct Read {
    pub(super) parts: KeyParts,
    pub(super) event_type: Option<String>,
    /// When the event occurred.
    pub(super) occurred_at: EventTime,
}

const REPEATED: Undecodable = Undecodable("its id, type or time stands twice");

impl Reading {
    /// Of a sender that is known by its scheme alone.
    pub(super) const fn of_scheme(signs: Signs) -> Self {
        Self {
            identity: match signs {
                Signs { id: true, .. } => Identity::SignedId,
                Signs { text: true, .. } => Identity::SignedText,
                _ => Identity::Digest,
            },
            equal_bodies: None,
            event_type: EventTypeAt::Nowhere,
            time: None,
            questions: &[],
            form: None,
        }
    }

    pub(super) const fn of_row(sender: &KnownSender) -> Self {
        Self {
            identity: *sender.identity.value(),
            equal_bodies: sender.equal_bodies,
            event_type: *sender.event_type.value(),
            time: match &sender.body_time {
                Some(time) => Some(*time.value()),
                None => None,
            },
            questions: sender.challenges,
            form: match sender.form_field {
                Some(field) => Some(FormField(field)),
                None => None,
            },
        }
    }

    /// Whether events say when they occurred.
    pub(super) fn dates_events(&self) -> bool {
        self.time
            .is_some_and(|time| time.kind == TimeKind::OccurredAt)
    }

    /// Whether the media type says of the body what it is.
    pub(super) fn is_as_labelled(&self, request: &RawRequest<'_>) -> bool {
        self.form.is_none_or(|form| form.is_as_labelled(request))
    }

    /// What of `signed` says the event: all of it, or the field of a form.
    ///
    /// # Errors
    ///
    /// When it is a form that cannot be decoded.
    pub(super) fn text(&self, signed: &Bytes) -> Result<Bytes, Undecodable> {
        match self.form {
            Some(form) => form.json(signed),
            None => Ok(signed.clone()),
        }
    }

    /// When this attempt was sent; `None` where the sender's bodies do not say that.
    pub(super) fn sent_at(&self, signed: &[u8]) -> Option<EventTime> {
        let time = self.time.filter(|time| time.kind == TimeKind::SentAt)?;
        Some(match find(signed, [Some(time.at)]) {
            Ok([member]) => time.read(member).unless_placeholder(),
            Err(Repeated) => EventTime::Unreadable,
        })
    }

    /// # Errors
    ///
    /// When a member that counts stands twice, or there is no signed id where there should be one.
    pub(super) fn read(
        &self,
        signed: &Bytes,
        authenticated: &Authenticated<'_>,
    ) -> Result<Read, Undecodable> {
        let occurred = self.time.filter(|time| time.kind == TimeKind::OccurredAt);
        let places = [
            match self.identity {
                Identity::Member(at) => Some(at),
                _ => None,
            },
            match self.event_type {
                EventTypeAt::Member(at) => Some(at),
                EventTypeAt::Nowhere | EventTypeAt::Header(_) => None,
            },
            occurred.map(|time| time.at),
        ];
        let [id, event_type, at] = if places.iter().any(Option::is_some) {
            find(signed, places).map_err(|Repeated| REPEATED)?
        } else {
            [None; 3]
        };
        Ok(Read {
            parts: self.parts(signed, authenticated, id.and_then(text))?,
            event_type: event_type.and_then(text),
            occurred_at: occurred.map_or(EventTime::Missing, |time| time.read(at)),
        })
    }

    fn parts(
        &self,
        signed: &[u8],
        authenticated: &Authenticated<'_>,
        id: Option<String>,
    ) -> Result<KeyParts, Undecodable> {
        Ok(match (self.identity, id) {
            (Identity::SignedId, _) => {
                KeyParts::of(authenticated.signed_id.ok_or(Undecodable("no signed id"))?)
            }
            (Identity::SignedText, _) => {
                let digest = authenticated.digest;
                KeyParts::of(
                    digest
                        .ok_or(Undecodable("no digest of what is signed"))?
                        .as_bytes(),
                )
            }
            (Identity::Digest, _) => KeyParts::of_digest(signed),
            (Identity::DigestWithout(names), _) => {
                // What is no such object has nothing to leave out.
                let text = std::str::from_utf8(signed).ok();
                let without = text.and_then(|text| digest_without(text, names).ok());
                without.map_or_else(|| KeyParts::of_digest(signed), KeyParts::of)
            }
            (Identity::Member(_), Some(id)) => KeyParts::of(id),
            // One part more than an id has, so that no id can be mistaken for a digest.
            (Identity::Member(_), None) => {
                let mut parts = KeyParts::of("");
                parts.digest_of(signed);
                parts
            }
            (Identity::OfPack(_), _) => return Err(Undecodable("its own pack identifies it")),
        })
    }
}
