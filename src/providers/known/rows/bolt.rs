//! Bolt.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "help.bolt.com/developers/webhooks/hook-verification";

/// Bolt.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "bolt",
    title: "Bolt",
    page: Fact::known(
        "https://help.bolt.com/developers/webhooks/hook-verification",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-bolt-hmac-sha256", SignatureEncoding::Base64)
                .or_signed_in("x-bolt-hmac-sha256-pending")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("BOLT_SIGNING_SECRET").shown_in("Merchant Dashboard, Administration, API"),
    ),
    marks: &["x-bolt-hmac-sha256"],
    sample: Some(Sample {
        types: &["payment", "capture", "credit"],
        body: r#"{"type":$type,"object":"transaction","data":{"id":"TA$hex","reference":"DEMO-DEMO-DEMO","status":"authorized","date":$millis}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Bolt: `x-bolt-hmac-sha256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - While a secret is replaced, `x-bolt-hmac-sha256-pending` has the next one's signature. Both headers are
    ///   read, so the receiver may hold either secret.
    bolt
}
