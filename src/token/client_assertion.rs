//! Client authentication by a signed assertion: `private_key_jwt` (RFC 7523, section 2.2; OpenID Connect Core 1.0,
//! section 9).

use super::{
    Client,
    claims::{Fault, LEEWAY, Times, Unproven},
    client::UNKNOWN,
    grant::{Proven, Refused},
    issuer::Policy,
};
use crate::time::UnixTime;

/// What `client_assertion_type` must be, exactly.
pub(super) const CLIENT_ASSERTION_TYPE: &str =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Policy {
    /// The client that signed `token`. Its key is looked up under the id that the token names, and nowhere else: no client
    /// can sign for another.
    pub(super) fn signing_client(
        &self,
        token: Option<&Unproven<'_>>,
        now: UnixTime,
    ) -> Result<Proven<'_>, Refused> {
        let wrong = |fault: Fault| Refused::InvalidClient(fault.why());
        let token = token.ok_or(wrong(Fault::Unreadable))?;
        let claims = &token.claims;
        let id = token.subject().ok_or(wrong(Fault::NoSubject))?;
        if claims.iss.as_deref() != Some(id) {
            return Err(wrong(Fault::Issuer));
        }
        let client = self.clients.iter().find(|client| client.id() == id);
        let client = client.ok_or(UNKNOWN)?;
        // All of `aud` must be us: what was made for another server as well, that server could send to us.
        let is_us = |named: &str| *named == *self.name || self.endpoint.as_deref() == Some(named);
        if !claims.aud.as_ref().is_some_and(|named| named.all(is_us)) {
            return Err(wrong(Fault::Audience));
        }
        let times = Times {
            longest: client.longest(),
            leeway: LEEWAY,
        };
        if let Some(fault) = times.fault(claims, now) {
            return Err(wrong(fault));
        }
        let once = times.once(claims, id, now).ok_or(wrong(Fault::NoId))?;
        // The ring may have been replaced since its keys were checked.
        let signed = !token.names_shared_secret()
            && client
                .keys()
                .is_some_and(|keys| token.is_signed_with(keys, now));
        if !signed {
            return Err(wrong(Fault::Signature));
        }
        Ok(Proven {
            once: Some(once),
            ..client.proven()
        })
    }
}

impl Client {
    /// This client, for itself.
    pub(super) fn proven(&self) -> Proven<'_> {
        Proven {
            client: self.id(),
            subject: self.id().to_owned(),
            rights: self.rights(),
            once: None,
        }
    }
}
