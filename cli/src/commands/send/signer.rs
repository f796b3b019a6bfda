//! The library's [`Signer`], as settings say. The simulators of the other senders sign by themselves.

use std::io;

use hookgate::{
    providers::known::{
        KnownSender, {self},
    },
    schemes::{
        AccessTokenConfig, HmacBodyFieldConfig, HmacHeaderConfig, OneTimeTokenConfig, SchemeConfig,
    },
    simulator::Signer,
};
use serde::de::DeserializeOwned;

use crate::{
    commands::providers,
    settings::{
        catalog::algorithm_of, credentials::Proof, members::Settings, public_key::PublicKeyRule,
        refused::Refused, signed_request::SignedRequestRule, token_binding::TokenRule,
        unico::UnicoCheckConfig,
    },
};

/// That of `provider`, if its settings say how it signs. `key` is a shared secret's bytes, or a private key in PEM.
pub(super) fn signer_of(
    provider: &str,
    proof: Proof,
    settings: Option<&str>,
    key: &[u8],
) -> io::Result<Option<Signer>> {
    Ok(match (provider, proof) {
        ("hmac-header", _) => Some(of_secret::<HmacHeaderConfig>(settings, key)?),
        ("public-key-signature", _) => {
            let settings = Settings::read(settings).and_then(|settings| settings.of_scheme());
            let rule: PublicKeyRule = settings.map_err(providers::unusable)?;
            Some(rule.signer(key)?)
        }
        ("jwt-body-hash", _) => {
            let settings = Settings::read(settings).and_then(|settings| settings.of_scheme());
            let rule: TokenRule = settings.map_err(providers::unusable)?;
            let named = rule.first_key_id().map(str::to_owned);
            let signer = Signer::new(rule.scheme, key).map_err(io::Error::other)?;
            Some(match named {
                Some(name) => signer.key_id(name),
                None => signer,
            })
        }
        ("hmac-body-field", _) => Some(of_secret::<HmacBodyFieldConfig>(settings, key)?),
        // The simulator of its row signs.
        (_, Proof::Certificate) if known::find(provider).and_then(algorithm_of).is_some() => None,
        (_, Proof::Certificate) => {
            let rule = rule(provider, settings).map_err(providers::unusable)?;
            rule.map(|rule| rule.signer(key)).transpose()?
        }
        (_, Proof::Secret | Proof::Access) => None,
    })
}

/// Where `provider` puts a token that shows who calls, if it does.
pub(super) fn token_of(provider: &str, settings: Option<&str>) -> io::Result<Option<SchemeConfig>> {
    Ok(match provider {
        "access-token" => Some(of_settings::<AccessTokenConfig>(settings)?.into()),
        "one-time-token" => Some(of_settings::<OneTimeTokenConfig>(settings)?.into()),
        _ => known::find(provider)
            .filter(|sender| matches!(sender.proof.value(), known::Proof::Token(_)))
            .and_then(KnownSender::scheme),
    })
}

fn of_settings<C: DeserializeOwned>(settings: Option<&str>) -> io::Result<C> {
    Settings::read(settings)
        .and_then(|settings| settings.of_scheme())
        .map_err(providers::unusable)
}

/// With the settings that the receiver has. What it would refuse is not signed either.
fn of_secret<C: DeserializeOwned + Into<SchemeConfig>>(
    settings: Option<&str>,
    key: &[u8],
) -> io::Result<Signer> {
    Signer::new(of_settings::<C>(settings)?, key).map_err(io::Error::other)
}

fn rule(provider: &str, settings: Option<&str>) -> Result<Option<SignedRequestRule>, Refused> {
    let settings = Settings::read(settings)?;
    Ok(match provider {
        "unico-check" => settings.of_scheme::<UnicoCheckConfig>()?.into_signed(),
        _ => Some(settings.of_scheme()?),
    })
}
