//! Kinde.

use crate::{
    keys::{Encoding, JwsAlgorithm},
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::JwtBodyHashConfig,
};

const PAGE: &str = "docs.kinde.com, \"Add and manage webhooks\"";
const SDK: &str = "github.com/kinde-oss/webhook, lib/types.ts and the token of its test";

/// Kinde.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "kinde",
    title: "Kinde",
    page: Fact::known(
        "https://docs.kinde.com/integrate/webhooks/add-manage-webhooks/",
        PAGE,
    ),
    // Access and ID tokens of its users have the same keys.
    proof: Fact::known(
        Proof::Scheme(|| {
            JwtBodyHashConfig::body([JwsAlgorithm::Rs256])
                .needs_claim("/event_id")
                .needs_claim("/source")
                .needs_claim("/type")
                .into()
        }),
        SDK,
    ),
    identity: Fact::known(Identity::Member("/event_id"), SDK),
    event_type: Fact::known(EventTypeAt::Member("/type"), SDK),
    body_time: Some(Fact::known(BodyTime::occurred_at("/timestamp"), SDK)),
    secret: Some(
        SecretForm::of(Encoding::Base64, "KINDE_PUBLIC_KEY")
            .shown_in("your own address at Kinde, under /.well-known/jwks"),
    ),
    media_types: &["application/jwt"],
    content_type: "application/jwt",
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["user.created", "user.updated", "organization.created"],
        body: r#"{"data":{"user":{"id":"kp_$hex","is_suspended":false}},"event_id":"event_$eventhex","source":"admin","timestamp":"$time","type":$type}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Kinde: the body is a token (RS256), whose claims are the event (feature `jwt`). Its keys are those that your own business
    /// there publishes. [`KindeEventType`](crate::providers::event_types::KindeEventType) names its events.
    ///
    /// ```no_run
    /// # #[cfg(feature = "jwks")] {
    /// use hookgate::{access::Jwks, keys::JwsAlgorithm, providers::preset::Preset};
    ///
    /// let keys = Jwks::new("https://acme.kinde.com/.well-known/jwks", [JwsAlgorithm::Rs256]);
    /// let pack = Preset::kinde(keys);
    /// # let _ = pack;
    /// # }
    /// ```
    ///
    /// - Kinde signs the tokens of your users with the same keys. So `event_id`, `source` and `type` must be there, and a token
    ///   for an audience is refused.
    /// - The token has no times of its own. `timestamp` says when the event occurred.
    /// - The body that a handler gets is the claims, and no token.
    kinde
}
