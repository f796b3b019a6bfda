//! Zendesk.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "developer.zendesk.com/documentation/webhooks/verifying";

/// Zendesk.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "zendesk",
    title: "Zendesk",
    page: Fact::known(
        "https://developer.zendesk.com/documentation/webhooks/verifying/",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-zendesk-webhook-signature", SignatureEncoding::Base64)
                .timestamp(
                    "x-zendesk-webhook-signature-timestamp",
                    TimestampForm::Rfc3339,
                )
                .template("{timestamp:rfc3339}{body}")
                .into()
        }),
        PAGE,
    ),
    equal_bodies: Some("the template of a trigger has neither an id nor a time of its event"),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("ZENDESK_WEBHOOK_SECRET")
            .several("each webhook of Zendesk has a secret of its own"),
    ),
    marks: &[
        "x-zendesk-webhook-signature",
        "x-zendesk-webhook-signature-timestamp",
    ],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &[
            "zen:event-type:ticket.created",
            "zen:event-type:ticket.status_changed",
        ],
        body: r#"{"type":$type,"account_id":12345678,"id":"$eventuuid","time":"$time","zendesk_event_version":"2022-11-06","subject":"zen:ticket:$number","detail":{"id":"$number","status":"open"},"event":{}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Zendesk: `x-zendesk-webhook-signature` over `x-zendesk-webhook-signature-timestamp`, then the body. The
    /// secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The digest of the body identifies an event, which is assumed. A webhook that is subscribed to events has their `id`.
    /// - The body of a trigger or an automation is its owner's. Put an id or a time of the event into it. Without one, the
    ///   second of two equal events is taken for a copy.
    zendesk
}
