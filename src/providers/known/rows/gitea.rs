//! Gitea.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/go-playground/webhooks, `gitea`";

/// Gitea.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gitea",
    title: "Gitea",
    page: Fact::assumed("https://docs.gitea.com/usage/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-gitea-signature", SignatureEncoding::Hex).into()),
        CODE,
    ),
    equal_bodies: Some("a label or a member is changed back and forth"),
    event_type: Fact::known(EventTypeAt::Header("x-gitea-event"), CODE),
    secret: Some(SecretForm::text("GITEA_WEBHOOK_SECRET")),
    marks: &["x-gitea-signature", "x-gitea-event", "x-gitea-delivery"],
    sample: Some(Sample {
        types: &["push", "issues", "pull_request"],
        body: r#"{"ref":"refs/heads/main","after":"$hex00000000","repository":{"id":$number,"full_name":"demo/app","private":true,"updated_at":"$time"},"sender":{"login":"demo","id":1}}"#,
        headers: &[
            ("x-gitea-delivery", "$uuid"),
            ("x-gitea-event-type", "$name"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Gitea: `x-gitea-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `x-gitea-event` is not signed. The type is a [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - It also writes the headers of Gogs and GitHub. They are passed over.
    /// - Choose `application/json` at the webhook: its forms are not taken.
    gitea
}
