//! Dub.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "dubinc/dub, apps/web/lib/webhook";

/// Dub.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "dub",
    title: "Dub",
    page: Fact::assumed("https://dub.co/docs/webhooks/verify-webhook-requests"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("dub-signature", SignatureEncoding::Hex).into()),
        CODE,
    ),
    identity: Fact::known(Identity::Member("/id"), CODE),
    event_type: Fact::known(EventTypeAt::Member("/event"), CODE),
    secret: Some(SecretForm::text("DUB_WEBHOOK_SECRET").shown_in("the webhook's settings")),
    marks: &["dub-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["link.created", "link.clicked", "sale.created"],
        body: r#"{"id":"evt_$eventid","event":$type,"createdAt":"$time","data":{"id":"link_$id","domain":"dub.sh","key":"demo"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Dub: `dub-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event.
    dub
}
