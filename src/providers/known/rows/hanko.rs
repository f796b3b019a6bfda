//! Hanko.

use crate::{
    keys::{Encoding, JwsAlgorithm},
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
    },
    schemes::JwtBodyHashConfig,
};

const PAGE: &str = "docs.hanko.io, \"Using Hanko webhooks\"";
const CODE: &str = "github.com/teamhanko/hanko, backend/webhooks/manager.go";

/// Hanko.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "hanko",
    title: "Hanko",
    page: Fact::known("https://docs.hanko.io/guides/webhooks", PAGE),
    // Session tokens of its users have the same keys and audience.
    proof: Fact::known(
        Proof::Scheme(|| {
            JwtBodyHashConfig::member([JwsAlgorithm::Rs256], "/token")
                .needs_audience()
                .claim_is("/sub", "hanko webhooks")
                .needs_claim("/evt")
                .needs_claim("/data")
                .expires()
                .issued_at()
                .into()
        }),
        CODE,
    ),
    // A token says no id. One of the same event, made anew, differs in these alone.
    identity: Fact::known(Identity::DigestWithout(&["exp", "iat"]), CODE),
    event_type: Fact::known(EventTypeAt::Member("/evt"), CODE),
    secret: Some(
        SecretForm::of(Encoding::Base64, "HANKO_PUBLIC_KEY")
            .shown_in("your project's address at Hanko, under /.well-known/jwks.json"),
    ),
    retries: Fact::known(Retries::Never, CODE),
    repeats: Fact::known(Repeats::NEVER, CODE),
    sample: Some(Sample {
        types: &["user.create", "user.update.email.create", "user.delete"],
        body: r#"{"sub":"hanko webhooks","evt":$type,"data":{"id":"$uuid","created_at":"2023-11-14T22:13:20Z","updated_at":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Hanko: the member `token` of the body is a token (RS256), whose claims are the event (feature `jwt`). Its keys are those
    /// that your own project publishes. [`HankoEventType`](crate::providers::event_types::HankoEventType) names its events.
    ///
    /// ```no_run
    /// # #[cfg(feature = "jwks")] {
    /// use hookgate::{access::Jwks, keys::JwsAlgorithm, providers::preset::Preset};
    ///
    /// let keys = Jwks::new("https://PROJECT.hanko.io/.well-known/jwks.json", [JwsAlgorithm::Rs256]);
    /// let pack = Preset::hanko(keys).audience("shop.example");
    /// # let _ = pack;
    /// # }
    /// ```
    ///
    /// - [`audience`](crate::providers::preset::Preset::audience) must be set: it is that of your project's sessions, by default
    ///   the id of the relying party.
    /// - Hanko signs the sessions of your users with the same keys. So `sub` must be `hanko webhooks`, and `evt` and `data` must
    ///   be there.
    /// - The member `event` of the body is not signed, and is not read. `evt` is the type.
    /// - The token ends after 5 min, and its `iat` must be within 300 s. Known: Hanko never sends again.
    /// - The body that a handler gets is the claims. Their digest, without `exp` and `iat`, identifies an event.
    hanko
}
