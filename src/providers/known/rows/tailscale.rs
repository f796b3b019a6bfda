//! Tailscale.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SOURCE: &str = "tailscale/tailscale, `docs/webhooks/example.go`";

/// Tailscale.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "tailscale",
    title: "Tailscale",
    page: Fact::assumed("https://tailscale.com/kb/1213/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("tailscale-webhook-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        SOURCE,
    ),
    event_type: Fact::known(EventTypeAt::Nowhere, SOURCE),
    secret: Some(SecretForm::text("TAILSCALE_WEBHOOK_SECRET")),
    marks: &["tailscale-webhook-signature"],
    sample: Some(Sample {
        types: &["nodeCreated", "nodeApproved", "userCreated"],
        body: r#"[{"timestamp":"$time","version":1,"type":$type,"tailnet":"example.com","message":"demo","data":{"nodeID":"$id"}}]"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Tailscale: `tailscale-webhook-signature` over the time and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The body is a list of events. The digest of the body identifies them together, which is assumed.
    tailscale
}
