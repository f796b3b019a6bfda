//! Neynar.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.neynar.com/docs/how-to-verify-the-incoming-webhooks-using-signatures";

/// Neynar.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "neynar",
    title: "Neynar",
    page: Fact::known(
        "https://docs.neynar.com/docs/how-to-verify-the-incoming-webhooks-using-signatures",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-neynar-signature", SignatureEncoding::Hex)
                .digest(Digest::Sha512)
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("NEYNAR_WEBHOOK_SECRET").shown_in("Developer Portal, the webhook"),
    ),
    marks: &["x-neynar-signature"],
    sample: Some(Sample {
        types: &["cast.created", "user.updated"],
        body: r#"{"created_at":$secs,"type":$type,"data":{"object":"cast","hash":"0x$hex","text":"hello"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Neynar: `x-neynar-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    neynar
}
