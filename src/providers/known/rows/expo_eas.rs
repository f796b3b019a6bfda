//! Expo EAS.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.expo.dev/eas/webhooks";

/// Expo EAS.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "expo-eas",
    title: "Expo EAS",
    page: Fact::known("https://docs.expo.dev/eas/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("expo-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha1="))
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/status")),
    secret: Some(
        SecretForm::text("EXPO_WEBHOOK_SECRET").shown_in("chosen with `eas webhook:create`"),
    ),
    marks: &["expo-signature"],
    sample: Some(Sample {
        types: &["finished", "errored", "canceled"],
        body: r#"{"id":"$uuid","accountName":"demo","projectName":"demo","appId":"00000000-0000-4000-8000-000000000001","platform":"ios","status":$type,"createdAt":"2023-11-14T22:13:20Z","updatedAt":"$time","completedAt":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Expo EAS: `expo-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read.
    /// - `id` is that of the build, over all of its events. The digest of
    ///   the body identifies an event, which is assumed.
    /// - It signs with SHA-1, whose collisions do not break HMAC.
    expo_eas
}
