//! Every pack, preset and scheme that the command knows.

use hookgate::{
    Receiver,
    providers::{idcloud::IdCloud, logto::Logto, preset::Preset, unico_check::UnicoCheck},
    schemes::{HmacHeader, HmacHeaderConfig},
};

use crate::{
    refused::Refused,
    terms::Terms,
    unico::{IdCloudConfig, UnicoCheckConfig},
};

/// A pack, preset or scheme.
pub(crate) struct Listed {
    /// What records call it.
    pub(crate) name: &'static str,
    pub(crate) receiver: fn(Terms<'_>) -> Result<Receiver, Refused>,
    /// How it signs.
    pub(crate) signature: &'static str,
    /// What identifies an event.
    pub(crate) event_key: &'static str,
    /// What is assumed of the sender rather than known.
    pub(crate) assumed: &'static str,
    /// The least settings with which a receiver can be built.
    pub(crate) least_settings: Option<&'static str>,
}

/// The one of this name.
pub(crate) fn find(name: &str) -> Option<&'static Listed> {
    ALL.iter().find(|listed| listed.name == name)
}

const UNKNOWN_SENDER: &str = "how long it waits, and whether it sends again";

/// A pack joins with an entry here: `terms.pack` takes its constructor, `terms.scheme` one that also takes
/// the scheme's configuration, `terms.by_access` is for senders that sign nothing.
pub(crate) const ALL: &[Listed] = &[
    Listed {
        name: "logto",
        receiver: |terms| terms.pack(Logto::new),
        signature: "HMAC-SHA256 of {body}, hex, in logto-signature-sha-256",
        event_key: "digest of the body",
        assumed: "nothing",
        least_settings: None,
    },
    Listed {
        name: "idcloud",
        receiver: |terms| terms.by_access(IdCloudConfig::pack, IdCloud::tenants),
        signature: "none: the access rule is the proof",
        event_key: "processId and state, or id and status",
        assumed: "the body of IDPay; how its attempts grow apart",
        least_settings: Some(r#"{"access":"none"}"#),
    },
    Listed {
        name: "unico-check",
        receiver: |terms| terms.by_access(UnicoCheckConfig::pack, UnicoCheck::tenants),
        signature: "none: the access rule is the proof",
        event_key: "shape, id, event, status, score",
        assumed: "the body, by a customer's documentation; the Secret's form",
        least_settings: Some(r#"{"access":"none"}"#),
    },
    Listed {
        name: "standard-webhooks",
        receiver: |terms| terms.pack(Preset::standard_webhooks),
        signature: "HMAC-SHA256 of {id}.{timestamp}.{body}, base64, in webhook-signature",
        event_key: "the signed webhook-id",
        assumed: UNKNOWN_SENDER,
        least_settings: None,
    },
    Listed {
        name: "svix",
        receiver: |terms| terms.pack(Preset::svix),
        signature: "HMAC-SHA256 of {id}.{timestamp}.{body}, base64, in svix-signature",
        event_key: "the signed svix-id",
        assumed: UNKNOWN_SENDER,
        least_settings: None,
    },
    Listed {
        name: "github",
        receiver: |terms| terms.pack(Preset::github),
        signature: "HMAC-SHA256 of {body}, hex after sha256=, in x-hub-signature-256",
        event_key: "digest of the body",
        assumed: "nothing",
        least_settings: None,
    },
    Listed {
        name: "stripe",
        receiver: |terms| terms.pack(Preset::stripe),
        signature: "HMAC-SHA256 of {timestamp}.{body}, hex, as v1 in stripe-signature",
        event_key: "the body's id, else its digest",
        assumed: "how long it waits",
        least_settings: None,
    },
    Listed {
        name: "slack",
        receiver: |terms| terms.pack(Preset::slack),
        signature: "HMAC-SHA256 of v0:{timestamp}:{body}, hex after v0=, in x-slack-signature",
        event_key: "the body's event_id, else its digest",
        assumed: "nothing",
        least_settings: None,
    },
    Listed {
        name: "shopify",
        receiver: |terms| terms.pack(Preset::shopify),
        signature: "HMAC-SHA256 of {body}, base64, in x-shopify-hmac-sha256",
        event_key: "digest of the body",
        assumed: "nothing",
        least_settings: None,
    },
    Listed {
        name: "hmac-header",
        receiver: |terms| {
            terms.scheme(|config: HmacHeaderConfig, keys| {
                let scheme = HmacHeader::try_from(config)?;
                Ok(Preset::custom("hmac-header", scheme, keys))
            })
        },
        signature: "HMAC of a template, in a header, as `settings` say",
        event_key: "the signed id, else the digest of the body",
        assumed: UNKNOWN_SENDER,
        least_settings: Some(r#"{"signature_header":"x-signature","encoding":"hex"}"#),
    },
];
