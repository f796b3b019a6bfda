//! WorkOS.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::hours,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SDK: &str = "workos/workos-python, `Webhooks.verify_event` and its tests";
const PAGE: &str = "workos.com/docs/webhooks";

/// WorkOS.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "workos",
    title: "WorkOS",
    page: Fact::known("https://workos.com/docs/events/data-syncing/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("workos-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/event"), SDK),
    secret: Some(
        SecretForm::text("WORKOS_WEBHOOK_SECRET").shown_in("Dashboard, Webhooks, the endpoint"),
    ),
    retries: Fact::known(Retries::For(hours(72)), PAGE),
    marks: &["workos-signature"],
    sample: Some(Sample {
        types: &["connection.activated", "dsync.user.created", "user.created"],
        body: r#"{"id":"event_$eventid","event":$type,"created_at":"$time","data":{"object":"connection","id":"conn_$id","state":"active"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// WorkOS: `workos-signature` over the time, in milliseconds, and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` identifies an event, which is assumed.
    /// - Known: WorkOS repeats up to 12 times within 3 days.
    workos
}
