//! Sign in with Apple.

use crate::{
    keys::{Encoding, JwsAlgorithm},
    providers::known::{
        EventTypeAt, Fact, Identity, KeyOwner, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::JwtBodyHashConfig,
};

const PAGE: &str = "developer.apple.com, \"Processing changes for Sign in with Apple accounts\"";
const FORUM: &str = "developer.apple.com/forums, thread 655485, which shows a delivery";

/// Sign in with Apple.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "sign-in-with-apple",
    title: "Sign in with Apple",
    page: Fact::known(
        "https://developer.apple.com/documentation/signinwithapple/processing-changes-for-sign-in-with-apple-accounts",
        PAGE,
    ),
    // ID tokens of its users have the same keys, issuer and audience.
    proof: Fact::known(
        Proof::Scheme(|| {
            JwtBodyHashConfig::member([JwsAlgorithm::Rs256], "/payload")
                .issuer("https://appleid.apple.com")
                .needs_audience()
                .needs_claim("/events")
                .expires()
                .into()
        }),
        FORUM,
    ),
    identity: Fact::known(Identity::Member("/jti"), FORUM),
    event_type: Fact::known(EventTypeAt::Nowhere, FORUM),
    secret: Some(
        SecretForm::of(Encoding::Base64, "SIGN_IN_WITH_APPLE_PUBLIC_KEY")
            .shown_in("appleid.apple.com, under /auth/keys"),
    ),
    key_owner: KeyOwner::Sender {
        bound_by: "`aud` of the token, which is the app's id",
    },
    id_at: Some("/jti"),
    sample: Some(Sample {
        types: &["consent-revoked", "email-disabled", "account-deleted"],
        body: r#"{"jti":"$eventhex","events":"{\"type\":\"$name\",\"sub\":\"$hex\",\"event_time\":$millis}"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Sign in with Apple, its server-to-server notifications: the member `payload` of the body is a token (RS256), whose claims
    /// are the event (feature `jwt`). Its keys are Apple's.
    ///
    /// ```no_run
    /// # #[cfg(feature = "jwks")] {
    /// use hookgate::{access::Jwks, keys::JwsAlgorithm, providers::preset::Preset};
    ///
    /// let keys = Jwks::new("https://appleid.apple.com/auth/keys", [JwsAlgorithm::Rs256]);
    /// let pack = Preset::sign_in_with_apple(keys).audience("com.example.shop");
    /// # let _ = pack;
    /// # }
    /// ```
    ///
    /// - Apple signs for all apps with the same keys. So [`audience`](crate::providers::preset::Preset::audience) must be set: it
    ///   is your app's id.
    /// - It signs the ID tokens of your users so too. These have no `events`, without which nothing is taken.
    /// - The claim `events` is a text, which holds one event as JSON: its `type`
    ///   ([`AppleEventType`](crate::providers::event_types::AppleEventType)), `sub` and `event_time`.
    /// - The token ends after a day. `jti` identifies an event.
    sign_in_with_apple
}
