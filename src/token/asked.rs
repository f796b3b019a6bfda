//! [`Asked`]: which grant a token request asks for, and what it shows for it.

use base64::{Engine, prelude::BASE64_STANDARD};
use http::header;
use zeroize::Zeroizing;

use super::{client::Presented, form, grant::Refused, issuer::Policy, parameters::Parameters};
use crate::{
    access::of_scheme,
    request::{Head, Single},
};

const CLIENT_CREDENTIALS: &str = "client_credentials";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What is asked with.
pub(super) enum Asked<'a> {
    Client(Presented),
    User(Presented),
    Assertion(&'a str),
}

impl Asked<'_> {
    /// The grant's name in logs.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Client(_) => CLIENT_CREDENTIALS,
            Self::User(_) => "user and password",
            Self::Assertion(_) => "jwt-bearer",
        }
    }
}

impl Policy {
    /// Which grant is asked for, with what to show for it.
    pub(super) fn asked<'a>(
        &self,
        head: &Head<'_>,
        parameters: &'a Parameters,
    ) -> Result<Asked<'a>, Refused> {
        match parameters.grant_type.as_ref().map(|it| it.as_str()) {
            Some(CLIENT_CREDENTIALS) if !self.clients.is_empty() => {
                presented(head, parameters).map(Asked::Client)
            }
            Some(JWT_BEARER) if !self.assertions.is_empty() => match &parameters.assertion {
                Some(assertion) => Ok(Asked::Assertion(assertion)),
                None => Err(Refused::InvalidRequest("the assertion is missing")),
            },
            Some(_) => Err(Refused::UnsupportedGrantType),
            None => match (&parameters.user, &parameters.password) {
                (Some(user), Some(password)) if !self.users.is_empty() => {
                    Ok(Asked::User(Presented {
                        id: user.to_string(),
                        secret: password.clone(),
                        plain: None,
                    }))
                }
                _ => Err(Refused::InvalidRequest("the grant type is missing")),
            },
        }
    }
}

/// The client's id and secret, from `Authorization` or from the body, never from both (RFC 6749, section 2.3).
fn presented(head: &Head<'_>, parameters: &Parameters) -> Result<Presented, Refused> {
    let value = match head.single(&header::AUTHORIZATION) {
        Single::Missing => {
            let (Some(id), Some(secret)) = (&parameters.client_id, &parameters.client_secret)
            else {
                return Err(Refused::InvalidClient);
            };
            return Ok(Presented {
                id: id.to_string(),
                secret: secret.clone(),
                plain: None,
            });
        }
        Single::Repeated => {
            return Err(Refused::InvalidRequest("`Authorization` stands twice"));
        }
        Single::Value(value) => value,
    };
    if parameters.client_secret.is_some() {
        return Err(Refused::InvalidRequest(
            "the client shows a secret in `Authorization` and in the body",
        ));
    }
    let presented = of_basic(value).ok_or(Refused::InvalidClient)?;
    match &parameters.client_id {
        Some(id) if !presented.names(id) => Err(Refused::InvalidRequest(
            "the client has one id in `Authorization` and another in the body",
        )),
        _ => Ok(presented),
    }
}

/// RFC 6749, section 2.3.1: id and secret are encoded as in a form, then joined by a colon, then base64.
fn of_basic(value: &[u8]) -> Option<Presented> {
    let encoded = of_scheme(value, b"Basic")?;
    let pair = Zeroizing::new(BASE64_STANDARD.decode(encoded).ok()?);
    let pair = std::str::from_utf8(&pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = form::decoded(id.as_bytes()).zip(form::decoded(secret.as_bytes()));
    let plain = (id.to_owned(), Zeroizing::new(secret.to_owned()));
    Some(match decoded {
        Some((id, secret)) => Presented {
            id: id.to_string(),
            secret,
            plain: Some(plain),
        },
        None => Presented {
            id: plain.0,
            secret: plain.1,
            plain: None,
        },
    })
}
