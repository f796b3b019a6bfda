//! Flutterwave.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.flutterwave.com/docs/webhooks";

/// Flutterwave.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "flutterwave",
    title: "Flutterwave",
    page: Fact::known("https://developer.flutterwave.com/docs/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("flutterwave-signature", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("FLUTTERWAVE_SECRET_HASH").shown_in("Settings, Webhooks: the secret hash"),
    ),
    marks: &["flutterwave-signature"],
    sample: Some(Sample {
        types: &["charge.completed", "transfer.completed"],
        body: r#"{"webhook_id":"wbk_$id","timestamp":$millis,"type":$type,"data":{"id":"chg_$id","amount":200,"currency":"NGN","status":"succeeded"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Flutterwave: `flutterwave-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For its API v4. That of v3 presents the secret hash itself in `verif-hash`, and signs nothing.
    flutterwave
}
