//! Onfleet.

use crate::{
    keys::Encoding,
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.onfleet.com/reference/secrets";

/// Onfleet.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "onfleet",
    title: "Onfleet",
    page: Fact::known("https://docs.onfleet.com/reference/secrets", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-onfleet-signature", SignatureEncoding::Hex)
                .digest(Digest::Sha512)
                .into()
        }),
        PAGE,
    ),
    secret: Some(
        SecretForm::of(Encoding::Hex, "ONFLEET_WEBHOOK_SECRET")
            .shown_in("the dashboard, webhook secret"),
    ),
    marks: &["x-onfleet-signature"],
    sample: Some(Sample {
        types: &["taskCompleted"],
        body: r#"{"taskId":"$id","workerId":"$id","actionContext":{"type":"WORKER","id":"$id"},"triggerId":3,"triggerName":$type,"time":$millis,"data":{"task":{"id":"$id","state":3}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Onfleet: `x-onfleet-signature` over the body alone, under the secret decoded from hexadecimal
    /// ([`Secret::hex`](crate::keys::Secret::hex)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - When the webhook is set up, Onfleet asks with GET, unsigned. Answer it beside this route.
    onfleet
}
