//! LaunchDarkly.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "launchdarkly.com/docs/home/infrastructure/webhooks";

/// LaunchDarkly.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "launchdarkly",
    title: "LaunchDarkly",
    page: Fact::known(
        "https://launchdarkly.com/docs/home/infrastructure/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-ld-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/_id")),
    event_type: Fact::assumed(EventTypeAt::Member("/kind")),
    secret: Some(
        SecretForm::text("LAUNCHDARKLY_WEBHOOK_SECRET")
            .shown_in("Integrations, Webhooks, Sign this webhook"),
    ),
    assumed: &["its signature is hexadecimal"],
    marks: &["x-ld-signature"],
    id_at: Some("/_id"),
    sample: Some(Sample {
        types: &["flag", "environment"],
        body: r#"{"_id":"$eventid","_accountId":"$id","date":$millis,"kind":$type,"name":"demo","description":"","shortDescription":"","titleVerb":"turned on the flag","title":"demo"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// LaunchDarkly: `x-ld-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `_id` in the body identifies an event, which is assumed.
    launchdarkly
}
