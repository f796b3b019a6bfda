//! OpenProject.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/opf/openproject, `RepresentedWebhookJob`";

/// OpenProject.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "openproject",
    title: "OpenProject",
    page: Fact::assumed("https://openproject.org/docs/system-admin-guide/api-and-webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-op-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha1="))
                .digest(Digest::Sha1)
                .into()
        }),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/action"), CODE),
    secret: Some(SecretForm::text("OPENPROJECT_WEBHOOK_SECRET")),
    marks: &["x-op-signature"],
    sample: Some(Sample {
        types: &["work_package:created", "work_package:updated"],
        body: r#"{"action":$type,"work_package":{"_type":"WorkPackage","id":$number,"subject":"demo","createdAt":"2023-11-14T22:13:20Z","updatedAt":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// OpenProject: `x-op-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - SHA-1 under HMAC: its collisions do not break HMAC.
    openproject
}
