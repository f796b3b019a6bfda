//! Webflow.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm, repeats::minutes,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "developers.webflow.com, \"Working with webhooks\"";
const SDK: &str = "webflow/js-webflow-api, `verifySignature`";
const LIMITS: &str = "developers.webflow.com, \"Limits and Retries\"";

const GAPS: &[Duration] = &[minutes(10), minutes(10), minutes(10)];

/// Webflow.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "webflow",
    title: "Webflow",
    page: Fact::known(
        "https://developers.webflow.com/data/docs/working-with-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-webflow-signature", SignatureEncoding::Hex)
                .timestamp("x-webflow-timestamp", TimestampForm::Milliseconds)
                .template("{timestamp}:{body}")
                .into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Member("/triggerType"), PAGE),
    secret: Some(
        SecretForm::text("WEBFLOW_CLIENT_SECRET")
            .several("a webhook that a site token has made is signed with a secret of its own"),
    ),
    retries: Fact::known(Retries::For(minutes(31)), LIMITS),
    repeats: Fact::known(Repeats::after(GAPS), LIMITS),
    marks: &["x-webflow-signature", "x-webflow-timestamp"],
    sample: Some(Sample {
        types: &["form_submission", "site_publish", "collection_item_created"],
        body: r#"{"triggerType":$type,"payload":{"name":"Contact Us","siteId":"65427cf400e02b306eaa049c","id":"$id","submittedAt":"$time","data":{}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Webflow: `x-webflow-signature` over `x-webflow-timestamp` and the body, under the client secret of the
    /// app. The secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - A webhook that was made in the site's dashboard is not signed.
    /// - The digest of the body identifies an event, which is assumed.
    /// - Known: Webflow repeats three times, 10 minutes apart.
    webflow
}
