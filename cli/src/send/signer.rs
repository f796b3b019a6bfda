//! [`Signer`]: signs as settings say. The simulators of the other senders sign by themselves.

use std::io;

use hookgate::{
    UnixTime,
    simulator::{RequestSigner, Sent},
};

use super::{body_signer::BodySigner, header_signer::HeaderSigner};
use crate::{
    credentials::Proof, providers, refused::Refused, settings::Settings,
    signed_request::SignedRequestRule, unico::UnicoCheckConfig,
};

/// Each scheme's.
pub(super) enum Signer {
    Header(HeaderSigner),
    Body(BodySigner),
    Request(Box<RequestSigner>),
}

impl Signer {
    /// That of `provider`, if its settings say how it signs. `key` is a shared secret's bytes, or a private key in PEM.
    pub(super) fn of(
        provider: &str,
        proof: Proof,
        settings: Option<&str>,
        key: &[u8],
    ) -> io::Result<Option<Self>> {
        Ok(match (provider, proof) {
            ("hmac-header", _) => Some(Self::Header(HeaderSigner::new(settings, key)?)),
            ("hmac-body-field", _) => Some(Self::Body(BodySigner::new(settings, key)?)),
            (_, Proof::Certificate) => {
                let rule = rule(provider, settings).map_err(providers::unusable)?;
                let signer = rule.map(|rule| rule.signer(key)).transpose()?;
                signer.map(|signer| Self::Request(Box::new(signer)))
            }
            (_, Proof::Secret | Proof::Access) => None,
        })
    }

    /// Signs `sent` as the message `id` at `at`.
    pub(super) fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> io::Result<Sent> {
        match self {
            Self::Header(signer) => signer.sign(sent, id, at),
            Self::Body(signer) => signer.sign(sent),
            Self::Request(signer) => Ok(signer.sign(sent, id, at)),
        }
    }

    /// The request without its signature.
    pub(super) fn unsigned(&self, sent: Sent) -> Sent {
        match self {
            Self::Header(signer) => sent.without_header(&signer.signature_header()),
            Self::Body(signer) => signer.unsigned(sent),
            Self::Request(_) => sent.unsigned(),
        }
    }
}

fn rule(provider: &str, settings: Option<&str>) -> Result<Option<SignedRequestRule>, Refused> {
    let settings = Settings::read(settings)?;
    Ok(match provider {
        "unico-check" => settings.of_scheme::<UnicoCheckConfig>()?.into_signed(),
        _ => Some(settings.of_scheme()?),
    })
}
