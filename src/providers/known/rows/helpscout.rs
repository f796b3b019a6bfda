//! Help Scout.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/helpscout/helpscout-api-php, `IncomingWebhook`";

/// Help Scout.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "helpscout",
    title: "Help Scout",
    page: Fact::assumed("https://developer.helpscout.com/webhooks/"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-helpscout-signature", SignatureEncoding::Base64)
                .digest(Digest::Sha1)
                .into()
        }),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Header("x-helpscout-event"), CODE),
    secret: Some(SecretForm::text("HELPSCOUT_WEBHOOK_SECRET")),
    marks: &["x-helpscout-signature", "x-helpscout-event"],
    sample: Some(Sample {
        types: &["convo.created", "customer.created"],
        body: r#"{"id":$number,"number":$number,"type":"email","status":"active","subject":"demo","createdAt":"2023-11-14T22:13:20Z","userUpdatedAt":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Help Scout: `x-helpscout-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `x-helpscout-event` is not signed. The type is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    helpscout
}
