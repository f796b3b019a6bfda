//! Every pack, preset and scheme that the command knows.

use hookgate::{
    ReceiverBuilder,
    pack::{Keys, Provider},
    providers::{idcloud::IdCloud, preset::Preset},
    schemes::{HmacBodyField, HmacBodyFieldConfig, HmacHeader, HmacHeaderConfig},
};

use crate::settings::{
    facephi::FacephiConfig,
    logto::LogtoConfig,
    refused::Refused,
    signed_request::SignedRequestRule,
    terms::Terms,
    unico::{IdCloudConfig, UnicoCheckConfig},
};

/// A pack, preset or scheme.
pub(crate) struct Listed {
    /// Its name in records.
    pub(crate) name: &'static str,
    pub(crate) builder: fn(Terms<'_>) -> Result<ReceiverBuilder, Refused>,
    /// How it signs.
    pub(crate) signature: &'static str,
    /// What identifies an event.
    pub(crate) event_key: &'static str,
    /// What is assumed of the sender rather than known.
    pub(crate) assumed: &'static str,
    /// The least settings with which a receiver can be built.
    pub(crate) least_settings: Option<&'static str>,
    /// A key with which one can be built. It never verifies anything.
    pub(crate) sample_key: &'static str,
}

const SAMPLE_SECRET: &str = "hex:01";
/// The public key of RFC 8410, section 10.1.
const SAMPLE_PUBLIC_KEY: &str = "der:MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

/// The one of this name.
pub(crate) fn find(name: &str) -> Option<&'static Listed> {
    ALL.iter().find(|listed| listed.name == name)
}

const UNKNOWN_SENDER: &str = "how long it waits, and whether it sends again";

/// A pack joins with an entry here. `terms.pack` takes its constructor. `terms.scheme` takes one that also
/// takes the scheme's configuration. `terms.without_secret` is for senders that sign nothing, or with a key
/// whose public half the receiver has.
pub(crate) const ALL: &[Listed] = &[
    Listed {
        name: "logto",
        builder: |terms| terms.scheme(|config: LogtoConfig, keys| Ok(config.pack(keys))),
        signature: "HMAC-SHA256 of {body}, hex, in logto-signature-sha-256",
        event_key: "digest of the body",
        assumed: "nothing",
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "facephi",
        builder: |terms| terms.scheme(|config: FacephiConfig, keys| Ok(config.pack(keys))),
        signature: "HMAC-SHA256 of the JSON without its member `signature`, base64, in that member",
        event_key: "source and id",
        assumed: "which bytes are signed; all data but of id_captured; retries",
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "idcloud",
        builder: |terms| {
            terms.without_secret(
                |config: IdCloudConfig, _| Ok(config.pack()),
                |pack, tenants| Ok(IdCloud::tenants(pack, tenants)),
            )
        },
        signature: "none: the access rule is the proof",
        event_key: "processId and state, or id and status",
        assumed: "the body of IDPay; how its attempts grow apart",
        least_settings: Some(r#"{"access":"none"}"#),
        sample_key: SAMPLE_SECRET,
    },
    Listed {
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
        signature: "none: the access rule is the proof; or by a certificate's key, as `settings` say",
        event_key: "shape, id, event, status, score",
        assumed: "the body, by a customer's documentation; the Secret's form; which bytes are signed",
        least_settings: Some(r#"{"access":"none"}"#),
        sample_key: SAMPLE_PUBLIC_KEY,
    },
    Listed {
        name: "standard-webhooks",
        builder: |terms| terms.pack(Preset::standard_webhooks),
        signature: "HMAC-SHA256 of {id}.{timestamp}.{body}, base64, in webhook-signature",
        event_key: "the signed webhook-id",
        assumed: UNKNOWN_SENDER,
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "svix",
        builder: |terms| terms.pack(Preset::svix),
        signature: "HMAC-SHA256 of {id}.{timestamp}.{body}, base64, in svix-signature",
        event_key: "the signed svix-id",
        assumed: UNKNOWN_SENDER,
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "github",
        builder: |terms| terms.pack(Preset::github),
        signature: "HMAC-SHA256 of {body}, hex after sha256=, in x-hub-signature-256",
        event_key: "digest of the body",
        assumed: "nothing",
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "stripe",
        builder: |terms| terms.pack(Preset::stripe),
        signature: "HMAC-SHA256 of {timestamp}.{body}, hex, as v1 in stripe-signature",
        event_key: "the body's id, else its digest",
        assumed: "how long it waits",
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "slack",
        builder: |terms| terms.pack(Preset::slack),
        signature: "HMAC-SHA256 of v0:{timestamp}:{body}, hex after v0=, in x-slack-signature",
        event_key: "the body's event_id, else its digest",
        assumed: "nothing",
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "shopify",
        builder: |terms| terms.pack(Preset::shopify),
        signature: "HMAC-SHA256 of {body}, base64, in x-shopify-hmac-sha256",
        event_key: "digest of the body",
        assumed: "nothing",
        least_settings: None,
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "hmac-header",
        builder: |terms| {
            terms.scheme(|config: HmacHeaderConfig, keys| {
                let scheme = HmacHeader::try_from(config)?;
                Ok(Preset::custom("hmac-header", scheme, keys))
            })
        },
        signature: "HMAC of a template, in a header, as `settings` say",
        event_key: "the signed id, else the digest of the body",
        assumed: UNKNOWN_SENDER,
        least_settings: Some(r#"{"signature_header":"x-signature","encoding":"hex"}"#),
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "hmac-body-field",
        builder: |terms| {
            terms.scheme(|config: HmacBodyFieldConfig, keys| {
                let scheme = HmacBodyField::try_from(config)?;
                Ok(Preset::custom("hmac-body-field", scheme, keys))
            })
        },
        signature: "HMAC of the JSON without its signature, in a member of it, as `settings` say",
        event_key: "digest of what is signed",
        assumed: UNKNOWN_SENDER,
        least_settings: Some(r#"{"member":"signature"}"#),
        sample_key: SAMPLE_SECRET,
    },
    Listed {
        name: "signed-request",
        builder: |terms| {
            terms.without_secret(
                |rule: SignedRequestRule, keys| {
                    let (scheme, keys) = rule.scheme(keys)?;
                    Ok(Preset::custom("signed-request", scheme, keys))
                },
                |_, _| {
                    let why = "`tenant`: all would have the same key, so a request of one would pass for another";
                    Err(Refused::Malformed(why.to_owned()))
                },
            )
        },
        signature: "by a certificate's key over a template, in a header, as `settings` say",
        event_key: "digest of the body",
        assumed: UNKNOWN_SENDER,
        least_settings: Some(r#"{"algorithms":["EdDSA"],"signature_header":"x-signature"}"#),
        sample_key: SAMPLE_PUBLIC_KEY,
    },
];
