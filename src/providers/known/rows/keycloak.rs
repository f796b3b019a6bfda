//! Keycloak (Phase Two events).

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::minutes,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str =
    "github.com/p2-inc/keycloak-events, README and `HttpSenderEventListenerProvider`";

const GAPS: &[Duration] = &[
    Duration::from_millis(500),
    Duration::from_millis(2500),
    Duration::from_millis(12500),
    Duration::from_millis(62500),
    minutes(3),
    minutes(3),
    minutes(3),
    minutes(3),
];

/// Keycloak (Phase Two events).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "keycloak",
    title: "Keycloak (Phase Two events)",
    page: Fact::known("https://github.com/p2-inc/keycloak-events", CODE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-keycloak-signature", SignatureEncoding::Hex).into()
        }),
        CODE,
    ),
    identity: Fact::assumed(Identity::Member("/uid")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("KEYCLOAK_WEBHOOK_SECRET").shown_in("the webhook object's `secret`"),
    ),
    retries: Fact::known(Retries::For(minutes(15)), CODE),
    repeats: Fact::known(Repeats::after(GAPS), CODE),
    marks: &["x-keycloak-signature"],
    id_at: Some("/uid"),
    sample: Some(Sample {
        types: &["access.LOGIN", "access.REGISTER", "admin.USER-CREATE"],
        body: r#"{"uid":"$eventuuid","time":$millis,"realmId":"demo","type":$type,"authDetails":{"realmId":"demo","userId":"$uuid"},"details":{"auth_method":"openid-connect"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Keycloak (Phase Two events): `x-keycloak-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `uid` in the body identifies an event, which is assumed.
    /// - Keycloak itself sends no webhooks. This is the extension `keycloak-events` of Phase Two, with HMAC-SHA256,
    ///   its default.
    /// - Known: unless its owner sets other values, it sends again for 15 minutes, with growing gaps.
    keycloak
}
