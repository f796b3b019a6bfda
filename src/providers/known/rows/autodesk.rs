//! Autodesk Platform Services.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "aps.autodesk.com, \"How to verify payload signature\"";

/// Autodesk Platform Services.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "autodesk",
    title: "Autodesk Platform Services",
    page: Fact::assumed("https://aps.autodesk.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-adsk-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha1hash="))
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/hook/event")),
    secret: Some(
        SecretForm::text("APS_WEBHOOK_SECRET")
            .shown_in("the token that the application has registered"),
    ),
    assumed: &["that each body has the time of its change"],
    marks: &["x-adsk-signature", "x-adsk-delivery-id"],
    sample: Some(Sample {
        types: &["dm.version.added", "dm.file.deleted", "extraction.finished"],
        body: r#"{"version":"1.0","resourceUrn":"urn:demo:$hex","hook":{"hookId":"00000000-0000-4000-8000-000000000001","tenant":"demo","event":$type},"payload":{"ext":"pdf","modifiedTime":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Autodesk Platform Services: `x-adsk-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - It signs with SHA-1, whose collisions do not break HMAC.
    /// - `x-adsk-delivery-id` is not signed.
    autodesk
}
