//! [`Gate`]: who may call at all, judged before anything of a body is believed.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, header};

use super::{Access, Denied, Networks};
#[cfg(feature = "gzip")]
use crate::limits::unpacked;
use crate::{
    limits::{BodyBounds, BodySource, WholeBody},
    request::{Head, Single, media_type_of},
    time::{Timer, UnixTime, within},
    verdict::{Answer, Rejection, Terms},
};

/// What stands in front of an endpoint, be it a receiver's or one for tokens.
pub(crate) struct Gate {
    pub(crate) methods: &'static [&'static str],
    /// The media types that are taken, lower case, without parameters.
    pub(crate) media_types: &'static [&'static str],
    pub(crate) networks: Option<Networks>,
    pub(crate) access: Option<Arc<dyn Access>>,
    /// How long an access rule may take to get what it needs.
    pub(crate) access_timeout: Duration,
    /// Whether bodies may have been compressed with gzip.
    #[cfg(feature = "gzip")]
    pub(crate) gzip: bool,
    pub(crate) body: BodyBounds,
    /// What its refusals say.
    pub(crate) terms: Terms,
}

/// What [`Gate::check_head`] looks at.
static NAMES: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
];

fn is(value: &[u8], encoding: &[u8]) -> bool {
    value.trim_ascii().eq_ignore_ascii_case(encoding)
}

/// The length that a body is declared to have.
fn declared(length: &[u8]) -> Option<u64> {
    std::str::from_utf8(length).ok()?.parse().ok()
}

fn check_host(host: Single<'_>, head: &Head<'_>) -> Result<(), Rejection> {
    match (host, head.authority) {
        (Single::Repeated, _) => Err(Rejection::HostMismatch),
        (Single::Value(host), Some(authority))
            if !host.eq_ignore_ascii_case(authority.as_bytes()) =>
        {
            Err(Rejection::HostMismatch)
        }
        _ => Ok(()),
    }
}

impl Gate {
    /// What every request to the endpoint must be. Gives the length of its body, where the head says that and nothing else
    /// of how the body is written.
    pub(crate) fn check_head(&self, head: &Head<'_>) -> Result<Option<u64>, Rejection> {
        if !self.methods.contains(&head.method) {
            return Err(Rejection::MethodNotAllowed);
        }
        if let Some(networks) = &self.networks {
            networks.check(head)?;
        }
        let [media_type, encoding, host, length, transfer] = head.singles(&NAMES);
        self.check_media_type(media_type)?;
        let is_plain = match encoding {
            Single::Missing => true,
            Single::Value(value) if is(value, b"identity") => true,
            Single::Value(value) if self.is_packed(value) => false,
            Single::Value(_) | Single::Repeated => return Err(Rejection::UnsupportedEncoding),
        };
        check_host(host, head)?;
        let length = self.check_length(length)?;
        Ok(length.filter(|_| is_plain && transfer == Single::Missing))
    }

    /// What a request must be that asks whether the endpoint is ours, with another method or media type than an event. It
    /// has no body, or one of up to `most` bytes, which it declares. Gives how many.
    pub(crate) fn check_asker(&self, head: &Head<'_>, most: usize) -> Result<usize, Rejection> {
        if let Some(networks) = &self.networks {
            networks.check(head)?;
        }
        let [_, encoding, host, length, transfer] = head.singles(&NAMES);
        check_host(host, head)?;
        let is_plain = encoding == Single::Missing && transfer == Single::Missing;
        let length = match length {
            Single::Missing => Some(0),
            Single::Value(length) => declared(length).filter(|length| *length <= most as u64),
            Single::Repeated => None,
        };
        length
            .filter(|_| is_plain)
            .and_then(|length| usize::try_from(length).ok())
            .ok_or(Rejection::HandshakeRefused(
                "its body is too long, or not declared",
            ))
    }

    fn check_media_type(&self, media_type: Single<'_>) -> Result<(), Rejection> {
        let media_type = media_type_of(media_type);
        let is = |known: &&str| known.as_bytes().eq_ignore_ascii_case(media_type);
        if self.media_types.is_empty() || self.media_types.iter().any(is) {
            Ok(())
        } else {
            Err(Rejection::UnsupportedMediaType)
        }
    }

    /// A declared length is only ever a reason to refuse early: what counts is what is read.
    fn check_length(&self, length: Single<'_>) -> Result<Option<u64>, Rejection> {
        let limit = self.body.limit;
        let Single::Value(length) = length else {
            return Ok(None);
        };
        match declared(length) {
            Some(length) if length > limit as u64 => Err(Rejection::BodyTooLarge { limit }),
            length => Ok(length),
        }
    }

    /// Whether the endpoint's own rule, where it has one, lets the caller pass.
    pub(crate) async fn check_access(
        &self,
        head: &Head<'_>,
        now: UnixTime,
        timer: &Arc<dyn Timer>,
    ) -> Result<(), Rejection> {
        self.check_rule(self.access.as_deref(), head, now, timer)
            .await
    }

    /// As [`check_access`](Self::check_access), by a rule that belongs to a part of the endpoint.
    pub(crate) async fn check_rule(
        &self,
        rule: Option<&dyn Access>,
        head: &Head<'_>,
        now: UnixTime,
        timer: &Arc<dyn Timer>,
    ) -> Result<(), Rejection> {
        let Some(rule) = rule else {
            return Ok(());
        };
        if head.peer_addr().is_none() && rule.needs_peer() {
            return Err(Rejection::PeerNotWired);
        }
        if let Some(mut preparing) = rule.prepare(head, now, timer) {
            // Past the limit the rule judges with what it has.
            let _ = within(timer, self.access_timeout, preparing.as_mut()).await;
        }
        rule.check(head, now).map_err(|denied| match denied {
            Denied::Missing => Rejection::AccessMissing,
            Denied::Wrong => Rejection::AccessDenied,
            Denied::Unavailable => Rejection::AccessUnavailable,
        })
    }

    /// The whole body, within its bounds, and as it was before it was compressed.
    pub(crate) async fn read(
        &self,
        head: &Head<'_>,
        body: impl BodySource,
        timer: &Arc<dyn Timer>,
    ) -> Result<WholeBody, Rejection> {
        let body = self.body.read(body, timer).await?;
        #[cfg(feature = "gzip")]
        if let Single::Value(value) = head.single(&header::CONTENT_ENCODING)
            && self.is_packed(value)
        {
            return unpacked(body, self.body.limit);
        }
        #[cfg(not(feature = "gzip"))]
        let _ = head;
        Ok(body)
    }

    /// Whether this `content-encoding` is taken, and to be undone.
    fn is_packed(&self, encoding: &[u8]) -> bool {
        #[cfg(feature = "gzip")]
        return self.gzip && is(encoding, b"gzip");
        #[cfg(not(feature = "gzip"))]
        {
            let _ = encoding;
            false
        }
    }

    /// What a refused sender gets.
    pub(crate) fn refusal(&self, rejection: &Rejection) -> Answer {
        Answer::of(rejection.reason(), &self.terms)
    }
}
