//! The library's [`Signer`], as settings say. The simulators of the other senders sign by themselves.

use std::io;

use hookgate::{
    providers::known::{self, OpenSettings},
    schemes::{
        AccessTokenConfig, HmacBodyFieldConfig, HmacHeaderConfig, OneTimeTokenConfig, SchemeConfig,
        SignedFormConfig, SignedMembersConfig, SnsConfig,
    },
    simulator::Signer,
};
use serde::de::DeserializeOwned;

use crate::{
    commands::providers,
    settings::{
        catalog::algorithm_of,
        cloud_events::{
            CloudEventsRule, {self},
        },
        credentials::Proof,
        members::Settings,
        of_row::RowSettings,
        public_key::PublicKeyRule,
        refused::Refused,
        signed_request::SignedRequestRule,
        token_binding::TokenBinding,
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
        (cloud_events::NAME, _) => {
            let rule: CloudEventsRule = of_settings(settings)?;
            match rule.scheme() {
                None => None,
                Some((scheme, settings)) => signer_of(scheme, proof, Some(&settings), key)?,
            }
        }
        ("hmac-header", _) => Some(of_secret::<HmacHeaderConfig>(settings, key)?),
        ("public-key-signature", _) => {
            let settings = Settings::read(settings).and_then(|settings| settings.of_scheme());
            let rule: PublicKeyRule = settings.map_err(providers::unusable)?;
            Some(rule.signer(key)?)
        }
        ("jwt-body-hash", _) => {
            let settings = Settings::read(settings).and_then(|settings| settings.of_scheme());
            let rule: TokenBinding = settings.map_err(providers::unusable)?;
            let named = rule.first_name().map(str::to_owned);
            let signer = Signer::new(rule.scheme, key).map_err(io::Error::other)?;
            Some(match named {
                Some(name) => signer.key_id(name),
                None => signer,
            })
        }
        ("sns", _) => Some(of_secret::<SnsConfig>(settings, key)?),
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

/// What the row of `provider` leaves open, as the settings say it. A sender signs the address that it is told to send to, so
/// that is `to` where they say no other.
pub(super) fn open_of(
    provider: &str,
    settings: Option<&str>,
    to: &str,
) -> io::Result<OpenSettings> {
    let Some(sender) = known::find(provider).filter(|sender| sender.has_open_settings()) else {
        return Ok(OpenSettings::default());
    };
    let RowSettings { mut open, .. } = of_settings(settings)?;
    if sender.signs_address() {
        open.url.get_or_insert_with(|| to.to_owned());
    }
    Ok(open)
}

/// How `provider` proves a request by parts of it: by a token that shows who calls, or by a MAC over some fields or members. A
/// change of its body would prove nothing wrong.
pub(super) fn by_parts(
    provider: &str,
    settings: Option<&str>,
    open: &OpenSettings,
) -> io::Result<Option<SchemeConfig>> {
    Ok(match provider {
        "signed-form" => Some(of_settings::<SignedFormConfig>(settings)?.into()),
        "signed-members" => Some(of_settings::<SignedMembersConfig>(settings)?.into()),
        "access-token" => Some(of_settings::<AccessTokenConfig>(settings)?.into()),
        cloud_events::NAME => {
            let rule: CloudEventsRule = of_settings(settings)?;
            match rule.scheme() {
                Some(("access-token", settings)) => {
                    by_parts("access-token", Some(&settings), open)?
                }
                _ => None,
            }
        }
        "one-time-token" => Some(of_settings::<OneTimeTokenConfig>(settings)?.into()),
        _ => {
            let scheme = known::find(provider).map(|sender| sender.scheme_with(open));
            let scheme = scheme.transpose().map_err(io::Error::other)?.flatten();
            scheme.filter(|scheme| {
                matches!(
                    scheme,
                    SchemeConfig::AccessToken(_)
                        | SchemeConfig::OneTimeToken(_)
                        | SchemeConfig::SignedForm(_)
                        | SchemeConfig::SignedMembers(_)
                )
            })
        }
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
