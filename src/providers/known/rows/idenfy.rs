//! iDenfy.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "documentation.idenfy.com/security/callback-signing";
const GUIDE: &str = "documentation.idenfy.com/guides/webhooks-overview";

/// iDenfy.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "idenfy",
    title: "iDenfy",
    page: Fact::known(
        "https://documentation.idenfy.com/security/callback-signing",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("idenfy-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/status/overall")),
    secret: Some(
        SecretForm::text("IDENFY_SIGNING_KEY")
            .shown_in("Settings, Notifications, Headers: each webhook's own"),
    ),
    timeout: Fact::known(secs(10), GUIDE),
    marks: &["idenfy-signature"],
    sample: Some(Sample {
        types: &["APPROVED", "DENIED", "SUSPECTED"],
        body: r#"{"final":true,"platform":"PC","status":{"overall":$type,"autoDocument":"DOC_VALIDATED","autoFace":"FACE_MATCH"},"scanRef":"$uuid","clientId":"demo","startTime":$secs,"finishTime":$secs}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// iDenfy: `idenfy-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a signing key. The result of a check is read as its type.
    /// - Known: iDenfy waits 10 s.
    idenfy
}
