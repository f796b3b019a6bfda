//! What a token says, once its signature is right.

use serde_json::value::RawValue;

use super::{JtiUse, JwtBodyHash};
use crate::{
    json::places::{Repeated, find, text},
    keys::jose::OneOrMore,
    schemes::TimestampForm,
    time::UnixTime,
    verdict::Rejection,
};

/// The longest `jti` that is taken. Senders write a UUID.
const MAX_JTI_BYTES: usize = 256;

/// What of the claims the road goes on with.
#[derive(Default)]
pub(super) struct Said {
    pub(super) from: Option<UnixTime>,
    pub(super) until: Option<UnixTime>,
    pub(super) sent_at: Option<UnixTime>,
    pub(super) jti: Option<String>,
}

/// The registered claims that count (RFC 7519, section 4.1).
const REGISTERED: [Option<&str>; 6] = [
    Some("/iss"),
    Some("/aud"),
    Some("/exp"),
    Some("/nbf"),
    Some("/iat"),
    Some("/jti"),
];

impl JwtBodyHash {
    /// What `claims` say, if they are for this endpoint. A text that is no JSON object has no claim.
    pub(super) fn said(&self, claims: &[u8]) -> Result<Said, Rejection> {
        let [iss, aud, exp, nbf, iat, jti] = find(claims, REGISTERED).map_err(repeated)?;
        self.check_parties(iss, aud)?;
        for place in &self.needs {
            let [claim] = find(claims, [Some(place)]).map_err(repeated)?;
            if claim.is_none_or(|claim| claim.get() == "null") {
                return Err(Rejection::SignedForAnother(
                    "a claim of its token is missing",
                ));
            }
        }
        for (place, wanted) in &self.equal {
            let [claim] = find(claims, [Some(place)]).map_err(repeated)?;
            if claim.and_then(text).as_ref() != Some(wanted) {
                return Err(Rejection::SignedForAnother(
                    "a claim of its token says something else",
                ));
            }
        }
        if exp.is_none() && self.expires {
            return Err(Rejection::MissingTimestamp);
        }
        if iat.is_none() && self.issued_at {
            return Err(Rejection::MissingTimestamp);
        }
        Ok(Said {
            from: nbf.map(time).transpose()?,
            until: exp.map(time).transpose()?,
            sent_at: iat.filter(|_| self.issued_at).map(time).transpose()?,
            jti: self.jti.map(|used| read_jti(used, jti)).transpose()?,
        })
    }

    /// Who made the token, and for whom.
    fn check_parties(
        &self,
        iss: Option<&RawValue>,
        aud: Option<&RawValue>,
    ) -> Result<(), Rejection> {
        let issuer = iss.and_then(text);
        let known = issuer.is_some_and(|issuer| self.issuers.contains(&issuer));
        if !known && !self.issuers.is_empty() {
            return Err(Rejection::SignedForAnother(
                "its token is of another issuer",
            ));
        }
        let Some(aud) = aud else {
            return match self.audiences.is_empty() {
                true => Ok(()),
                false => Err(Rejection::SignedForAnother("its token names no audience")),
            };
        };
        let named: Option<OneOrMore> = serde_json::from_str(aud.get()).ok();
        let has = |own: &String| named.as_ref().is_some_and(|named| named.has(own));
        if self.audiences.iter().any(has) {
            return Ok(());
        }
        Err(Rejection::SignedForAnother(
            "its token is for another audience",
        ))
    }
}

pub(super) fn repeated(Repeated: Repeated) -> Rejection {
    Rejection::MalformedSignature("a claim of its token, or the member that holds it, stands twice")
}

/// A number of seconds, perhaps with a fraction (RFC 7519, section 2).
fn time(claim: &RawValue) -> Result<UnixTime, Rejection> {
    let time = TimestampForm::FractionalSeconds.read(claim.get().as_bytes());
    time.ok_or(Rejection::MalformedTimestamp)
}

fn read_jti(used: JtiUse, claim: Option<&RawValue>) -> Result<String, Rejection> {
    let (missing, malformed) = match used {
        JtiUse::Id => (
            Rejection::MissingId,
            Rejection::MalformedId("its `jti` is no text, or too long"),
        ),
        JtiUse::Nonce => (
            Rejection::MissingNonce,
            Rejection::MalformedNonce("its `jti` is no text, or too long"),
        ),
    };
    let jti = text(claim.ok_or(missing)?).filter(|jti| jti.len() <= MAX_JTI_BYTES);
    jti.ok_or(malformed)
}
