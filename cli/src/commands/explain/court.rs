//! [`Court`]: what the middleware would do with a case, and how far the case came.

use bytes::Bytes;
use hookgate::{Rejection, UnixTime, framework::Judgement};
use serde_json::value::RawValue;

use super::case::{Case, NamedKey};
use crate::{
    commands::verify::{
        judge::Judge,
        record::{Moment, Record},
    },
    settings::{catalog, refused::Refused, terms::WindowTerm, text::Text},
};

/// The most bytes of bodies that are verified. A mistake that takes longer to find is not found.
const MAX_JUDGED_BYTES: usize = 96 * 1024 * 1024;
/// The most cases that are judged.
const MAX_JUDGED_CASES: usize = 40_000;

/// Judges cases over the road that the middleware takes.
pub(crate) struct Court {
    judge: Judge,
    bytes: usize,
    cases: usize,
}

/// The ruling on a case.
#[derive(Clone)]
pub(crate) enum Ruling {
    /// The middleware would hand the event on, or answer a handshake. The number is that of the key that matched, where a key did.
    Accepted(Option<usize>),
    /// The middleware would refuse it.
    Rejected(Rejection),
    /// The middleware would refuse it when it reads the body, and not by its head.
    Unread(Rejection),
    /// No receiver would be built with such a key.
    BadKey,
    /// No receiver would be built with a key or a credential that the settings hold.
    BadCredential(String),
    /// No receiver can be built of the settings.
    Malformed(String),
}

/// How far along the road a case came. A change that takes it further has mended something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Built,
    Method,
    Network,
    MediaType,
    Encoding,
    Host,
    Length,
    Access,
    /// The body is read, and unpacked where it is compressed.
    Body,
    Signature,
    SignedId,
    SignedTime,
    Proof,
    /// The proof matched. The later checks are about bytes that the sender wrote.
    Freshness,
    Event,
    End,
}

impl Ruling {
    pub(crate) fn stage(&self) -> Stage {
        let rejection = match self {
            Self::Accepted(_) => return Stage::End,
            Self::Unread(_) => return Stage::Body,
            Self::BadKey | Self::BadCredential(_) | Self::Malformed(_) => return Stage::Built,
            Self::Rejected(rejection) => rejection,
        };
        match rejection {
            Rejection::MethodNotAllowed => Stage::Method,
            Rejection::AddressDenied | Rejection::PeerNotWired => Stage::Network,
            Rejection::UnsupportedMediaType
            | Rejection::UnsupportedEventFormat
            | Rejection::EventModeNotTaken(_) => Stage::MediaType,
            Rejection::UnsupportedEncoding => Stage::Encoding,
            Rejection::HostMismatch | Rejection::HandshakeRefused(_) => Stage::Host,
            Rejection::BodyTooLarge { .. } | Rejection::UnpackedTooLarge { .. } => Stage::Length,
            Rejection::UnknownTenant | Rejection::AccessMissing | Rejection::AccessDenied => {
                Stage::Access
            }
            Rejection::MissingSignature | Rejection::MalformedSignature(_) => Stage::Signature,
            Rejection::MissingId | Rejection::MalformedId(_) => Stage::SignedId,
            Rejection::MissingTimestamp | Rejection::MalformedTimestamp => Stage::SignedTime,
            Rejection::UnreadableEventTime
            | Rejection::TimestampTooOld { .. }
            | Rejection::NoLongerValid { .. }
            | Rejection::TimestampInFuture { .. }
            | Rejection::NotYetValid { .. }
            | Rejection::ValidForTooLong { .. } => Stage::Freshness,
            // A media type is no part of what is proved, and is compared with the body behind the proof.
            Rejection::MislabelledBody
            | Rejection::BatchTooLarge { .. }
            | Rejection::Undecodable(_) => Stage::Event,
            // Also the reasons that only a running middleware gives.
            _ => Stage::Proof,
        }
    }

