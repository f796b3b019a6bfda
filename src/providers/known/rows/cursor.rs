//! Cursor.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "cursor.com/docs/cloud-agent/api/webhooks";

/// Cursor.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "cursor",
    title: "Cursor",
    page: Fact::known("https://cursor.com/docs/cloud-agent/api/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-webhook-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(
        SecretForm::text("CURSOR_WEBHOOK_SECRET").shown_in("chosen when the agent is created"),
    ),
    sample: Some(Sample {
        types: &["statusChange"],
        body: r#"{"event":$type,"timestamp":"$time","id":"bc_$id","status":"FINISHED"}"#,
        headers: &[
            ("user-agent", "Cursor-Agent-Webhook/1.0"),
            ("x-webhook-id", "$uuid"),
            ("x-webhook-event", "$name"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Cursor: `x-webhook-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For its cloud agents. `x-webhook-id` and `x-webhook-event` are not signed.
    cursor
}
