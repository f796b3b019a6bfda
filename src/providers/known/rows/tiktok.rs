//! TikTok.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.tiktok.com/doc/webhooks-verification";

/// TikTok.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "tiktok",
    title: "TikTok",
    page: Fact::known(
        "https://developers.tiktok.com/doc/webhooks-verification",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("tiktok-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "s".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("TIKTOK_CLIENT_SECRET")),
    marks: &["tiktok-signature"],
    sample: Some(Sample {
        types: &["video.publish.completed", "authorization.removed"],
        body: r#"{"client_key":"demo","event":$type,"create_time":$secs,"user_openid":"$hex","content":"{}"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// TikTok: `tiktok-signature` over the time and the body, under the client secret of the app. The secret is
    /// taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The digest of the body identifies an event, which is assumed.
    tiktok
}
