//! The access token: its claims, signed.

use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    grant::{Grant, Refused},
    issuer::Policy,
};
use crate::time::UnixTime;

/// An access token's claims (RFC 9068, section 2.2).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    client_id: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl Policy {
    /// The token of `grant`, issued at `now`.
    pub(super) fn sign(&self, grant: &Grant, now: UnixTime) -> Result<Zeroizing<String>, Refused> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| Refused::Unsigned)?;
        let issued_at = now.as_secs();
        let scope = grant.scopes.join(" ");
        let claims = Claims {
            iss: &self.name,
            sub: &grant.subject,
            client_id: &grant.client,
            aud: grant.audience.as_deref().unwrap_or(&self.audience),
            iat: issued_at,
            exp: issued_at.saturating_add_unsigned(self.lifetime.as_secs()),
            jti: const_hex::encode(id),
            scope: Some(scope).filter(|scope| !scope.is_empty()),
        };
        self.keys.signing().sign(&claims).ok_or(Refused::Unsigned)
    }
}
