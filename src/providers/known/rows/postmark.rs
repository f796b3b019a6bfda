//! Postmark.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::AccessTokenConfig,
};

const GUIDE: &str = "hookdeck.com, \"Guide to Postmark Webhooks\"";
const EVENTS: &str = "github.com/activecampaign/postmark-skills, `postmark-webhooks`";

/// Postmark.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "postmark",
    title: "Postmark",
    page: Fact::assumed("https://postmarkapp.com/developer/webhooks/webhooks-overview"),
    proof: Fact::known(Proof::Token(|| AccessTokenConfig::basic().into()), GUIDE),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::known(EventTypeAt::Member("/RecordType"), EVENTS),
    secret: Some(
        SecretForm::text("POSTMARK_WEBHOOK_USER_PASSWORD").shown_in(
            "user and password that were typed into the webhook's form, as `user:password`",
        ),
    ),
    sample: Some(Sample {
        types: &["Delivery", "Bounce"],
        body: r#"{"RecordType":$type,"MessageID":"$uuid","Recipient":"user@hooks.example","DeliveredAt":"$time","ServerID":1,"MessageStream":"outbound"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Postmark: user and password by Basic. The key is `user:password`.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - The digest of the body identifies an event. That a further attempt has the same body is assumed.
    /// - Postmark can send headers of your own too. A secret in one of them is an
    ///   [`AccessTokenConfig::header`](crate::schemes::AccessTokenConfig::header).
    postmark
}
