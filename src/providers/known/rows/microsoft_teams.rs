//! Microsoft Teams.

use crate::{
    keys::Encoding,
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/OfficeDev/microsoft-teams-sample-outgoing-webhook, `AuthProvider`";

/// Microsoft Teams.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "microsoft-teams",
    title: "Microsoft Teams",
    page: Fact::assumed(
        "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook",
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("authorization", SignatureEncoding::Base64)
                .layout(SignatureLayout::after("HMAC "))
                .into()
        }),
        CODE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::of(Encoding::Base64, "MICROSOFT_TEAMS_SECURITY_TOKEN")
            .shown_in("shown once, when the outgoing webhook is created"),
    ),
    content_type: "application/json; charset=utf-8",
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["message"],
        body: r#"{"type":$type,"id":"$millis","timestamp":"$time","localTimestamp":"$time","serviceUrl":"https://smba.trafficmanager.net/emea/","channelId":"msteams","from":{"id":"29:$id","name":"Demo"},"conversation":{"id":"19:$hex@thread.tacv2;messageid=$millis"},"text":"<at>hooks</at> hello"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Microsoft Teams: `authorization` over the body alone, under the secret decoded from base64
    /// ([`Secret::base64`](crate::keys::Secret::base64)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - An outgoing webhook. What the handler answers is shown in the channel.
    microsoft_teams
}
