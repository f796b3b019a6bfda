//! Facephi.

use crate::{
    cloudevents::STRUCTURED_JSON,
    providers::{
        facephi::API_KEY_HEADER,
        known::{
            BodyTime, Credential, CredentialForm, EventTypeAt, Fact, Identity, KnownSender, Proof,
            SecretForm,
        },
    },
    schemes::HmacBodyFieldConfig,
};

const EVENTS: &str = "docs.facephi.com, Identity API, \"Webhooks\"";
const CLOUD_EVENTS: &str = "CloudEvents 1.0, \"Required attributes\"";

/// The member that carries the MAC.
pub(in crate::providers) const SIGNATURE: &str = "signature";

/// See [`Facephi`](crate::providers::facephi::Facephi).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "facephi",
    title: "Facephi",
    page: Fact::assumed("https://docs.facephi.com"),
    proof: Fact::known(Proof::Scheme(|| signs().into()), EVENTS),
    identity: Fact::known(Identity::OfPack("source and id"), CLOUD_EVENTS),
    event_type: Fact::known(EventTypeAt::Member("/type"), CLOUD_EVENTS),
    body_time: Some(Fact::known(BodyTime::occurred_at("/time"), CLOUD_EVENTS)),
    secret: Some(SecretForm::text("FACEPHI_SECRET")),
    credentials: &[Credential {
        variable: "FACEPHI_API_KEY",
        form: CredentialForm::Header(API_KEY_HEADER),
    }],
    media_types: &[STRUCTURED_JSON],
    content_type: STRUCTURED_JSON,
    assumed: &[
        "which bytes it signs, and in which encoding its secret is written",
        "that it takes 200 as success, and sends at least once, in any order",
        "that its bodies, in which pictures are links, stay below 100 KiB where they have to be written anew",
    ],
    id_at: Some("/id"),
    ..KnownSender::UNKNOWN
};

/// The member with the MAC is known. Which bytes go into it is assumed, and a setting of the pack.
pub(in crate::providers) fn signs() -> HmacBodyFieldConfig {
    HmacBodyFieldConfig::new(SIGNATURE)
}
