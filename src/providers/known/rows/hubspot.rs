//! HubSpot.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "developers.hubspot.com, \"Validating requests\"";
const SDK: &str = "github.com/HubSpot/hubspot-api-nodejs, `Signature`";

/// HubSpot.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "hubspot",
    title: "HubSpot",
    page: Fact::known(
        "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hubspot-signature-v3", SignatureEncoding::Base64)
                .timestamp("x-hubspot-request-timestamp", TimestampForm::Milliseconds)
                // Until the year 2286 a time has 13 digits.
                .template("{method}{url}{body}{timestamp:13}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::known(EventTypeAt::Nowhere, SDK),
    secret: Some(
        SecretForm::text("HUBSPOT_CLIENT_SECRET")
            .shown_in("the app's settings, Auth, Client secret"),
    ),
    timeout: Fact::assumed(secs(5)),
    retries: Fact::assumed(Retries::For(hours(24))),
    warning: Some(
        "HubSpot counts attempts in the body, so an event that is sent again is a new one: compare `eventId` in the handler",
    ),
    marks: &["x-hubspot-signature-v3", "x-hubspot-request-timestamp"],
    sample: Some(Sample {
        types: &["contact.creation", "deal.deletion"],
        body: r#"[{"eventId":$eventnumber,"subscriptionId":12345,"portalId":62515,"occurredAt":$millis,"subscriptionType":$type,"attemptNumber":0,"objectId":$number,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// HubSpot: `x-hubspot-signature-v3` over method, address, body and time, under the app's client secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)). It needs [`address`](Self::address): the app's target URL, with the signs
    /// that HubSpot decodes in it decoded.
    ///
    /// - `x-hubspot-signature`, of versions 1 and 2, is a digest of secret and body and no MAC. It is not looked at: a longer
    ///   body could be given a right one. HubSpot sends it beside that of version 3.
    /// - A body is a list of up to 100 events, which are one delivery. The digest of the body identifies it.
    /// - **`attemptNumber` in the body grows with each attempt.** So what is sent again is another event here: compare `eventId`
    ///   with what you have handled.
    /// - Assumed: HubSpot waits 5 s, and sends again for 24 hours.
    hubspot
}
