//! MailerSend.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SIGNATURE: &str = "github.com/mailersend/mailersend-nodejs, `MailerSendUtils.verifyWebHook`";
const EVENTS: &str = "github.com/mailersend/mailersend-nodejs, tests";

/// MailerSend.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "mailersend",
    title: "MailerSend",
    page: Fact::assumed("https://developers.mailersend.com/api/v1/webhooks.html"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("signature", SignatureEncoding::Hex).into()),
        SIGNATURE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), EVENTS),
    secret: Some(SecretForm::text("MAILERSEND_SIGNING_SECRET")),
    sample: Some(Sample {
        types: &["activity.sent", "activity.delivered"],
        body: r#"{"type":$type,"domain_id":"demo","created_at":"$time","webhook_id":"demo","url":"https://example.org/hooks","data":{"object":"activity","id":"$id","type":"sent","created_at":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// MailerSend: `signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    mailersend
}
