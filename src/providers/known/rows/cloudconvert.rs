//! CloudConvert.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "cloudconvert/cloudconvert-node, `webhooks.verify`";

/// CloudConvert.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "cloudconvert",
    title: "CloudConvert",
    page: Fact::assumed("https://cloudconvert.com/api/v2/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("cloudconvert-signature", SignatureEncoding::Hex).into()
        }),
        SDK,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(
        SecretForm::text("CLOUDCONVERT_SIGNING_SECRET")
            .shown_in("the webhook's settings in the dashboard"),
    ),
    marks: &["cloudconvert-signature"],
    sample: Some(Sample {
        types: &["job.created", "job.finished", "job.failed"],
        body: r#"{"event":$type,"job":{"id":"$uuid","tag":null,"status":"finished","created_at":"2023-11-14T22:13:20Z","ended_at":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// CloudConvert: `cloudconvert-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    cloudconvert
}
