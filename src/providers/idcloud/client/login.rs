//! [`Assertion`]: how an account logs in at Unico's identity service (RFC 7523, section 2.1).

use http::Method;
use serde::Serialize;

use crate::{
    access::Sent,
    keys::jose::AssertionKey,
    providers::api::{FORM, Grant},
    time::UnixTime,
};

/// How long an assertion is good. The service takes an hour at most (known).
const ASSERTION_LASTS: u64 = 600;

/// Exactly the claims that the service takes: more are refused (known).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    scope: &'static str,
    iat: i64,
    exp: i64,
}

/// What an account signs to log in.
pub(super) struct Assertion {
    pub(super) audience: Box<str>,
    pub(super) issuer: Box<str>,
    pub(super) key: AssertionKey,
}

impl Grant for Assertion {
    const IS_DATED: bool = true;

    fn request(&self, now: UnixTime) -> Option<Sent> {
        let iat = now.as_secs();
        let assertion = self.key.sign(&Claims {
            iss: &self.issuer,
            aud: &self.audience,
            scope: "*",
            iat,
            exp: iat.saturating_add_unsigned(ASSERTION_LASTS),
        })?;
        // A compact JWS has no character that a form escapes.
        let form = format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
            &**assertion
        );
        Some(Sent {
            method: Method::POST,
            headers: vec![FORM],
            body: form.into(),
        })
    }
}
