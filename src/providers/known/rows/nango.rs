//! Nango.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{minutes, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/NangoHQ/nango, docs/guides/platform/webhooks-from-nango.mdx";

const GAPS: &[Duration] = &[Duration::from_millis(100), Duration::from_millis(200)];

/// Nango.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "nango",
    title: "Nango",
    page: "https://nango.dev/docs/guides/platform/webhooks-from-nango",
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-nango-hmac-sha256", SignatureEncoding::Hex).into()
        }),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), CODE),
    secret: Some(
        SecretForm::text("NANGO_WEBHOOK_SIGNING_KEY")
            .shown_in("Environment Settings, Webhooks, Signing key"),
    ),
    timeout: Fact::known(secs(20), CODE),
    retries: Fact::known(Retries::For(minutes(1)), CODE),
    repeats: Fact::known(Repeats::after(GAPS), CODE),
    marks: &["x-nango-hmac-sha256"],
    sample: Some(Sample {
        types: &["sync", "auth"],
        body: r#"{"from":"nango","type":$type,"connectionId":"$uuid","providerConfigKey":"demo","success":true,"modifiedAfter":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Nango: `x-nango-hmac-sha256` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - Not its older `x-nango-signature`, which is no MAC.
    /// - Known: Nango waits 20 s, and sends twice again, at once.
    nango
}
