//! Exa.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "exa.ai/docs/websets/api/webhooks/verifying-signatures";

/// Exa.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "exa",
    title: "Exa",
    page: Fact::known(
        "https://exa.ai/docs/websets/api/webhooks/verifying-signatures",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("exa-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("EXA_WEBHOOK_SECRET").shown_in("the answer that creates the webhook"),
    ),
    marks: &["exa-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["webset.created", "webset.idle", "webset.item.created"],
        body: r#"{"id":"event_$eventid","object":"event","type":$type,"data":{"id":"webset_$id","object":"webset","status":"idle"},"createdAt":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Exa: `exa-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `id` identifies the event. That is
    ///   assumed.
    /// - For its websets.
    exa
}
