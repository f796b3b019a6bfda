//! [`Asked`]: which grant a token request asks for, and what it shows for it.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::header;
use zeroize::Zeroizing;

use super::{
    claims::Unproven,
    client::{Presented, UNKNOWN},
    client_assertion::CLIENT_ASSERTION_TYPE,
    grant::Refused,
    issuer::Policy,
    parameters::Parameters,
};
use crate::{
    access::of_scheme,
    request::{Head, Single, form::decoded},
};

const CLIENT_CREDENTIALS: &str = "client_credentials";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What is asked with. `None` stands for an assertion that cannot be read.
pub(super) enum Asked<'a> {
    Client(Presented),
    ClientAssertion(Option<Unproven<'a>>),
    User(Presented),
    Assertion(Option<Unproven<'a>>),
}

impl Asked<'_> {
    /// The grant's name in logs.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Client(_) | Self::ClientAssertion(_) => CLIENT_CREDENTIALS,
            Self::User(_) => "user and password",
            Self::Assertion(_) => "jwt-bearer",
        }
    }
}

impl Policy {
    /// Which grant is asked for, with what to show for it. Credentials that the grant does not use would have to be
    /// checked (RFC 7523, section 3.1), and can only be a mistake: they are refused.
    pub(super) fn asked<'a>(
        &self,
        head: &Head<'_>,
        parameters: &'a Parameters,
    ) -> Result<Asked<'a>, Refused> {
        const UNUSED: Refused =
            Refused::InvalidRequest("the request shows credentials that its grant does not use");
        let of_client = || {
            self.shows_authorization(head)
                || parameters.client_secret.is_some()
                || parameters.client_assertion.is_some()
                || parameters.client_assertion_type.is_some()
        };
        let of_user = || parameters.user.is_some() || parameters.password.is_some();
        let of_assertion = || parameters.assertion.is_some();
        match parameters.grant_type.as_ref().map(|it| it.as_str()) {
            Some(CLIENT_CREDENTIALS) if !self.clients.is_empty() => {
                match of_user() || of_assertion() {
                    true => Err(UNUSED),
                    false => client(head, parameters),
                }
            }
            Some(JWT_BEARER) if !self.assertions.is_empty() => match &parameters.assertion {
                Some(_) if of_client() || of_user() => Err(UNUSED),
                Some(assertion) => Ok(Asked::Assertion(Unproven::read(assertion))),
                None => Err(Refused::InvalidRequest("the assertion is missing")),
            },
            Some(_) => Err(Refused::UnsupportedGrantType),
            None => match (&parameters.user, &parameters.password) {
                (Some(user), Some(password)) if !self.users.is_empty() && parameters.are_json => {
                    match of_client() || of_assertion() {
                        true => Err(UNUSED),
                        false => Ok(Asked::User(Presented::plain(user, password))),
                    }
                }
                _ => Err(Refused::InvalidRequest("the grant type is missing")),
            },
        }
    }

    /// Whether `Authorization` stands there for nobody: the access rule, if there is one, reads something else.
    fn shows_authorization(&self, head: &Head<'_>) -> bool {
        match head.single(&header::AUTHORIZATION) {
            Single::Missing => false,
            Single::Repeated => true,
            Single::Value(_) => !self.access_reads_authorization,
        }
    }
}

/// What the client shows: a secret in `Authorization` or in the body, or an assertion, and never two of them (RFC 6749,
/// section 2.3).
fn client<'a>(head: &Head<'_>, parameters: &'a Parameters) -> Result<Asked<'a>, Refused> {
    const TWO: Refused = Refused::InvalidRequest("the client shows two credentials");
    let secret = &parameters.client_secret;
    let value = match (head.single(&header::AUTHORIZATION), secret) {
        (Single::Repeated, _) => {
            return Err(Refused::InvalidRequest("`Authorization` stands twice"));
        }
        (Single::Value(_), Some(_)) => return Err(TWO),
        (Single::Value(value), None) => Some(value),
        (Single::Missing, _) => None,
    };
    match (
        &parameters.client_assertion,
        &parameters.client_assertion_type,
    ) {
        (None, None) => match value {
            Some(value) => of_basic(value).map(Asked::Client).ok_or(UNKNOWN),
            None => {
                let shown = parameters.client_id.as_ref().zip(secret.as_ref());
                let (id, secret) = shown.ok_or(UNKNOWN)?;
                Ok(Asked::Client(Presented::plain(id, secret)))
            }
        },
        _ if value.is_some() || secret.is_some() => Err(TWO),
        (Some(assertion), Some(kind)) => match kind.as_str() {
            CLIENT_ASSERTION_TYPE => Ok(Asked::ClientAssertion(Unproven::of_client(assertion))),
            _ => Err(Refused::InvalidClient("another `client_assertion_type`")),
        },
        _ => Err(Refused::InvalidRequest(
            "of `client_assertion` and `client_assertion_type` one is missing",
        )),
    }
}

/// RFC 6749, section 2.3.1: id and secret are encoded as in a form, then joined by a colon, then base64.
fn of_basic(value: &[u8]) -> Option<Presented> {
    let encoded = of_scheme(value, b"Basic")?;
    let pair = Zeroizing::new(BASE64_STANDARD.decode(encoded).ok()?);
    let pair = std::str::from_utf8(&pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = decoded(id.as_bytes()).zip(decoded(secret.as_bytes()));
    Some(match decoded {
        Some((decoded_id, decoded_secret)) => Presented {
            plain: Some((id.to_owned(), Zeroizing::new(secret.to_owned()))),
            ..Presented::plain(&decoded_id, &decoded_secret)
        },
        None => Presented::plain(id, secret),
    })
}
