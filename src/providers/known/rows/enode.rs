//! Enode.

use crate::{
    provider::Retries,
    providers::known::{
        Fact, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.enode.com/docs/webhooks";

/// Enode.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "enode",
    title: "Enode",
    page: Fact::known("https://developers.enode.com/docs/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-enode-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha1="))
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    secret: Some(
        SecretForm::text("ENODE_WEBHOOK_SECRET")
            .shown_in("chosen with the webhook: Enode never shows it"),
    ),
    timeout: Fact::known(secs(5), PAGE),
    retries: Fact::known(Retries::For(hours(24)), PAGE),
    marks: &["x-enode-signature", "x-enode-delivery"],
    sample: Some(Sample {
        types: &[
            "user:vehicle:updated",
            "user:charger:updated",
            "system:heartbeat",
        ],
        body: r#"[{"event":$type,"createdAt":"$time","version":"2024-10-01","user":{"id":"demo"},"vehicle":{"id":"$uuid"}}]"#,
        headers: &[("x-enode-delivery", "$uuid")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Enode: `x-enode-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - It signs with SHA-1, whose collisions do not break HMAC.
    /// - A request is a list of events, so no type is read. `x-enode-delivery` is not signed.
    /// - Known: Enode waits 5 s and sends again for a day. Then it makes the webhook inactive.
    enode
}
