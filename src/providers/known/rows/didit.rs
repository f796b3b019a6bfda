//! Didit.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.didit.me/integration/webhooks";

/// Didit.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "didit",
    title: "Didit",
    page: Fact::known("https://docs.didit.me/integration/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/webhook_type")),
    secret: Some(
        SecretForm::text("DIDIT_WEBHOOK_SECRET_KEY").shown_in("API & Webhooks, Webhook Secret Key"),
    ),
    marks: &["x-signature-v2", "x-signature-simple"],
    sample: Some(Sample {
        types: &["status.updated", "data.updated"],
        body: r#"{"session_id":"$uuid","status":"Approved","webhook_type":$type,"created_at":$secs,"timestamp":$secs,"vendor_data":"demo"}"#,
        headers: &[
            ("x-signature-v2", "$hex$hex"),
            ("x-signature-simple", "$hex$hex"),
            ("x-timestamp", "$secs"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Didit: `x-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - `x-signature` covers the bytes as they were sent. `x-signature-v2` and `x-signature-simple`, which cover a
    ///   form of them, are not read.
    /// - `x-timestamp` is not signed.
    didit
}
