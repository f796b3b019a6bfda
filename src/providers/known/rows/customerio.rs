//! Customer.io.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "docs.customer.io/integrations/api/webhooks";
const GUIDE: &str = "docs.customer.io/integrations/data-out/connections/webhooks";

/// Customer.io.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "customerio",
    title: "Customer.io",
    page: Fact::known("https://docs.customer.io/integrations/api/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-cio-signature", SignatureEncoding::Hex)
                .timestamp("x-cio-timestamp", TimestampForm::Seconds)
                .template("v0:{timestamp}:{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/event_id")),
    event_type: Fact::known(EventTypeAt::Member("/metric"), PAGE),
    secret: Some(
        SecretForm::text("CUSTOMERIO_WEBHOOK_SIGNING_KEY")
            .shown_in("Integrations, Reporting Webhooks"),
    ),
    timeout: Fact::known(secs(4), GUIDE),
    retries: Fact::known(Retries::For(hours(168)), GUIDE),
    marks: &["x-cio-signature", "x-cio-timestamp"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["delivered", "opened", "unsubscribed"],
        body: r#"{"event_id":"$eventid","object_type":"email","metric":$type,"timestamp":$secs,"data":{"customer_id":"demo","delivery_id":"$hex"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Customer.io: `x-cio-signature` over `v0:{timestamp}:{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `event_id` identifies the event. That
    ///   is assumed.
    /// - For reporting webhooks. An event is named by its `object_type` and its `metric`. The latter is read as its
    ///   type.
    /// - Known: Customer.io waits 4 s, sends again for 7 days, and keeps later events back meanwhile.
    customerio
}
