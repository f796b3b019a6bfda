//! Intercom.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.intercom.com, \"Signed Notifications\"";

/// Intercom.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "intercom",
    title: "Intercom",
    page: Fact::known("https://developers.intercom.com/docs/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hub-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha1="))
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/topic"), PAGE),
    secret: Some(
        SecretForm::text("INTERCOM_CLIENT_SECRET")
            .shown_in("Developer Hub, the app, Basic Info, Client secret"),
    ),
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["conversation.user.created", "contact.created", "ping"],
        body: r#"{"type":"notification_event","id":"notif_$eventuuid","topic":$type,"app_id":"demo","created_at":$secs,"data":{"type":"notification_event_data","item":{"type":"conversation","id":"$number"}}}"#,
        headers: &[("accept", "application/json")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Intercom: `x-hub-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `id` in the body identifies an event.
    /// - SHA-1 under HMAC: its collisions do not break HMAC.
    intercom
}
