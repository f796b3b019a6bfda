//! Asana.

use crate::{
    provider::Retries,
    providers::known::{
        Fact, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developers.asana.com/docs/webhooks-guide";

/// Asana.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "asana",
    title: "Asana",
    page: Fact::known("https://developers.asana.com/docs/webhooks-guide", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-hook-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    secret: Some(
        SecretForm::text("ASANA_HOOK_SECRET")
            .shown_in("the `x-hook-secret` of its handshake")
            .several("each webhook of Asana has a secret of its own, which its handshake names"),
    ),
    timeout: Fact::known(secs(10), PAGE),
    retries: Fact::known(Retries::For(hours(24)), PAGE),
    sample: Some(Sample {
        types: &["changed", "added", "deleted"],
        body: r#"{"events":[{"user":{"gid":"1"},"created_at":"$time","action":$type,"resource":{"gid":"$number","resource_type":"task"},"parent":null}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Asana: `x-hook-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - The handshake that creates a webhook must be answered with its own `x-hook-secret`. It is not signed. That secret
    ///   then signs. [`Registrations`](crate::challenge::Registrations) take it while you register, and not else.
    /// - A request has several events, and none at a heartbeat. So no type is read.
    /// - Known: Asana waits 10 s and sends again for a day. Then it deletes the webhook.
    asana
}
