//! EasyPost.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SDK: &str = "EasyPost/easypost-node, `validateWebhook`";

/// EasyPost.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "easypost",
    title: "EasyPost",
    page: Fact::assumed("https://docs.easypost.com/guides/webhooks-guide"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hmac-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("hmac-sha256-hex="))
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/description"), SDK),
    secret: Some(SecretForm::text("EASYPOST_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["tracker.updated", "batch.created", "refund.successful"],
        body: r#"{"description":$type,"mode":"test","previous_attributes":{},"created_at":"$time","pending_urls":[],"completed_urls":[],"updated_at":"$time","id":"evt_$eventid","user_id":"user_demo","status":"pending","object":"Event","result":{"id":"trk_$id","object":"Tracker"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// EasyPost: `x-hmac-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    /// - A secret beyond ASCII is normalised (NFKD) before it signs. Write it so, or choose an ASCII one.
    easypost
}
