//! Buildkite.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "buildkite.com/docs/apis/webhooks/pipelines";

/// Buildkite.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "buildkite",
    title: "Buildkite",
    page: Fact::known("https://buildkite.com/docs/apis/webhooks/pipelines", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-buildkite-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "signature".to_owned(),
                    timestamp: Some("timestamp".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), PAGE),
    secret: Some(
        SecretForm::text("BUILDKITE_WEBHOOK_TOKEN")
            .shown_in("Notification Services, the webhook's token"),
    ),
    marks: &["x-buildkite-signature", "x-buildkite-event"],
    sample: Some(Sample {
        types: &["build.finished", "job.started", "ping"],
        body: r#"{"event":$type,"build":{"id":"$uuid","number":1,"state":"passed","created_at":"2023-11-14T22:13:20Z","finished_at":"$time"},"pipeline":{"slug":"demo"},"sender":{"name":"demo"}}"#,
        headers: &[
            ("user-agent", "Buildkite-Request"),
            ("x-buildkite-event", "$name"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Buildkite: `x-buildkite-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. An event is identified by the digest of its body.
    /// - For a webhook that is set to send a signature. Otherwise Buildkite presents the token itself.
    buildkite
}
