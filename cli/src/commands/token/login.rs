//! [`Login`]: the grant, and the client that asks.

use std::{
    io,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use hookgate::UnixTime;
use http::{Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::assertion::Signer;
use crate::settings::credentials::named_variable;

const SECRET_VARIABLE: &str = "HOOKGATE_CLIENT_SECRET";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The characters that a form may hold as they are.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// How to log in at a token endpoint.
#[derive(Args)]
pub(crate) struct Login {
    /// The grant to ask with. The provider's usual one otherwise.
    #[arg(long, value_enum)]
    grant: Option<Grant>,
    /// How a client proves who it is.
    #[arg(long, value_enum, default_value_t = ClientAuth::Basic)]
    client_auth: ClientAuth,
    /// The client's id, or the user. Its secret or password is in HOOKGATE_CLIENT_SECRET.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Take the secret or password from this environment variable.
    #[arg(long, value_name = "VARIABLE", default_value = SECRET_VARIABLE)]
    client_secret_env: String,
    /// The private key that signs assertions, and requests that are signed with a certificate's key: a PEM file
    /// (RSA, P-256 or Ed25519).
    #[arg(long, value_name = "FILE")]
    private_key: Option<PathBuf>,
    /// `iss` of assertions. The client's id otherwise.
    #[arg(long)]
    issuer: Option<String>,
    /// `sub` of assertions. The client's id otherwise.
    #[arg(long)]
    subject: Option<String>,
    /// `aud` of assertions. The endpoint's URL otherwise.
    #[arg(long)]
    audience: Option<String>,
    /// `ver` of assertions, for Unico Check: the field Ver of its form. None otherwise.
    #[arg(long = "ver", value_name = "VERSION")]
    version: Option<String>,
    /// Scopes to ask for, separated by blanks.
    #[arg(long)]
    scope: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Grant {
    /// RFC 6749, section 4.4.
    ClientCredentials,
    /// RFC 7523: an assertion that the client signs.
    JwtBearer,
    /// JSON with `user` and `password`, as Unico Check's form calls it.
    UserPassword,
}

#[derive(Clone, Copy, ValueEnum)]
enum ClientAuth {
    /// `Authorization: Basic`.
    Basic,
    /// Parameters of the form.
    Body,
    /// An assertion that --private-key signs, in place of a secret (RFC 7523, section 2.2).
    PrivateKeyJwt,
}

/// All that a request needs. It has no `Debug`, since it holds secrets.
pub(super) struct Ready {
    proof: Proof,
    scope: Option<String>,
}

enum Proof {
    Client { id: String, credential: Credential },
    Assertion(Asserted),
    User { user: String, password: String },
}

/// The proof that a client is who it says.
enum Credential {
    Basic(String),
    Body(String),
    Assertion(Asserted),
}

/// The claims of an assertion, and its signer.
struct Asserted {
    signer: Signer,
    issuer: String,
    subject: String,
    audience: Option<String>,
    version: Option<String>,
}

impl Asserted {
    /// A fresh one, for the endpoint `url`.
    fn assertion(&self, url: &str, now: UnixTime) -> io::Result<String> {
        let audience = self.audience.as_deref().unwrap_or(url);
        let version = self.version.as_deref();
        self.signer
            .assertion(&self.issuer, &self.subject, audience, version, now)
    }
}

impl Login {
    /// The file of the private key, where it was named.
    pub(crate) fn private_key(&self) -> Option<&Path> {
        self.private_key.as_deref()
    }

    /// Reads the secret or the key that the grant needs.
    pub(super) fn ready(&self, provider: Option<&str>) -> io::Result<Ready> {
        let usual = match provider {
            Some("unico-check") => Grant::JwtBearer,
            _ => Grant::ClientCredentials,
        };
        let id = self
            .client_id
            .clone()
            .ok_or_else(|| io::Error::other("who asks? Add --client-id"))?;
        let proof = match self.grant.unwrap_or(usual) {
            Grant::ClientCredentials => Proof::Client {
                credential: match self.client_auth {
                    ClientAuth::Basic => Credential::Basic(self.secret()?),
                    ClientAuth::Body => Credential::Body(self.secret()?),
                    ClientAuth::PrivateKeyJwt => Credential::Assertion(self.asserted(&id)?),
                },
                id,
            },
            Grant::UserPassword => Proof::User {
                user: id,
                password: self.secret()?,
            },
            Grant::JwtBearer => Proof::Assertion(self.asserted(&id)?),
        };
        Ok(Ready {
            proof,
            scope: self.scope.clone(),
        })
    }

    fn asserted(&self, id: &str) -> io::Result<Asserted> {
        let path = self
            .private_key
            .as_deref()
            .ok_or_else(|| io::Error::other("an assertion needs --private-key, a PEM file"))?;
        Ok(Asserted {
            signer: Signer::read(path)?,
            issuer: self.issuer.clone().unwrap_or_else(|| id.to_owned()),
            subject: self.subject.clone().unwrap_or_else(|| id.to_owned()),
            audience: self.audience.clone(),
            version: self.version.clone(),
        })
    }

    fn secret(&self) -> io::Result<String> {
        named_variable(&self.client_secret_env)
    }
}

impl Ready {
    /// The request, at `path` of the endpoint `url`.
    pub(super) fn request(
        &self,
        path: &str,
        url: &str,
        now: UnixTime,
    ) -> io::Result<Request<Bytes>> {
        let request = Request::post(path).header(header::ACCEPT, "application/json");
        let (request, media_type, body) = match &self.proof {
            Proof::User { user, password } => (
                request,
                "application/json",
                json!({"user": user, "password": password}).to_string(),
            ),
            Proof::Client { id, credential } => {
                let grant = ("grant_type", "client_credentials");
                match credential {
                    Credential::Basic(secret) => {
                        // Encoded as in a form first (RFC 6749, section 2.3.1).
                        let pair = format!("{}:{}", encoded(id), encoded(secret));
                        let value = format!("Basic {}", STANDARD.encode(pair));
                        let request = request.header(header::AUTHORIZATION, value);
                        (request, FORM_TYPE, self.form(vec![grant]))
                    }
                    Credential::Body(secret) => {
                        let secret = ("client_secret", secret.as_str());
                        let form = vec![grant, ("client_id", id), secret];
                        (request, FORM_TYPE, self.form(form))
                    }
                    Credential::Assertion(asserted) => {
                        let form = vec![
                            grant,
                            ("client_id", id),
                            ("client_assertion_type", CLIENT_ASSERTION),
                        ];
                        let assertion = asserted.assertion(url, now)?;
                        let form = [form, vec![("client_assertion", &*assertion)]].concat();
                        (request, FORM_TYPE, self.form(form))
                    }
                }
            }
            Proof::Assertion(asserted) => {
                let assertion = asserted.assertion(url, now)?;
                let form = vec![("grant_type", JWT_BEARER), ("assertion", &assertion)];
                (request, FORM_TYPE, self.form(form))
            }
        };
        request
            .header(header::CONTENT_TYPE, media_type)
            .body(body.into())
            .map_err(io::Error::other)
    }

    fn form<'a>(&'a self, mut form: Vec<(&str, &'a str)>) -> String {
        if let Some(scope) = &self.scope {
            form.push(("scope", scope));
        }
        let pairs = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, FORM).to_string()
}