    /// Why the middleware would refuse it.
    pub(crate) fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) | Self::Unread(rejection) => Some(rejection),
            _ => None,
        }
    }

    /// Whether the proof matched.
    pub(crate) fn is_proved(&self) -> bool {
        self.stage() >= Stage::Freshness
    }

    /// The reason's stable name. `None` when accepted.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Accepted(_) => None,
            Self::Rejected(rejection) | Self::Unread(rejection) => {
                Some(rejection.reason().as_str())
            }
            Self::BadKey | Self::BadCredential(_) => Some("bad_key"),
            Self::Malformed(_) => Some("bad_settings"),
        }
    }

    /// The reason in words, without anything of the case.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::Accepted(_) => "accepted".to_owned(),
            Self::Rejected(rejection) | Self::Unread(rejection) => rejection.to_string(),
            Self::BadKey => "a key cannot be used: no receiver is built with it".to_owned(),
            Self::BadCredential(why) | Self::Malformed(why) => why.clone(),
        }
    }
}

impl Court {
    pub(crate) fn new() -> Self {
        Self {
            judge: Judge::new(None),
            bytes: 0,
            cases: 0,
        }
    }

    /// How many cases were judged.
    pub(crate) fn cases(&self) -> usize {
        self.cases
    }

    /// Whether no more cases are taken.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.bytes >= MAX_JUDGED_BYTES || self.cases >= MAX_JUDGED_CASES
    }

    /// The ruling on `case`.
    pub(crate) fn rule(&mut self, case: &Case) -> Ruling {
        self.cases = self.cases.saturating_add(1);
        // A small body costs as much as one of this size.
        self.bytes = self.bytes.saturating_add(case.body.len().max(1024));
        let Some(listed) = catalog::find(&case.provider) else {
            return Ruling::Malformed("the provider is unknown".to_owned());
        };
        let settings = match case
            .settings
            .as_deref()
            .map(serde_json::from_str::<&RawValue>)
        {
            None => None,
            Some(Ok(settings)) => Some(settings),
            Some(Err(_)) => return Ruling::Malformed("`settings`: not JSON".to_owned()),
        };
        let keys: Vec<String> = case.keys.iter().map(NamedKey::in_record).collect();
        let pair = |(name, value): &'_ (String, String)| -> (Text<'_>, Text<'_>) {
            (name.clone().into(), value.clone().into())
        };
        let mut record = Record {
            id: "explain".into(),
            provider: case.provider.as_str().into(),
            keys: keys.iter().map(|key| key.as_str().into()).collect(),
            method: case.method.as_str().into(),
            path: case.path.as_str().into(),
            headers: case.headers.iter().map(pair).collect(),
            body_base64: "".into(),
            now: Some(Moment(case.now.unwrap_or(UnixTime::EPOCH))),
            window: match case.now {
                Some(_) => case.window,
                None => WindowTerm::Unchecked,
            },
            peer: case.peer,
            settings,
            endpoint: case.endpoint.as_str().into(),
            tenant: case.tenant.as_deref().map(Into::into),
        };
        let body = Bytes::clone(&case.body);
        match self.judge.judgement(listed, &mut record, body) {
            Ok(Judgement::Believed(admitted) | Judgement::NonceUnclaimed(admitted, _)) => {
                Ruling::Accepted(admitted.first().key_id().parse().ok())
            }
            Ok(Judgement::Answered(_)) => Ruling::Accepted(None),
            Ok(Judgement::Refused { rejection, .. }) if is_of_body(&rejection, case) => {
                Ruling::Unread(rejection)
            }
            Ok(Judgement::Refused { rejection, .. }) => Ruling::Rejected(rejection),
            Err(Refused::BadKey) => Ruling::BadKey,
            Err(Refused::BadCredential(why)) => Ruling::BadCredential(why),
            Err(Refused::Malformed(why)) => Ruling::Malformed(why),
        }
    }
}

/// Whether the body itself is refused. The head is judged for the same reasons, before the access rule.
fn is_of_body(rejection: &Rejection, case: &Case) -> bool {
    match rejection {
        Rejection::UnsupportedEncoding => case.is_unpacked(),
        Rejection::UnpackedTooLarge { .. } => true,
        Rejection::BodyTooLarge { limit } => {
            case.declared_length().is_none_or(|length| length <= *limit)
        }
        _ => false,
    }
}
