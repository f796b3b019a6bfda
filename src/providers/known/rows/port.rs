//! Port.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const PAGE: &str = "docs.port.io, \"Validate webhook signatures\"";

/// Port.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "port",
    title: "Port",
    page: Fact::known(
        "https://docs.port.io/actions-and-automations/setup-backend/webhook/signature-verification",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-port-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::after("v1,"))
                .timestamp("x-port-timestamp", TimestampForm::Seconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    secret: Some(SecretForm::text("PORT_CLIENT_SECRET")),
    marks: &["x-port-signature", "x-port-timestamp"],
    sample: Some(Sample {
        types: &["run"],
        body: r#"{"context":{"runId":"r_$id"},"payload":{"action":{"identifier":"deploy"},"properties":{"type":$type}},"trigger":{"at":"$time","operation":"CREATE"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Port: `x-port-signature` over `x-port-timestamp` and the body, under the client secret of the
    /// organisation. The secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The digest of the body identifies an event, which is assumed.
    port
}
