//! Pusher Channels.

use crate::{
    provider::TimeKind,
    providers::known::{BodyTime, EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const SDK: &str = "pusher/pusher-http-node, `lib/webhook.js` and its tests";

/// Pusher Channels.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "pusher",
    title: "Pusher Channels",
    page: Fact::assumed("https://pusher.com/docs/channels/server_api/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-pusher-signature", SignatureEncoding::Hex).into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Nowhere, SDK),
    body_time: Some(Fact::assumed(BodyTime {
        at: "/time_ms",
        form: TimestampForm::Milliseconds,
        kind: TimeKind::OccurredAt,
    })),
    secret: Some(SecretForm::text("PUSHER_SECRET")),
    marks: &["x-pusher-signature", "x-pusher-key"],
    sample: Some(Sample {
        types: &["channel_occupied", "channel_vacated", "member_added"],
        body: r#"{"time_ms":$millis,"events":[{"name":$type,"channel":"room-$number"}]}"#,
        headers: &[("x-pusher-key", "00000000000000000000")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Pusher Channels: `x-pusher-signature` over the body alone, under the secret of the app. The secret is
    /// taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `x-pusher-key` says which app it is, and is not signed.
    /// - One body may hold several events. The digest of the body identifies them together, which is assumed.
    pusher
}
