//! Increase.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SDK: &str = "Increase/increase-python, tests/api_resources/test_webhooks.py of its versions with `Increase-Webhook-Signature`";

/// Increase.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "increase",
    title: "Increase",
    page: Fact::assumed("https://increase.com/documentation/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("increase-webhook-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .timestamp_form(TimestampForm::Rfc3339)
                .template("{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/category")),
    secret: Some(SecretForm::text("INCREASE_WEBHOOK_SECRET")),
    marks: &["increase-webhook-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &[
            "account.created",
            "transaction.created",
            "check_transfer.updated",
        ],
        body: r#"{"id":"event_$eventid","associated_object_id":"account_$id","associated_object_type":"account","category":$type,"created_at":"$time","type":"event"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Increase: `increase-webhook-signature` over its time, a dot and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Newer subscriptions follow Standard Webhooks, and need `Preset::standard_webhooks`.
    /// - The time is a date with its offset. `id` in the body identifies an event, which is assumed.
    increase
}
