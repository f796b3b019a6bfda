//! Xero.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.xero.com, \"Configuring your server\"";
const LIBRARY: &str = "calcinai/xero-php, `Webhook::validate` and its tests";

/// Xero.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "xero",
    title: "Xero",
    page: Fact::known(
        "https://developer.xero.com/documentation/guides/webhooks/configuring-your-server",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-xero-signature", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Nowhere, LIBRARY),
    secret: Some(SecretForm::text("XERO_WEBHOOK_KEY")),
    timeout: Fact::known(secs(5), PAGE),
    retries: Fact::known(Retries::For(hours(24)), PAGE),
    marks: &["x-xero-signature"],
    sample: Some(Sample {
        types: &["CREATE", "UPDATE"],
        body: r#"{"events":[{"resourceUrl":"https://api.xero.com/api.xro/2.0/Contacts/1","resourceId":"$uuid","eventDateUtc":"$time","eventType":$type,"eventCategory":"CONTACT","tenantId":"$uuid","tenantType":"ORGANISATION"}],"firstEventSequence":1,"lastEventSequence":1,"entropy":"S0M3R4ND0MT3XT"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Xero: `x-xero-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - One body may hold several events. The digest of the body identifies them together, which is assumed.
    /// - As an endpoint is registered, Xero sends requests with right and wrong signatures. It wants 200 and
    ///   401 without a body. The 401 of a receiver has one, so a layer before it has to drop it.
    /// - Known: Xero waits 5 s, and repeats for 24 hours. Then it disables the webhook.
    xero
}
