//! Close.

use crate::{
    keys::Encoding,
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "developer.close.com/api/resources/webhooks";

/// Close.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "close",
    title: "Close",
    page: Fact::known("https://developer.close.com/api/resources/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("close-sig-hash", SignatureEncoding::Hex)
                .timestamp("close-sig-timestamp", TimestampForm::Seconds)
                .template("{timestamp:10}{body}")
                .into()
        }),
        "triggerdotdev/trigger.dev, internal-packages/webhook-sources, `close-crm`",
    ),
    identity: Fact::assumed(Identity::Member("/event/id")),
    event_type: Fact::known(EventTypeAt::Member("/event/action"), PAGE),
    secret: Some(
        SecretForm::of(Encoding::Hex, "CLOSE_SIGNATURE_KEY")
            .shown_in("`signature_key` in the answer that creates the subscription"),
    ),
    marks: &["close-sig-hash", "close-sig-timestamp"],
    id_at: Some("/event/id"),
    sample: Some(Sample {
        types: &["created", "updated", "deleted"],
        body: r#"{"subscription_id":"whsub_demo","event":{"id":"ev_$eventid","date_created":"$time","action":$type,"object_type":"lead","object_id":"lead_$id","organization_id":"orga_demo","data":{"id":"lead_$id"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Close: `close-sig-hash` over `close-sig-timestamp`, then the body. The secret is taken in hexadecimal
    /// ([`Secret::hex`](crate::keys::Secret::hex)).
    ///
    /// - That the time is in seconds is shown by no request that Close has signed.
    /// - `event.id` in the body identifies an event, which is assumed. The type is what happened to the `object_type`.
    close
}
