//! [`PACKS`]: packs with settings of their own.

use hookgate::{
    pack::{Keys, Provider},
    providers::idcloud::IdCloud,
};

use super::{
    entry::{Entry, Relaxed},
    keys::{SAMPLE_PUBLIC_KEY, SAMPLE_RSA_KEY, SAMPLE_SECRET},
};
use crate::settings::{
    facephi::FacephiConfig,
    logto::LogtoConfig,
    refused::Refused,
    sns,
    unico::{IdCloudConfig, UnicoCheckConfig},
};

/// Packs with settings of their own. `terms.scheme` takes a constructor that takes the settings too.
/// `terms.without_secret` is for senders that sign nothing, or with a key whose public half the receiver has.
pub(super) const PACKS: &[Entry] = &[
    Entry {
        name: "logto",
        builder: |terms| terms.scheme(|config: LogtoConfig, keys| Ok(config.pack(keys))),
        least_settings: None,
        sample_key: SAMPLE_SECRET,
        plain_json: None,
    },
    Entry {
        name: "facephi",
        builder: |terms| terms.scheme(|config: FacephiConfig, keys| Ok(config.pack(keys))),
        least_settings: None,
        sample_key: SAMPLE_SECRET,
        plain_json: Some(Relaxed {
            setting: "plain_json",
            builder_line: "Facephi::new(secret).plain_json()",
        }),
    },
    Entry {
        name: "idcloud",
        builder: |terms| {
            terms.without_secret(
                |config: IdCloudConfig, _| Ok(config.pack()),
                |pack, tenants| Ok(IdCloud::tenants(pack, tenants)),
            )
        },
        least_settings: Some(r#"{"access":"none"}"#),
        sample_key: SAMPLE_SECRET,
        plain_json: None,
    },
    Entry {
        name: "unico-check",
        builder: |terms| {
            terms.without_secret(UnicoCheckConfig::pack, |pack, tenants| {
                // Every tenant has the record's keys.
                if !matches!(pack.keys(), Keys::NotNeeded) {
                    let why = "signed requests cannot serve tenants, who would all have the same key: give each a receiver of its own";
                    return Err(Refused::Malformed(why.to_owned()));
                }
                Ok(pack.tenants(tenants))
            })
        },
        least_settings: Some(r#"{"access":"none"}"#),
        sample_key: SAMPLE_PUBLIC_KEY,
        plain_json: None,
    },
    Entry {
        name: "sns",
        builder: |terms| {
            terms.without_secret(sns::pack, |_, _| {
                let why = "`tenant`: SNS signs for all with one key, so a message of one would pass for another";
                Err(Refused::Malformed(why.to_owned()))
            })
        },
        least_settings: Some(r#"{"topics":["arn:aws:sns:us-east-1:123456789012:topic"]}"#),
        sample_key: SAMPLE_RSA_KEY,
        plain_json: None,
    },
];
