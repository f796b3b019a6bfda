//! Mailgun.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes},
    },
    schemes::OneTimeTokenConfig,
};

const PAGE: &str = "documentation.mailgun.com, \"Securing Webhooks\"";
const RETRIES: &str = "documentation.mailgun.com, \"Webhooks\"";
const SAMPLE: &str = "skills.apis.io/skills/hookdeck/mailgun-webhooks";

const GAPS: &[Duration] = &[
    minutes(5),
    minutes(10),
    minutes(15),
    hours(1),
    hours(2),
    hours(4),
];

/// Mailgun.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "mailgun",
    title: "Mailgun",
    page: Fact::known(
        "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Token(|| {
            OneTimeTokenConfig::new(
                "/signature/timestamp",
                "/signature/token",
                50,
                "/signature/signature",
            )
            .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/event-data/id")),
    event_type: Fact::known(EventTypeAt::Member("/event-data/event"), SAMPLE),
    secret: Some(
        SecretForm::text("MAILGUN_WEBHOOK_SIGNING_KEY").shown_in("the HTTP webhook signing key"),
    ),
    // It signs a time. Whether that of a further attempt is another one, nobody says.
    signed_anew: Fact::assumed(false),
    retries: Fact::known(Retries::For(hours(8)), RETRIES),
    repeats: Fact::known(Repeats::after(GAPS), RETRIES),
    sample: Some(Sample {
        types: &["delivered", "failed"],
        body: r#"{"signature":{"timestamp":"0","token":"0","signature":"0"},"event-data":{"id":"$eventid","event":$type,"timestamp":$secs,"recipient":"user@hooks.example"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Mailgun: `signature` in the body has a time, a token for this request, and their MAC, under the account's signing key.
    ///
    /// - Access only: the MAC covers time and token. **The event beside them is not signed.** The token is claimed as a nonce
    ///   with the digest of the body: with any other body it is refused. A token that never arrived goes with any body.
    ///   `parent-signature`, which events of subaccounts have too, is not looked at.
    /// - `event-data.id` identifies an event; where there is none, the digest of the body.
    /// - The time may be 8 h old, as long as Mailgun sends again: whether it signs each attempt anew is not known.
    /// - Known: Mailgun sends again unless it is answered 200 or 406, after 5, 10 and 15 minutes, 1, 2 and 4 hours.
    mailgun
}
