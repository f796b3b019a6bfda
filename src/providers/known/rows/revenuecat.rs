//! RevenueCat.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::AccessTokenConfig,
};

const PAGE: &str = "revenuecat.com/docs/webhooks";
const EVENTS: &str = "github.com/RevenueCat/ai-toolkit, `rc-webhooks`";

/// RevenueCat.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "revenuecat",
    title: "RevenueCat",
    page: Fact::known(
        "https://www.revenuecat.com/docs/integrations/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("authorization").into()),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/event/id"), EVENTS),
    event_type: Fact::known(EventTypeAt::Member("/event/type"), EVENTS),
    secret: Some(
        SecretForm::text("REVENUECAT_WEBHOOK_AUTHORIZATION")
            .shown_in("the authorization header that was typed into the webhook's form"),
    ),
    sample: Some(Sample {
        types: &["INITIAL_PURCHASE", "RENEWAL"],
        body: r#"{"api_version":"1.0","event":{"id":"$eventuuid","type":$type,"app_user_id":"$uuid","product_id":"demo","purchased_at_ms":$millis,"environment":"SANDBOX"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// RevenueCat: the value of `authorization` is the text that was typed into the webhook's form.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - `event.id` identifies an event, as RevenueCat advises.
    /// - Newer webhooks also carry `x-revenuecat-signature`. No page that says what it covers was read here, so it is not
    ///   looked at.
    revenuecat
}
