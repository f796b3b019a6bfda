//! Discourse.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "discourse/discourse, app/jobs/regular/emit_web_hook_event.rb";

/// Discourse.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "discourse",
    title: "Discourse",
    page: Fact::assumed("https://meta.discourse.org"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-discourse-event-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Header("x-discourse-event"), CODE),
    secret: Some(SecretForm::text("DISCOURSE_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    marks: &["x-discourse-event-signature", "x-discourse-event"],
    sample: Some(Sample {
        types: &["post_created", "topic_created", "ping"],
        body: r#"{"post":{"id":$number,"topic_id":1,"created_at":"2023-11-14T22:13:20Z","updated_at":"$time"}}"#,
        headers: &[
            ("user-agent", "Discourse/3.0.0"),
            ("x-discourse-event-id", "$number"),
            ("x-discourse-event-type", "post"),
            ("x-discourse-instance", "https://discourse.example.com"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Discourse: `x-discourse-event-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a secret. Neither `x-discourse-event` nor `x-discourse-event-id` is signed.
    discourse
}
