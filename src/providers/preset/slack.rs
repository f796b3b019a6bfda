//! Slack (api.slack.com, "Verifying requests from Slack", "The Events API").

use http::HeaderName;

use super::{Identity, Names, Preset};
use crate::{
    providers::known::SLACK,
    schemes::{
        Digest, HmacHeader, SignatureEncoding, SignatureLayout, Template, TimeUnit, TimestampSource,
    },
    tenants::Keys,
};

impl Preset {
    /// Slack: `x-slack-signature` over `v0:{timestamp}:{body}`, under the app's signing secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Events are JSON, identified by their `event_id`. Commands and interactions are forms: they are
    ///   verified alike, identified by the digest of the body, and arrive as
    ///   [`Payload::Unrecognized`](crate::json::Payload::Unrecognized) with the form in `raw`.
    /// - Answer `url_verification` with a response of your own, which carries the `challenge`: a 2xx of
    ///   the handler's own is passed on.
    /// - Known: Slack waits 3 s, and sends an event again at once, after a minute and after 5 minutes.
    ///   With "delayed events" switched on it also does so every hour for a day, which the retention
    ///   covers.
    pub fn slack(keys: impl Into<Keys>) -> Self {
        let time = HeaderName::from_static("x-slack-request-timestamp");
        let scheme = HmacHeader::of_parts(
            HeaderName::from_static("x-slack-signature"),
            SignatureLayout::Single {
                prefix: "v0=".to_owned(),
            },
            SignatureEncoding::Hex,
            Digest::Sha256,
        )
        .signing(
            Template::timestamp_body(Some("v0:"), ":"),
            None,
            Some((TimestampSource::Header(time), TimeUnit::Seconds)),
        );
        let mut preset = Self::custom(SLACK.name, scheme, keys).knowing(&SLACK);
        preset.identity = Identity::Member(Names {
            id: "event_id",
            event_type: "type",
        });
        preset
    }
}
