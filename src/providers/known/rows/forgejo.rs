//! Forgejo.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SIGNATURE: &str = "docs.rs/vgi-forge-forgejo, module `webhook`";
const EVENTS: &str = "docs.rs/isb-apps, module `webhook`";

/// Forgejo.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "forgejo",
    title: "Forgejo",
    page: Fact::assumed("https://forgejo.org/docs/latest/user/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-forgejo-signature", SignatureEncoding::Hex).into()
        }),
        SIGNATURE,
    ),
    equal_bodies: Some("a label or a member is changed back and forth"),
    event_type: Fact::known(EventTypeAt::Header("x-forgejo-event"), EVENTS),
    secret: Some(SecretForm::text("FORGEJO_WEBHOOK_SECRET")),
    marks: &[
        "x-forgejo-signature",
        "x-forgejo-event",
        "x-forgejo-delivery",
    ],
    sample: Some(Sample {
        types: &["push", "issues", "repository"],
        body: r#"{"ref":"refs/heads/main","after":"$hex00000000","repository":{"id":$number,"full_name":"demo/app","private":true,"updated_at":"$time"},"sender":{"login":"demo","id":1}}"#,
        headers: &[
            ("x-forgejo-delivery", "$uuid"),
            ("x-forgejo-event-type", "$name"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Forgejo: `x-forgejo-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `x-forgejo-event` is not signed. The type is a [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - It also writes the headers of Gitea and GitHub. They are passed over.
    /// - Choose `application/json` at the webhook: its forms are not taken.
    forgejo
}
